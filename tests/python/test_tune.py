"""The search: strict space, resuming, stopping, what is applied and logged."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml
from optuna.trial import TrialState
from vitrina_ops import (
    hypotheses,
    params_file,
    pipeline,
    tune,
    tune_log,
    tune_plots,
)
from vitrina_ops.errors import OpsError
from vitrina_ops.files import sha256_of, write_json
from vitrina_ops.trials import Log

ROOT = Path(__file__).resolve().parents[2]
CUTS = ("2024-01-05", "2024-01-06")
LATE = "2024-01-09"
LOG = Log("shop", Path("shop"), CUTS, "d" * 64, LATE)
SPACE = [
    tune.Dimension("train.rounds", "int", 10, 100, True),
    tune.Dimension("train.learning_rate", "float", 0.01, 0.2, False),
]


class FakeBench:
    """Reading A that is best at 40 rounds, and worse on the second cut."""

    build, seeds, horizon_days = "b", (42,), 3.0
    params = {"train.rounds": 80, "train.learning_rate": 0.09}

    def __init__(self, work: Path) -> None:
        self.work = work
        self.cuts: list[str] = []

    def fingerprint(self, *parts: Any) -> str:
        return sha256_of(f"{self.build} {parts}")

    def score(self, log: Log, ours: Any, theirs: Any) -> Any:
        assert theirs == ()
        (cut,) = log.cuts
        self.cuts.append(cut)
        values = {k: float(v) for k, v in (w.split("=") for w in ours)}
        a = 0.2 - abs(values["train.rounds"] - 40) / 1000
        a -= 0.01 * (cut == LOG.cuts[1])
        one = {"value": a, "low": a - 0.01, "high": a + 0.01}
        readings = dict.fromkeys(hypotheses.READINGS, one)
        return {
            "readings": readings,
            "counts": {"buyers": 3},
            "versus": {"difference": readings},
        }


def search(work: Path, trials: int) -> tuple[tune.Search, FakeBench]:
    bench: Any = FakeBench(work)
    found = tune.Search(bench, LOG, SPACE)
    found.run(trials)
    return found, bench


def test_a_search_starts_from_what_is_and_goes_on(tmp_path: Path) -> None:
    found, bench = search(tmp_path, 4)
    report = found.report()
    first = report["history"][0]
    assert first["values"] == bench.params
    assert report["trials"] == 4
    assert report["default_objective"] == pytest.approx(0.155)
    assert report["best_objective"] >= report["default_objective"]
    assert bench.cuts.count(LATE) == 1, "the unseen cut was chosen on"

    again, bench = search(tmp_path, 12)
    report = again.report()
    assert report["trials"] == 12
    assert report["history"][0] == first
    values = [str(row["values"]) for row in report["history"]]
    assert len(set(values)) == len(values), "a trial was drawn again"
    assert len(bench.cuts) <= 2 * 8 + 1, "what was known was run again"
    tune_plots.draw_all(report, tmp_path / "figures")
    assert (tmp_path / "figures" / "slices.png").exists()

    other: Any = FakeBench(tmp_path)
    other.build = "c"
    assert not tune.Search(other, LOG, SPACE).finished


def test_the_defaults_are_tried_again_where_a_search_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as stopped:

        def stop(*_: Any) -> None:
            raise KeyboardInterrupt

        stopped.setattr(FakeBench, "score", stop)
        with pytest.raises(KeyboardInterrupt):
            search(tmp_path, 3)

    found, _ = search(tmp_path, 3)
    report = found.report()
    assert report["default_objective"] == pytest.approx(0.155)
    assert report["trials"] == 3
    tried = [row["values"] for row in report["history"]]
    assert tried.count(FakeBench.params) == 1


def test_the_defaults_are_told_by_their_values(tmp_path: Path) -> None:
    """In a study that has tried others before, and is as long as asked."""
    bench: Any = FakeBench(tmp_path)
    found = tune.Search(bench, LOG, SPACE)
    found.study.tell(found.study.ask(), state=TrialState.FAIL)
    found.study.optimize(found.objective, n_trials=tune.WARM_UP + 1)

    again, _ = search(tmp_path, 1)
    report = again.report()
    assert report["history"][-1]["values"] == FakeBench.params
    assert report["default_objective"] == pytest.approx(0.155)
    assert report["history"][-1]["value"] is not None, "it was stopped early"


def test_only_a_recorded_search_is_written_into_docs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tune, "Bench", FakeBench)
    monkeypatch.setattr(tune, "log_of", lambda _: LOG)
    monkeypatch.setattr(tune, "load_space", lambda: SPACE)
    monkeypatch.setattr(tune_plots, "draw_all", lambda *_: None)
    words = ["tune", "search", "--trials", "2", "--no-mlflow"]
    monkeypatch.setattr("sys.argv", words)
    tune.main()
    assert tune.OUT.exists()
    assert not Path("docs").exists()
    monkeypatch.setattr("sys.argv", [*words, "--record"])
    tune.main()
    assert tune.RECORDED.read_text() == tune.OUT.read_text()


def test_what_was_searched_on_is_not_unseen() -> None:
    tune.check_unseen(LOG, 3)
    for unseen in (*CUTS, "2024-01-08", "2024-01-01"):
        log = dataclasses.replace(LOG, unseen=unseen)
        with pytest.raises(OpsError, match="^UNSEEN: .*2024-01-09T00:00:00"):
            tune.check_unseen(log, 3)
    log = dataclasses.replace(LOG, unseen="late")
    with pytest.raises(OpsError, match="found 'late', expected a date"):
        tune.check_unseen(log, 3)


def test_the_recorded_search_is_applied_where_none_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    params = tmp_path / "params.yaml"
    monkeypatch.setattr("sys.argv", ["tune", "apply", "--params", str(params)])
    report = search(tmp_path, 1)[0].report()
    for rounds, path in ((11, tune.RECORDED), (12, tune.OUT)):
        report["best"] = {"train.rounds": rounds}
        write_json(path, report)
        params.write_text("train:\n  rounds: 80\n")
        tune.main()
        assert f"rounds: {rounds}" in params.read_text()


def test_a_trial_that_falls_behind_is_stopped(tmp_path: Path) -> None:
    found, bench = search(tmp_path, tune.WARM_UP + 12)
    report = found.report()
    assert 0 < report["pruned"] < report["trials"]
    second = bench.cuts.count(LOG.cuts[1])
    assert second == report["trials"] - report["pruned"]
    assert report["importance"].keys() == {d.key for d in SPACE}


def test_a_study_is_one_parent_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.chdir(tmp_path)
    figures = tmp_path / "figures"
    for trials in (2, 3):
        found, _ = search(tmp_path, trials)
        report = found.report()
        tune_plots.draw_all(report, figures)
        tune_log.log_search(report, 42, LOG, figures)
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(tune_log.EXPERIMENT)
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    parents = [r for r in runs if "mlflow.parentRunId" not in r.data.tags]
    assert len(parents) == 1 and len(runs) == 1 + 3
    assert parents[0].data.metrics["trials"] == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("train.round: {kind: int, low: 1, high: 2}", "'train.rounds'"),
        ("train.rounds: {kind: int, low: 2, high: 1}", "below high"),
        ("train.rounds: {kind: int, low: 0, high: 1, log: true}", "above 0"),
        ("train.rounds: {kind: text, low: 0, high: 1}", "one of int, float"),
        ("train.rounds: {kind: int, lo: 0, high: 1}", "nearest is 'low'"),
        ("{}", "nothing to search"),
    ],
)
def test_a_wrong_space_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    expected: str,
) -> None:
    known = {"train": {"rounds": 80}}
    monkeypatch.setattr(pipeline, "defaults", lambda: known)
    path = tmp_path / "space.yaml"
    path.write_text(text)
    with pytest.raises(OpsError) as error:
        tune.load_space(path)
    assert expected in str(error.value)
    assert "space.yaml" in str(error.value)


def test_the_projects_own_space_is_sound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert len(tune.load_space()) >= 5


def test_applying_changes_values_and_keeps_comments() -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    values = {
        "train.rounds": 77,
        "train.learning_rate": 0.0412,
        "candidates.covisitation.half_life_days": 3.5,
        "candidates.repurchase.enabled": False,
    }
    after = params_file.edited("params.yaml", text, values)
    found = yaml.safe_load(after)
    assert found["train"]["rounds"] == 77
    assert found["train"]["learning_rate"] == 0.0412
    assert found["candidates"]["covisitation"]["half_life_days"] == 3.5
    assert found["candidates"]["repurchase"]["enabled"] is False
    pairs = zip(text.splitlines(), after.splitlines(), strict=True)
    assert sum(a != b for a, b in pairs) == len(values)
    with pytest.raises(OpsError, match="has no train.round;"):
        params_file.edited("params.yaml", text, {"train.round": 1})
