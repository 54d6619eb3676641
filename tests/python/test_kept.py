"""What becomes of a run when the MLflow server is down."""

import os
from pathlib import Path
from typing import Any

import pytest
from test_track import sample
from vitrina_ops import kept, language, pipeline, run, store, track
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json, write_json
from vitrina_ops.pipeline import Pipeline
from vitrina_ops.program import BUILT, built

NOBODY = "http://127.0.0.1:1"  # a port that nothing listens on


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished pipeline in a folder of its own; the server is down."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOBODY)
    for path in (*kept.CONTENT, BUILT):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path in (pipeline.BUNDLE, pipeline.FIGURES, pipeline.TIMINGS):
            path.mkdir(exist_ok=True)
            (path / "a.json").write_text("{}")
        else:
            path.write_text(f"what {path.name} says")
    pipeline.BUILD_ID.write_text("12ab\n")
    monkeypatch.setattr(pipeline, "load_pipeline", sample)
    monkeypatch.setattr(track, "draw_figures", lambda _: None)
    monkeypatch.setattr(track, "tags_to_log", lambda _: {"git": "then"})
    return tmp_path


def test_a_dead_server_is_noticed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", NOBODY)
    assert not store.is_reachable()
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert store.is_reachable()


def test_the_run_is_kept_and_sent_later(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    track.track()
    report = read_json(pipeline.RUN_REPORT)
    folder = project / report["kept"]
    assert report["reason"] == f"{NOBODY} does not answer"
    for spoken in language.LANGUAGES:
        said = run.describe_tracking(report, True, language.sayer(spoken))
        assert "make track-resume" in said
    # the pipeline runs again and writes over its files
    pipeline.PREDICTIONS.write_text("another answer")

    sent: list[tuple[Pipeline, dict[str, str], str]] = []

    def log_run(present: Pipeline, tags: dict[str, str]) -> dict[str, Any]:
        sent.append((present, tags, pipeline.PREDICTIONS.read_text()))
        assert built().path == project / BUILT
        assert pipeline.present_build() == "12ab"
        return {"run_id": "r1"}

    monkeypatch.setattr(track, "log_run", log_run)
    monkeypatch.setattr(store, "is_reachable", lambda: True)
    track.resume()
    assert Path.cwd() == project
    present, tags, predictions = sent[0]
    assert present.fingerprint == sample().fingerprint
    assert Path(present.source["data_dir"]) == project / "shop"
    assert tags == {"git": "then"}
    assert predictions == "what predictions.csv says"
    assert read_json(pipeline.RUN_REPORT) == {"run_id": "r1"}
    assert not folder.exists()
    track.resume()
    assert len(sent) == 1


def test_a_run_that_cannot_be_sent_stops_no_other(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seeds = (1, 2, 3)
    runs = [sample(source={**sample().source, "seed": n}) for n in seeds]
    folders = [kept.keep(run, {}) for run in runs]
    write_json(folders[0] / kept.RUN, {"tags": {}})
    for moment, folder in enumerate(folders):
        os.utime(folder / kept.RUN, (moment, moment))
    sent = []

    def log_run(present: Pipeline, _: dict[str, str]) -> dict[str, Any]:
        if present.seed == 2:
            raise ValueError("no such\nthing")
        sent.append(present.seed)
        return {}

    monkeypatch.setattr(track, "log_run", log_run)
    monkeypatch.setattr(store, "is_reachable", lambda: True)
    assert run_main("track", track.resume) == 1
    assert sent == [3]
    assert kept.kept_runs() == folders[:2]
    assert Path.cwd() == project
    said = capsys.readouterr().err.splitlines()
    assert "expected a run that this version kept" in said[0]
    assert "is not sent: ValueError: no such thing" in said[1]
    assert said[2].startswith("track: error: 2 of 3 kept runs are not sent")


def test_a_server_that_dies_on_the_way_keeps_the_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([True, False])
    monkeypatch.setattr(store, "is_reachable", lambda: next(answers))

    def log_run(*_: Any) -> dict[str, Any]:
        raise ConnectionError("reset")

    monkeypatch.setattr(track, "log_run", log_run)
    track.track()
    assert len(kept.kept_runs()) == 1


def test_another_error_is_told_and_nothing_is_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "is_reachable", lambda: True)

    def log_run(*_: Any) -> dict[str, Any]:
        raise OpsError("forbidden")

    monkeypatch.setattr(track, "log_run", log_run)
    with pytest.raises(OpsError, match="forbidden"):
        track.track()
    assert kept.kept_runs() == []


def test_resuming_says_what_is_missing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    track.track()
    with pytest.raises(OpsError, match="does not answer; start the server"):
        track.resume()
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    with pytest.raises(OpsError, match="MLFLOW_TRACKING_URI names none"):
        track.resume()
    (folder,) = kept.kept_runs()
    write_json(folder / kept.RUN, {"tags": {}})
    with pytest.raises(OpsError, match="remove the folder"):
        kept.read(folder)
