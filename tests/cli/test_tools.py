"""The tools behind the figures: importance, ceilings and --since."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import shops
from command import Vitrina
from shops import OPENING
from vitrina_ops.files import read_json

USAGE = 2
BAD_DATA = 5
MISSING_INPUT = 4
FAST = (
    "--quiet",
    "--set=train.rounds=12",
    "--set=split.max_windows=5",
    "--set=evaluate.draws=100",
)


def importance(
    vitrina: Vitrina, stages: Path, name: str, *words: str
) -> tuple[Any, bytes]:
    """What the command writes about a workspace, with more options."""
    out = stages.parent / name
    command = ("importance", "--workspace", stages, "--json", out, "--quiet")
    result = vitrina(*command, *words)
    assert result.returncode == 0, result.stderr
    return read_json(out), out.read_bytes()


def test_importance_of_what_a_run_kept(
    vitrina: Vitrina, data: Path, tmp_path: Path
) -> None:
    stages = tmp_path / "stages"
    run = ("run", "--data", data, "--out", tmp_path / "out")
    result = vitrina(*run, "--keep-stages", stages, *FAST)
    assert result.returncode == 0, result.stderr
    report, expected = importance(vitrina, stages, "one.json", "--threads=1")
    metrics = read_json(stages / "reports" / "metrics.json")
    assert report["recall_a"] == metrics["valid"]["recall_a"]
    assert report["buyers"] == metrics["valid"]["buyers"]

    gains = read_json(stages / "reports" / "train.json")
    by_column = {row["column"]: row["gain"] for row in gains["gain"]}
    columns = report["columns"]
    assert {row["column"]: row["gain"] for row in columns} == by_column
    assert sum(row["gain_share"] for row in columns) == pytest.approx(1)
    for row in columns:
        if row["gain"] == 0:
            assert row["recall_a_drop"] == row["cross_entropy_rise"] == 0
    groups = report["groups"]
    assert sum(row["columns"] for row in groups) == len(columns)
    assert sum(row["gain_share"] for row in groups) == pytest.approx(1)
    assert report["base"]["cross_entropy_rise"] > 0

    _, threads = importance(vitrina, stages, "four.json", "--threads=4")
    assert threads == expected
    words = "--set=importance.memory_mib=1"
    _, memory = importance(vitrina, stages, "little.json", words)
    assert memory == expected
    other, _ = importance(vitrina, stages, "seed.json", "--seed=7")
    assert other["base"] != report["base"]
    assert other["recall_a"] == report["recall_a"]

    few, _ = importance(vitrina, stages, "few.json", "--max-users=60")
    assert 30 < few["users"] < 90 < few["scored_users"] == report["users"]
    assert 0 < few["buyers"] < report["buyers"]
    assert few["max_sent"] < report["max_sent"] == 3000
    enough = importance(vitrina, stages, "enough.json", "--max-users=9999")
    assert enough[1] == expected

    plain = vitrina("importance", "--workspace", stages, "--quiet")
    assert plain.returncode == 0, plain.stderr
    path = stages / "reports" / "importance.json"
    assert path.read_bytes() == expected

    switched = "--set=features.pair.enabled=false"
    result = vitrina("importance", "--workspace", stages, switched)
    assert "the ranker was trained on other feature columns" in result.stderr


def test_importance_of_nothing_says_what_to_run(vitrina: Vitrina) -> None:
    result = vitrina("importance")
    assert result.returncode == MISSING_INPUT
    assert "run 'vitrina ingest' first" in result.stderr


def test_importance_of_a_log_without_a_valid_fold(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    rows = shops.random_rows(seed=2, days=3)
    data = shops.write_shop(tmp_path / "data", rows)
    stages = tmp_path / "stages"
    run = ("run", "--data", data, "--out", tmp_path / "out")
    result = vitrina(*run, "--keep-stages", stages, *FAST)
    assert result.returncode == 0, result.stderr
    report, _ = importance(vitrina, stages, "short.json")
    assert report["cut"] is None
    assert "too short" in report["reason"]


CUTS = [(OPENING + dt.timedelta(days)).isoformat() for days in (7, 8)]


def ceilings(
    vitrina: Vitrina, data: Path, out: Path, *words: str | Path
) -> Any:
    command = ("ceilings", "--data", data, "--json", out, "--quiet")
    result = vitrina(*command, *words)
    assert result.returncode == 0, result.stderr
    assert "share of bought pairs found" in result.stdout
    return read_json(out)


def test_ceilings_are_pooled_over_cuts(
    vitrina: Vitrina, data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ceilings.json"
    alone = [
        ceilings(vitrina, data, out, "--as-of", cut, "--k=5,20")
        for cut in CUTS
    ]
    words = ("--as-of", ",".join(CUTS), "--k=5,20")
    both = ceilings(vitrina, data, out, *words, "--threads=1")
    assert both == ceilings(vitrina, data, out, *words, "--threads=3")
    assert both["cuts"] == CUTS
    assert both["k"] == [5, 20]
    for count in ("buyers", "bought_pairs", "new_pairs"):
        assert both[count] == sum(one[count] for one in alone) > 0
    for name, row in both["generators"].items():
        assert [entry["k"] for entry in row["by_k"]] == [5, 20], name
        found = [
            one["generators"][name]["by_k"][1]["share_of_pairs"]
            * one["bought_pairs"]
            for one in alone
        ]
        share = row["by_k"][1]["share_of_pairs"]
        assert share * both["bought_pairs"] == pytest.approx(sum(found))
    assert both["generators"]["own_history"]["on"] is True
    union = both["union_of_all"]["by_k"]
    best = max(
        row["by_k"][1]["recall_a"] for row in both["generators"].values()
    )
    assert best <= union[1]["recall_a"] <= 1


def test_ceilings_do_not_look_behind_the_window(
    vitrina: Vitrina, data: Path, tmp_path: Path
) -> None:
    """A log that ends with the window gives the same figures."""
    end = OPENING + dt.timedelta(10)
    rows = shops.before(shops.random_rows(seed=1), end)
    catalog = shops.catalog_table()
    shorter = shops.write_shop(tmp_path / "shorter", rows, catalog)
    out = tmp_path / "ceilings.json"
    words = ("--as-of", CUTS[0], "--horizon-days=3")
    assert ceilings(vitrina, data, out, *words) == ceilings(
        vitrina, shorter, out, *words
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--as-of=then"], "--as-of: found 'then', expected a time"),
        (["--as-of=2024-03-03"], "expected a time after the first event"),
        ([], "--as-of TIME[,TIME...] is required"),
    ],
)
def test_ceilings_name_a_wrong_cut(
    vitrina: Vitrina, data: Path, words: list[str], message: str
) -> None:
    result = vitrina("ceilings", "--data", data, "--quiet", *words)
    assert result.returncode in (USAGE, BAD_DATA)
    assert message in result.stderr


def test_since_is_a_log_that_begins_there(
    vitrina: Vitrina, data: Path, tmp_path: Path
) -> None:
    since = OPENING + dt.timedelta(2)
    rows = [r for r in shops.random_rows(seed=1) if r.date >= since]
    catalog = shops.catalog_table()
    later = shops.write_shop(tmp_path / "later", rows, catalog)

    def answer(folder: Path, *words: str) -> bytes:
        out = tmp_path / "out"
        result = vitrina("run", "--data", folder, "--out", out, *FAST, *words)
        assert result.returncode == 0, result.stderr
        return (out / "predictions.csv").read_bytes()

    hidden = answer(data, "--since", since.isoformat())
    report = read_json(tmp_path / "out" / "report.json")
    assert report["ingest"]["events_hidden_by_since"] > 0
    assert report["ingest"]["begin"] >= since.isoformat()
    assert hidden == answer(later)
    assert hidden != answer(data)


def test_since_after_the_log_is_an_error(vitrina: Vitrina, data: Path) -> None:
    result = vitrina("ingest", "--data", data, "--since=2030-01-01", "--quiet")
    assert result.returncode == BAD_DATA
    assert "--since" in result.stderr
    assert result.stderr.count("\n") == 1
