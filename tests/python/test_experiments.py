"""Hypotheses as files: strict reading, verdicts, what is not run again."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from vitrina_ops import (
    experiments,
    experiments_log,
    experiments_page,
    hypotheses,
    pipeline,
    trials,
)
from vitrina_ops.errors import OpsError
from vitrina_ops.hypotheses import Rule, Variant

ROOT = Path(__file__).resolve().parents[2]
REGISTRIES = {
    "generators": [
        {"name": "popular", "on": True},
        {"name": "likes", "on": False},
    ],
    "groups": [{"name": "pair", "on": True}],
}
GOOD = """\
statement: Likes help.
statement_ru: Лайки помогают.
logs: real
rule: {claim: higher}
variants:
  - name: with likes
    name_ru: с лайками
    set: [candidates.likes.enabled=true]
"""
SETTINGS = {
    "candidates": {"likes": {"enabled": False}, "popular": {"enabled": True}},
    "train": {"rounds": 80},
}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "defaults", lambda: SETTINGS)


def load(tmp_path: Path, text: str) -> hypotheses.Hypothesis:
    path = tmp_path / "likes.yaml"
    path.write_text(text, encoding="utf-8")
    return hypotheses.load(path, REGISTRIES, ("shop", "market"))


def test_a_file_is_read(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    assert found.name == "likes"
    assert found.rule == Rule("a", "higher", "any", 0.0)
    assert found.variants == (
        Variant("with likes", "с лайками", ("candidates.likes.enabled=true",)),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "logs: real",
            "log: real",
            "unknown key 'log', the nearest is 'logs'",
        ),
        ("logs: real", "logs: mine", "logs: found 'mine', expected one of"),
        ("logs: real", "logs: [shp]", "'shp', the nearest is 'shop'"),
        ("logs: real", "logs: []", "logs: found [], expected names of real"),
        ("claim: higher", "claim: up", "claim: found 'up', expected one of"),
        ("{claim: higher}", "{claim: higher, margn: 1}", "'margin'"),
        ("{claim: higher}", "{claim: higher, margin: x}", "expected a number"),
        ("likes.enabled", "like.enabled", "'candidates.likes.enabled'"),
        (".enabled=true", ".enabled", "expected key=value"),
        ("statement: Likes help.", "statement: ''", "expected a text"),
        ("    set:", "    sets:", "unknown key 'sets'"),
        ("variants:", "each: 1\nvariants:", "expected one of 'variants'"),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    with pytest.raises(OpsError) as error:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert expected in str(error.value)
    assert "likes.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_claim_of_loss_is_about_what_is_on(tmp_path: Path) -> None:
    start = GOOD[: GOOD.index("variants")]
    found = load(
        tmp_path, start.replace("higher", "lower") + "each: generators\n"
    )
    settings = ("candidates.popular.enabled=false",)
    assert found.variants == (
        Variant("without popular", "без popular", settings),
    )
    found = load(tmp_path, start + "each: generators\n")
    settings = ("candidates.likes.enabled=true",)
    assert found.variants == (Variant("with likes", "с likes", settings),)


def test_a_hypothesis_may_be_about_some_logs(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD.replace("real", "[shop, market]", 1))
    assert (found.logs, found.only) == ("real", ("shop", "market"))
    other = dataclasses.replace(LOG, name="other")
    assert trials.asked_of(found, {"real": [LOG, other]}) == [LOG]
    whole = load(tmp_path, GOOD)
    assert trials.asked_of(whole, {"real": [LOG, other]}) == [LOG, other]
    bench: Any = FakeBench()
    entry = experiments.Study(bench).entry(found, [], may=True)
    assert entry["verdict"] == "not run", "none of its logs is there"
    report = experiments.report_of(bench, [], [entry])
    assert report["variants_tried"] == 0


def measure(low: float, high: float) -> dict[str, Any]:
    value = {"value": (low + high) / 2, "low": low, "high": high}
    return {
        "difference": dict.fromkeys(hypotheses.READINGS, value),
        "readings": dict.fromkeys(hypotheses.READINGS, value),
        "counts": {"buyers": 3},
        "fingerprint": f"{low} {high}",
    }


@pytest.mark.parametrize(
    ("intervals", "claim", "margin", "verdict"),
    [
        ([(0.1, 0.2)], "higher", 0, "accepted"),
        ([(0.1, 0.2)], "lower", 0, "rejected"),
        ([(-0.2, -0.1)], "lower", 0, "accepted"),
        ([(-0.1, 0.1)], "higher", 0, "undecided"),
        ([(0.0, 0.1)], "higher", 0, "undecided"),
        ([(0.0, 0.0)], "higher", 0, "undecided"),
        ([(0.1, 0.2), (-0.1, 0.1)], "higher", 0, "accepted"),
        ([(0.1, 0.2), (-0.2, -0.1)], "higher", 0, "undecided"),
        ([(0.01, 0.02)], "higher", 0.05, "rejected"),
        ([(-0.001, 0.2)], "higher", -0.01, "accepted"),
        ([(0.0, 0.0), (-0.1, 0.1)], "higher", -0.01, "undecided"),
        ([(0.0, 0.0), (-0.2, -0.1)], "higher", -0.01, "undecided"),
        ([(-0.2, -0.1)], "higher", -0.01, "rejected"),
    ],
)
def test_intervals_decide(
    intervals: list[tuple[float, float]],
    claim: str,
    margin: float,
    verdict: str,
) -> None:
    measures = [measure(low, high) for low, high in intervals]
    rule = Rule("a", claim, "any", margin)
    assert experiments.verdict_of_variant(measures, rule) == verdict


def test_a_reading_over_nobody_decides_nothing() -> None:
    nobody = {"value": None, "low": None, "high": None}
    assert experiments.side_of(nobody, Rule("c", "higher")) == 0
    assert experiments_page.interval(nobody) == "–"


@pytest.mark.parametrize(
    ("verdicts", "needs", "verdict"),
    [
        (["accepted", "rejected"], "any", "accepted"),
        (["accepted", "rejected"], "all", "rejected"),
        (["accepted", "accepted"], "all", "accepted"),
        (["accepted", "undecided"], "all", "undecided"),
        (["rejected", "undecided"], "any", "undecided"),
        (["rejected", "rejected"], "any", "rejected"),
    ],
)
def test_a_rule_counts_variants(
    verdicts: list[str], needs: str, verdict: str
) -> None:
    rule = Rule("a", "higher", needs)
    assert experiments.verdict_of(verdicts, rule) == verdict


class FakeBench:
    """Scores without running anything, and counts how often."""

    build, seeds, horizon_days = "b", (42,), 3.0
    params = {"evaluate.draws": 10}

    def __init__(self) -> None:
        self.calls = 0

    def score_key(self, log: trials.Log, *words: Any) -> str:
        return json.dumps([self.build, log.digest, *words])

    def score(self, *words: Any) -> Any:
        self.calls += 1
        found = measure(0.1, 0.2)
        windows = [{"readings": {"a": 0.3}, "versus": {"readings": {"a": 0}}}]
        tenth = {**measure(0.3, 0.5), "versus": measure(-0.2, 0.4)}
        pooled = {**found, "versus": found, "windows": windows}
        return {**pooled, "tenth": tenth}


LOG = trials.Log("shop", Path("shop"), ("2024-01-05",), "d" * 64)


def test_what_is_known_is_not_run_again(tmp_path: Path) -> None:
    hypothesis = load(tmp_path, GOOD)
    bench: Any = FakeBench()
    study = experiments.Study(bench)
    before = study.entry(hypothesis, [LOG], may=False)
    assert before["verdict"] == "not run"
    entry = study.entry(hypothesis, [LOG], may=True)
    assert entry["verdict"] == "accepted"
    assert bench.calls == 1
    report = experiments.report_of(bench, [LOG], [entry])
    assert report["variants_tried"] == report["comparisons"] == 1

    again = experiments.Study(bench, json.loads(json.dumps(report)))
    assert again.entry(hypothesis, [LOG], may=True) == entry
    assert bench.calls == 1
    bench.build = "c"
    assert again.entry(hypothesis, [LOG], may=True)["verdict"] == "accepted"
    assert bench.calls == 2, "another build knows nothing"

    page = experiments_page.page_of(report)
    assert "**1 variants in 1 comparisons were tried.**" in page
    row = "| with likes | shop | 0.1500 | +0.1500 [+0.1000, +0.2000] | "
    assert row + "+0.1000 [-0.2000, +0.4000] | " in page
    assert "seed 42." in page


def test_the_documents_own_are_read_and_written_only_when_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bench: Any = FakeBench()
    hypothesis = load(tmp_path, GOOD)
    monkeypatch.setattr(experiments, "Bench", lambda seeds: bench)
    monkeypatch.setattr(hypotheses, "load_all", lambda _: [hypothesis])
    monkeypatch.setattr(hypotheses, "load_development", lambda: None)
    sources = {"real": [LOG]}
    monkeypatch.setattr(experiments, "logs_of", lambda *_: sources)
    words = ["experiments", "--no-mlflow"]

    def run(*more: str) -> str:
        monkeypatch.setattr("sys.argv", [*words, *more])
        experiments.main()
        return experiments.OUT.read_text()

    found = run()
    assert experiments.PAGE.exists()
    assert not Path("docs").exists()
    assert run("--record") == found
    assert experiments.RECORDED.read_text() == found
    assert experiments.RECORDED_PAGE.exists()
    experiments.OUT.unlink()
    assert run() == found
    assert bench.calls == 1, "what the documents know was run again"
    bench.build = "c"
    earlier = json.loads(run("--report"))["hypotheses"]
    assert earlier == json.loads(found)["hypotheses"], "build b found it"
    assert "Build `b`." in experiments.PAGE.read_text()
    assert experiments.RECORDED.read_text() == found
    elsewhere = dataclasses.replace(LOG, name="another")
    sources["real"] = [elsewhere]
    logged: list[Any] = []
    monkeypatch.setattr(
        experiments_log, "log_all", lambda entries, *_: logged.append(entries)
    )
    words.remove("--no-mlflow")
    report = json.loads(run("--report"))
    assert report["logs"][LOG.name] == json.loads(found)["logs"][LOG.name]
    assert logged == [[]], "another build found it"
    bench.build = "b"
    sources["real"] = [LOG]
    run("--report")
    assert [entry["name"] for entry in logged[1]] == [hypothesis.name]
    words.append("--no-mlflow")
    with pytest.raises(OpsError, match="^ONLY: found 'nothing', expected"):
        run("--only", "nothing")
    other = dataclasses.replace(hypothesis, base=("train.rounds=1",))
    monkeypatch.setattr(hypotheses, "load_all", lambda _: [other])
    assert "not run" in run("--report"), "that is another question"


def test_a_verdict_is_told_once_a_variant(tmp_path: Path) -> None:
    bench: Any = FakeBench()
    hypothesis = load(tmp_path, GOOD.replace("likes\n", "likes | more\n", 1))
    other = dataclasses.replace(LOG, name="other")
    logs = [LOG, other]
    entry = experiments.Study(bench).entry(hypothesis, logs, may=True)
    lines = list(experiments_page.hypothesis_table(entry))
    assert lines[-2].startswith("| with likes \\| more | shop | ")
    assert lines[-2].endswith(" | accepted |")
    assert lines[-1].endswith(" |  |")


def test_a_page_of_an_older_report_has_no_tenths() -> None:
    assert experiments_page.tenth_of({}) == "–"
    assert experiments_page.seeds_of({"seed": 42}) == "seed 42"
    assert experiments_page.seeds_of({"seeds": [1, 2]}) == "seeds 1, 2"


def test_seeds_are_whole_numbers() -> None:
    assert experiments.seeds_of("42,43") == (42, 43)
    with pytest.raises(OpsError, match="SEEDS: found '4x', expected whole"):
        experiments.seeds_of("4x")


def test_a_tenth_of_the_customers_is_named(tmp_path: Path) -> None:
    answer = tmp_path / "predictions.csv"
    answer.write_text("user_id,products\n" + "u,['p']\n" * 9)
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"ingest": {"users": 49}}))
    assert trials.tenth_of(answer).read_text().count("u,") == 4


def test_every_seed_answers_at_every_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def run(*words: Any) -> None:
        found = [str(word) for word in words]
        ran.append(found)
        if found[0] == "score":
            out = Path(found[found.index("--json") + 1])
            named = found[found.index("--predictions") + 1]
            out.write_text(json.dumps({"named": named}))
            return
        folder = Path(found[found.index("--out") + 1])
        folder.mkdir(parents=True)
        (folder / "predictions.csv").write_text("user_id\n" + "u\n" * 3)
        users = {"ingest": {"users": 20}}
        (folder / "report.json").write_text(json.dumps(users))

    class Program:
        pass

    program: Any = Program()
    program.run = run
    monkeypatch.setattr(trials, "built", lambda: program)
    monkeypatch.chdir(ROOT)
    bench = trials.Bench(tmp_path, seeds=(1, 2))
    log = trials.Log("shop", Path("shop"), ("2024-01-05", "2024-01-06"), "d")
    score = bench.score(log, ["train.rounds=1"], [])
    answers = [words for words in ran if words[0] == "run"]
    assert len(answers) == 8, "two settings, cuts and seeds"
    scores = [words for words in ran if words[0] == "score"]
    cuts = "2024-01-05,2024-01-06,2024-01-05,2024-01-06"
    assert [w[w.index("--from") + 1] for w in scores] == [cuts, cuts]
    assert all("--params" in words for words in scores), "the same clock"
    assert score["named"].count("predictions.csv") == 4
    assert score["tenth"]["named"].count("tenth.csv") == 4
    assert bench.score(log, ["train.rounds=1"], []) == score
    assert len(ran) == 10, "what is known is not run again"


def test_the_projects_own_files_are_sound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()  # the program's own settings
    monkeypatch.chdir(ROOT)
    found = hypotheses.load_all()
    assert len(found) >= 12
    development = hypotheses.load_development()
    assert all(development.real.values())


def test_a_folder_without_the_logs_is_refused(tmp_path: Path) -> None:
    cuts = hypotheses.Cuts(("x",), "z")
    development = hypotheses.Development({"a-log": cuts}, 0.1, 1, cuts)
    with pytest.raises(OpsError, match="has none of the logs a-log"):
        trials.real_logs(development, tmp_path)
    with pytest.raises(OpsError, match="found no .pq"):
        trials.digest_of(tmp_path)


def test_a_log_in_parts_has_a_digest_too(tmp_path: Path) -> None:
    spark = tmp_path / "spark" / "train_actions.parquet"
    spark.mkdir(parents=True)
    (spark / "part-0.parquet").write_text("0")
    found = {trials.digest_of(tmp_path / "spark")}
    (spark / "part-1.parquet").write_text("1")
    found.add(trials.digest_of(tmp_path / "spark"))
    loose = tmp_path / "loose"
    loose.mkdir()
    for name in ("monday.csv.gz", "tuesday.csv.gz"):
        (loose / name).write_text(name)
        found.add(trials.digest_of(loose))
    assert len(found) == 4, "each is another log"


def test_a_schema_is_part_of_what_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the program's own settings
    monkeypatch.chdir(ROOT)
    schema = tmp_path / "schema.yaml"
    params = tmp_path / "params.yaml"
    params.write_text(f"ingest: {{schema: {schema}}}\n")
    found = set()
    for text in ("columns: {user: a}", "columns: {user: b}"):
        schema.write_text(text)
        found.add(trials.Bench(tmp_path, params).fingerprint("x"))
    assert len(found) == 2


def test_ends_are_days_after_the_cuts() -> None:
    assert trials.ends_of(["2017-11-29"], 3.0) == ["2017-12-02T00:00:00"]


def test_a_hypothesis_is_one_parent_run_and_logged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.tracking import MlflowClient
    from vitrina_ops import experiments_log

    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.chdir(tmp_path)
    bench: Any = FakeBench()
    study = experiments.Study(bench)
    entry = study.entry(load(tmp_path, GOOD), [LOG], may=True)
    for _ in range(2):
        experiments_log.log_all([entry], {LOG.name: LOG}, bench)
    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiments_log.EXPERIMENT)
    assert found is not None
    runs = client.search_runs([found.experiment_id])
    parents = [r for r in runs if "mlflow.parentRunId" not in r.data.tags]
    assert len(runs) == 2 and len(parents) == 1
    child = next(run for run in runs if run is not parents[0])
    assert child.data.params == {"candidates.likes.enabled": "true"}
    assert child.data.metrics["difference/a_low"] == 0.1
    assert child.inputs is not None
    assert child.inputs.dataset_inputs[0].dataset.name == "shop"
