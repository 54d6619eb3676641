"""`vitrina backtest`: the same figures as its parts give one by one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shops
from command import Vitrina, assert_refused
from shops import ORDER
from vitrina_ops.files import read_json

USAGE = 2
CONFIG = 3
MISSING_INPUT = 4
BAD_DATA = 5

# Fewer trees of fewer rows: what is tested here is not how good they are.
FAST = (
    "--quiet",
    "--set=train.rounds=5",
    "--set=split.max_windows=3",
    "--set=evaluate.draws=50",
    "--set=engine.max_candidates=30",
    "--set=score.draws=200",
    "--seed=7",
)
CUTS = ("2024-03-10", "2024-03-11T12:00:00")
ENDS = ("2024-03-12", "2024-03-13T12:00:00")
RULES = ("organisers", "popularity", "own_history")
ANSWERS = ("predictions", *RULES)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    return shops.write_shop(
        folder, shops.random_rows(seed=2, users=90), shops.catalog_table()
    )


def test_figures_are_those_of_run_baselines_and_score(
    vitrina: Vitrina, tmp_path: Path, data: Path
) -> None:
    size = ("--set=split.horizon_days=2", "--set=choose.k=10")
    common = (*FAST, *size, "--data", data)
    found = vitrina(
        *("backtest", *common, "--at", ",".join(CUTS)),
        *("--out", "whole", "--json", "whole.json"),
    )
    assert found.returncode == 0, found.stderr
    whole = read_json(tmp_path / "whole.json")
    for cut in CUTS:
        words = (*common, "--as-of", cut, "--out", cut)
        assert vitrina("run", *words).returncode == 0
        assert vitrina("baselines", *words).returncode == 0
        for name in ANSWERS:
            ours = tmp_path / "whole" / cut / f"{name}.csv"
            theirs = tmp_path / cut / f"{name}.csv"
            assert ours.read_bytes() == theirs.read_bytes(), (cut, name)

    def scored(rule: str, *windows: int) -> Any:
        files = [
            ",".join(f"{CUTS[w]}/{name}.csv" for w in windows)
            for name in ("predictions", rule)
        ]
        result = vitrina(
            *("score", "--quiet", "--seed=7", "--draws", "200", "--k", "10"),
            *("--predictions", files[0], "--vs", files[1], "--truth", data),
            *("--from", ",".join(CUTS[w] for w in windows)),
            *("--to", ",".join(ENDS[w] for w in windows)),
            *("--json", "part.json"),
        )
        assert result.returncode == 0, result.stderr
        return read_json(tmp_path / "part.json")

    same = ("readings", "counts", "recall_by_k")
    judged: list[tuple[Any, tuple[int, ...]]] = [(whole, (0, 1))]
    judged += [(whole["windows"][w], (w,)) for w in range(2)]
    for part, windows in judged:
        assert sorted(part["rules"]) == sorted(RULES)
        for rule in RULES:
            score = scored(rule, *windows)
            assert {k: part[k] for k in same} == {k: score[k] for k in same}
            assert part["rules"][rule] == score["versus"]
    assert [w["to"][:10] for w in whole["windows"]] == [e[:10] for e in ENDS]
    for cut, window in zip(CUTS, whole["windows"], strict=True):
        expected = window["expected"]
        report = read_json(tmp_path / cut / "report.json")["answer"]
        assert expected["buyers"] == report["expected_buyers"] > 0
        assert expected["recall_sum"] == report["expected_recall_sum"] > 0
        assert expected["buyers_came"] == window["counts"]["buyers_sent"] > 0
        reached = window["readings"]["a"]["value"] * window["counts"]["buyers"]
        assert expected["recall_sum_reached"] == pytest.approx(reached)
        ratio = expected["buyers"] / expected["buyers_came"]
        line = next(
            x
            for x in found.stdout.splitlines()
            if x.startswith(f"  {cut[:10]}")
        )
        assert f" {ratio:.2f} " in line
    assert f"{whole['readings']['a']['value']:.4f} [" in found.stdout
    assert whole["counts"]["buyers"] > 20


def test_cuts_by_number_end_with_the_log(
    vitrina: Vitrina, tmp_path: Path, data: Path
) -> None:
    words = ("--cuts", "2", "--every", "1.5", "--horizon-days", "2")
    found = vitrina(
        *("backtest", *FAST[1:], "--progress=plain", "--data", data, *words),
        *("--json", "b.json"),
    )
    assert found.returncode == 0, found.stderr
    windows = read_json(tmp_path / "b.json")["windows"]
    # the last event is at 21:02 on the 15th
    cuts = ["2024-03-12T10:00:00", "2024-03-13T22:00:00"]
    assert [w["from"] for w in windows] == cuts
    assert "warning" not in found.stderr
    for n, cut in enumerate(cuts, 1):
        assert f"cut {n} of 2, {cut}" in found.stderr
        assert f"cut {cut}" in found.stdout
    for w in windows:
        assert (tmp_path / w["predictions"]).parent.parent.name == "backtest"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("--cuts 9", BAD_DATA, "room for 6 cuts 1 days apart, expected 9: "),
        ("--cuts 9", BAD_DATA, "give --cuts 6 or name cuts by --at"),
        ("--cuts 1 --horizon-days 9", BAD_DATA, "found room for 0 cuts"),
        ("--cuts 0", USAGE, "--cuts: found '0', expected a whole number"),
        ("--cuts 2.5", USAGE, "--cuts: found '2.5'"),
        ("--every 0", USAGE, "--every: found '0', expected days above 0"),
        ("--every nan", USAGE, "--every: found 'nan'"),
        ("--at 2024-03-09 --cuts 2", USAGE, "--cuts: found beside --at"),
        ("--at 2024-03-09,2024-03-09", USAGE, "2024-03-09T00:00:00 twice"),
        ("--at 2024-03-01", USAGE, "expected a moment within the log's"),
        ("--at 2024-04-01", USAGE, "expected a moment within the log's"),
        ("--at soon", USAGE, "--at: found 'soon'"),
        ("--at 2024-03-09T00:00Z", USAGE, "expected a time without a zone"),
        ("--since 2024-03-12T12:00", BAD_DATA, "room for 0 cuts 1 days apart"),
        ("--since 2024-03-09", BAD_DATA, "give --cuts 1 or name cuts by --at"),
        ("--since 2024-04-01", BAD_DATA, "found no event that can be used"),
        ("--data none", MISSING_INPUT, "none"),
    ],
)
def test_what_cannot_be_done_is_told_before_any_work(
    vitrina: Vitrina,
    tmp_path: Path,
    data: Path,
    words: str,
    code: int,
    message: str,
) -> None:
    given = words.split()
    source = () if "--data" in given else ("--data", data)
    assert_refused(
        vitrina("backtest", "--quiet", *source, *given), code, message
    )
    assert not (tmp_path / "out").exists()


def test_answers_and_truth_are_on_one_clock(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    """Else the answers would have seen some of the orders that judge them."""
    log = shops.log_table(shops.random_rows(seed=2, users=60))
    zoned = log["date"].cast(pa.timestamp("us", "UTC"))
    at = log.column_names.index("date")
    (tmp_path / "shop").mkdir()
    pq.write_table(
        log.set_column(at, "date", zoned), tmp_path / "shop/train_actions.pq"
    )
    zone = "-08:00"
    (tmp_path / "zone.yaml").write_text(f"time_zone: '{zone}'\n")
    cut, end = "2024-03-11", "2024-03-13"

    def told(name: str, *words: str) -> Any:
        done = vitrina(*words, "--json", name)
        assert done.returncode == 0, done.stderr
        return {
            key: value
            for key, value in read_json(tmp_path / name).items()
            if key in ("readings", "counts", "targets")
        }

    ways = ("--set=ingest.time_zone=" + zone, "--schema=zone.yaml")
    tested = [
        told(
            f"backtest{i}.json",
            *("backtest", *FAST, "--data", "shop", "--at", cut, way),
            *("--horizon-days", "2", "--out", f"out{i}"),
        )
        for i, way in enumerate(ways)
    ]
    assert tested[0] == tested[1]
    window = (*("--from", cut), *("--to", end))
    scored = [
        told(
            f"score{i}.json",
            *("score", "--quiet", "--seed=7", "--draws=200", *window, way),
            *("--truth", "shop"),
            *("--predictions", f"out1/{cut}/predictions.csv"),
        )
        for i, way in enumerate(ways)
    ]
    assert scored[0] == scored[1] == tested[1]


def test_a_window_without_buyers_is_an_error(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    rows = shops.random_rows(seed=2, users=20)
    shops.write_shop(tmp_path / "shop", [r for r in rows if r.action != ORDER])
    words = ("backtest", "--quiet", "--data", "shop", "--cuts", "1")
    assert_refused(
        vitrina(*words), BAD_DATA, "found no orders from 2024-03-12T21:00"
    )
    # seven minutes of a window may be missing, more than an hour is told
    for hours, is_whole in (("21", True), ("22", False)):
        found = vitrina(
            *("backtest", "--data", "shop", "--progress=plain"),
            *("--at", f"2024-03-12T{hours}:00"),
        )
        assert found.returncode == BAD_DATA
        told = "the log ends at 2024-03-15T20:53:03" in found.stderr
        assert told != is_whole


def test_days_without_times_of_day_are_whole(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    rows = [
        replace(row, date=row.date.replace(hour=12, minute=0, second=0))
        for row in shops.random_rows(seed=2, users=20)
    ]
    shops.write_shop(tmp_path / "shop", rows)
    words = ("backtest", "--quiet", "--data", "shop", "--cuts", "9")
    assert_refused(vitrina(*words), BAD_DATA, "found room for 7 cuts")
