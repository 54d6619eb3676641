"""What is logged of a pipeline, and which alias it earns."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from vitrina_ops import (
    champion,
    pipeline,
    plots,
    retrain,
    run,
    store,
    track,
    tracking_uri,
)
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.pipeline import Pipeline

ROOT = Path(__file__).resolve().parents[2]


def sample(**changes: Any) -> Pipeline:
    """A pipeline of a made-up shop."""
    reports: dict[str, Any] = {
        "ingest": {
            "events": 10,
            "begin": "2024-01-01T00:00:00",
            "end": "2024-01-22T00:00:00",
            "fingerprint": "d" * 64,
            "bad_rows": {"null_date": 1},
        },
        "split": {
            "format": 1,
            "begin_us": 5,
            "train": [{"name": "w01"}],
            "valid": {"cut_us": 1, "to_us": 2},
        },
        "train": {
            "trees": 2,
            "gain": [
                {"column": "pair__age", "gain": 3.0},
                {"column": "user__age", "gain": 1.0},
                {"column": "item__age", "gain": 0.0},
            ],
        },
        "evaluate": {"valid": {"recall_a": 0.25, "recall_b": None}},
        "recommend": {"users": 3},
    }
    values: dict[str, Any] = {
        "params": {
            "ingest": {"data_dir": "shop", "as_of": ""},
            "choose": {"k": 25, "max_users": 3000},
            "evaluate": {"draws": 2000},
            "split": {"horizon_days": 3, "max_windows": 8},
            "train": {"rounds": 80},
        },
        "source": {
            "data_dir": "shop",
            "scales": [],
            "seed": 42,
            "shop": "shop",
            "shop_named_by": "folder",
        },
        "reports": reports,
        "build_id": "b" * 16,
        "bundle": "f" * 16,
        "predictions": "p" * 64,
    }
    return Pipeline(**{**values, **changes})


def with_params(**sections: Any) -> Pipeline:
    return sample(params={**sample().params, **sections})


def run_with_tags(present: Pipeline, **tags: str) -> Any:
    made = {
        store.TAG_DATA: present.data_fingerprint,
        store.TAG_FOLD: present.fold_fingerprint,
        store.TAG_SEED: str(present.seed),
        store.TAG_DATA_END: present.data_end,
        **tags,
    }
    return SimpleNamespace(
        data=SimpleNamespace(tags=made), info=SimpleNamespace(run_id="r")
    )


def difference(low: float, high: float) -> dict[str, float]:
    return {
        "first_recall_a": 0.3,
        "second_recall_a": 0.2,
        "difference": (low + high) / 2,
        "difference_low": low,
        "difference_high": high,
    }


def test_metrics_are_the_numbers_of_the_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = tmp_path / "costs"
    costs.mkdir()
    for stage in ("fit", "simulate"):
        cost = {"seconds": 2.0, "peak_bytes": 2**20}
        (costs / f"{stage}.json").write_text(json.dumps(cost))
    monkeypatch.setattr(pipeline, "TIMINGS", costs)
    found = sample().metrics()
    assert found == {
        "ingest/events": 10.0,
        "ingest/bad_rows/null_date": 1.0,
        "split/train_windows": 1.0,
        "train/trees": 2.0,
        "evaluate/valid/recall_a": 0.25,
        "recommend/users": 3.0,
        "seconds/fit": 2.0,
        "peak_mib/fit": 1.0,
        "seconds/all_stages": 2.0,
    }


def test_params_are_flat_and_have_the_seed() -> None:
    found = track.params_to_log(sample())
    assert found["choose.k"] == "25"
    assert found["split.horizon_days"] == "3"
    assert found["seed"] == "42"


def test_a_run_is_known_by_what_made_it() -> None:
    same = sample()
    assert same.fingerprint == sample().fingerprint
    moved = {**same.source, "data_dir": "elsewhere"}
    assert sample(source=moved).fingerprint == same.fingerprint
    reseeded = {**same.source, "seed": 43}
    for other in (
        sample(source={**same.source, "shop": "another"}),
        sample(source=reseeded),
        sample(build_id="c" * 16),
        sample(bundle="e" * 16),
        with_params(train={"rounds": 81}),
    ):
        assert other.fingerprint != same.fingerprint


def test_folds_differ_by_window_and_size_of_the_answer() -> None:
    same = sample()
    assert (
        with_params(train={"rounds": 1}).fold_fingerprint
        == same.fold_fingerprint
    )
    larger = with_params(choose={"k": 50, "max_users": 3000})
    assert larger.fold_fingerprint != same.fold_fingerprint
    reports = {**same.reports, "split": {"valid": {"cut_us": 2, "to_us": 3}}}
    assert sample(reports=reports).fold_fingerprint != same.fold_fingerprint


def test_only_the_same_data_and_fold_are_comparable() -> None:
    present = sample()
    assert champion.is_comparable(run_with_tags(sample()), present)
    larger = with_params(choose={"k": 50, "max_users": 3000})
    assert not champion.is_comparable(run_with_tags(larger), present)
    ingest = {**present.reports["ingest"], "fingerprint": "e" * 64}
    other = sample(reports={**present.reports, "ingest": ingest})
    assert not champion.is_comparable(run_with_tags(other), present)


@pytest.mark.parametrize(
    ("low", "high", "alias"),
    [
        (0.01, 0.2, "champion"),
        (0.0, 0.2, "challenger"),
        (-0.1, 0.2, "challenger"),
        (-0.2, -0.1, "challenger"),
    ],
)
def test_the_interval_decides(low: float, high: float, alias: str) -> None:
    verdict = champion.verdict_of(difference(low, high), "3", False)
    assert verdict.alias == alias
    assert "version 3" in verdict.reason
    assert verdict.metrics["champion/difference_low"] == low


def test_a_champion_is_retrained_for_the_present_task() -> None:
    theirs = {
        "train": {"rounds": 10},
        "choose": {"k": 5, "max_users": 10},
        "split": {"horizon_days": 1, "max_windows": 4},
        "simulate": {"scale": 1},
    }
    found = retrain.champion_params(theirs, sample())
    assert found["train"] == {"rounds": 10}
    assert found["choose"] == {"k": 25, "max_users": 3000}
    assert found["split"] == {"horizon_days": 3, "max_windows": 4}
    assert found["ingest"] == sample().params["ingest"]
    assert "simulate" not in found


def test_gains_become_shares() -> None:
    rows = track.gain_rows(sample().reports["train"])
    assert [row["column"] for row in rows] == ["pair__age", "user__age"]
    assert [float(row["share"]) for row in rows] == [0.75, 0.25]
    assert track.gain_rows({"gain": []}) == []


def test_gain_is_summed_by_group() -> None:
    columns = [
        {"column": "pair__age", "share": "0.5"},
        {"column": "user__age", "share": "0.2"},
        {"column": "pair__adds", "share": "0.25"},
    ]
    rows = track.group_rows(columns)
    assert [row["group"] for row in rows] == ["pair", "user"]
    assert [float(row["share"]) for row in rows] == [0.75, 0.2]
    assert track.group_rows([]) == []


def test_labels_do_not_overlap() -> None:
    assert plots.spread([0.5, 0.1, 0.52], 0.1) == [0.5, 0.1, 0.6]
    assert plots.spread([], 0.1) == []


def test_figures_are_drawn_alike_for_equal_rows(tmp_path: Path) -> None:
    tables = {
        "recall_by_k": [{"k": "1", "recall_a": "0.1"}],
        "ceilings": [{"generator": "union", "share_of_pairs": "0.5"}],
        "calibration": [{"expected": "0", "achieved": "0", "users": "3"}],
        "importance": track.gain_rows(sample().reports["train"]),
        "lift": [{"group": "1", "lift": "1.5"}],
        "segments": [
            {
                "events_before": "1 to 2",
                "buyers": "4",
                "named": "3",
                "recall_a": "0.2",
                "own_history": "0.1",
            }
        ],
        "timings": [{"stage": "fit", "seconds": "2.5"}],
    }
    metrics = {"baselines": {"popularity": {"recall_a": 0.05}}}
    for name in ("one", "two"):
        plots.draw_all(tables, metrics, tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    ends = plots.SUFFIXES.values()
    assert names == sorted(n + end for n in plots.FIGURES for end in ends)
    for name in names:
        one = (tmp_path / "one" / name).read_bytes()
        assert one == (tmp_path / "two" / name).read_bytes()


def test_empty_tables_draw_nothing(tmp_path: Path) -> None:
    plots.draw_all({"recall_by_k": []}, {}, tmp_path / "figures")
    assert list((tmp_path / "figures").iterdir()) == []


def test_a_lost_store_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    report = {"tracking_uri": "sqlite:///mlflow.db", "run_id": "r1"}
    assert run.is_store_lost(report)
    assert not (tmp_path / "mlflow.db").exists()
    with contextlib.closing(sqlite3.connect("mlflow.db")) as database:
        assert run.is_store_lost(report), "an empty one was made since"
        database.execute("create table runs (run_uuid text)")
        database.commit()
        assert run.is_store_lost(report)
        database.execute("insert into runs values ('r1')")
        database.commit()
    assert not run.is_store_lost(report)
    assert run.is_store_lost({**report, "tracking_uri": "sqlite:///other.db"})


def test_a_run_that_a_server_lost_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://u:secret@127.0.0.1:9")
    report = {"tracking_uri": "http://127.0.0.1:9", "run_id": "r1"}
    assert not run.is_store_lost(report), "nobody answers: nobody knows"
    monkeypatch.setattr(store, "is_reachable", lambda: True)
    for known in (True, False):
        monkeypatch.setattr(store, "has_run", lambda _, is_so=known: is_so)
        assert run.is_store_lost(report) != known
    assert not run.is_store_lost({**report, "run_id": ""}), "it is kept"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:8")
    assert run.is_store_lost(report)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("sqlite:///mlflow.db", "sqlite:///mlflow.db"),
        ("http://u:s%40cret@host:1/a", "http://host:1/a"),
        ("HTTPS://token@host", "HTTPS://host"),
        ("databricks", "databricks"),
        ("postgresql://u:p@db/mlflow", "postgresql://db/mlflow"),
    ],
)
def test_passwords_of_a_store_are_not_shown(
    uri: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert tracking_uri.shown_uri() == shown
    assert tracking_uri.is_server() == uri.lower().startswith("http")


def test_a_store_that_is_not_there_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow would make it. What is elsewhere is taken to be there."""
    monkeypatch.chdir(tmp_path)
    folder, file = tmp_path / "runs", tmp_path / "mlflow.db"
    empty = tmp_path / "empty.db"
    empty.touch()
    uris = {
        "": file,
        "sqlite:///mlflow.db": file,
        f"sqlite+pysqlite:///{file}?timeout=9": file,
        f"sqlite:///{empty}": None,
        "runs": folder,
        f"file://{folder}": folder,
        "http://127.0.0.1:9": tmp_path,
        "databricks://mine": tmp_path,
        "databricks": tmp_path,
        "postgresql://u:p@db/mlflow": tmp_path,
    }
    for is_made in (False, True):
        for uri, place in uris.items():
            monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
            is_there = place is not None and place.exists()
            assert tracking_uri.has_store() == is_there, uri
        if not is_made:
            folder.mkdir()
            file.write_text("a database")


def test_errors_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise OpsError("place: wrong\n  thing")

    assert run_main("track", fail) == 1
    assert capsys.readouterr().err == "track: error: place: wrong thing\n"


def test_a_missing_report_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="run `dvc repro`"):
        pipeline.load_yaml(tmp_path / "nothing.yaml")


def test_the_logged_sections_are_those_that_track_depends_on() -> None:
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    shop = {"params.local.yaml": ["source.shop"]}
    assert stages["track"]["params"] == [*pipeline.SECTIONS, shop]


def test_an_experiment_of_the_same_content_hides_no_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The newest run comes first; an experiment's has no version."""
    tags = {"vitrina.alias": "champion", "vitrina.alias_reason": "first"}
    runs = [
        SimpleNamespace(
            info=SimpleNamespace(run_id=name), data=SimpleNamespace(tags=tags)
        )
        for name in ("experiment", "logged")
    ]
    client: Any = SimpleNamespace(search_runs=lambda *_: runs)
    versions = {"logged": SimpleNamespace(version=4)}
    monkeypatch.setattr(store, "open_experiment", lambda: "1")
    monkeypatch.setattr(
        store, "version_of_run", lambda _, run: versions.get(run)
    )
    report = track.logged_before(client, sample())
    assert report is not None
    assert (report["run_id"], report["version"]) == ("logged", "4")
    versions.clear()
    assert track.logged_before(client, sample()) is None


def test_a_folder_that_becomes_a_repository_is_one_for_dvc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".dvc").mkdir()
    shutil.copy(ROOT / ".dvc" / "config", tmp_path / ".dvc")
    monkeypatch.chdir(tmp_path)
    run.configure_dvc()
    assert "no_scm = true" in run.DVC_CONFIG.read_text()
    subprocess.run(["git", "init", "-q"], check=True)
    for _ in range(2):
        run.configure_dvc()
        assert "no_scm" not in run.DVC_CONFIG.read_text()
