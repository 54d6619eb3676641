"""The harness of bench/speed, with contestants that only pretend.

Needs nothing of the benches' environment.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import measured_docs
import pytest
from race import (
    contest,
    growth,
    growth_table,
    machine,
    plot,
    statistics,
    table,
)
from race.contest import (
    BenchError,
    Contestant,
    DisagreementError,
    Measurement,
    Part,
    Round,
    Settings,
)
from race.machine import Load

# Writes what a real contestant would: argv[1] seconds, argv[2] the answer.
PRETENDER = """
import json, pathlib, sys
words = dict(zip(sys.argv[3::2], sys.argv[4::2]))
pathlib.Path(words["--result"]).write_text(json.dumps(
    {"seconds": float(sys.argv[1]), "peak_bytes": 2**20, "rows": 7}))
if "--answer" in words:
    path = pathlib.Path(words["--answer"]) / "answer.txt"
    path.write_text(sys.argv[2])
"""
# Load of the machine that runs the tests must not matter.
ANY_LOAD = Settings(repeats=2, threads=1, max_other_load=99.0)


def pretender(name: str, seconds: str, answer: str) -> Contestant:
    return Contestant(name, [sys.executable, "-c", PRETENDER, seconds, answer])


def equal(answers: Mapping[str, Path]) -> str:
    texts = {
        name: (folder / "answer.txt").read_text()
        for name, folder in answers.items()
    }
    if len(set(texts.values())) != 1:
        raise DisagreementError(f"found {texts}, expected equal ones")
    return "equal answers"


def part(*contestants: Contestant) -> Part:
    return Part("p", "the part", "2 times", contestants, equal)


def test_race_reports_both_sides(tmp_path: Path) -> None:
    report = contest.race(
        part(pretender("vitrina", "0.5", "x"), pretender("peer", "2", "x")),
        ANY_LOAD,
        tmp_path,
    )
    assert report["agreement"] == "equal answers"
    assert report["ratios"]["peer"] == {"median": 4, "low": 4, "high": 4}
    assert report["contestants"]["vitrina"]["peak_bytes"] == 2**20
    assert report["contestants"]["vitrina"]["figures"] == {"rows": 7}
    assert [one["is_kept"] for one in report["rounds"]] == [True, True]


def test_disagreement_ends_before_anything_is_timed(tmp_path: Path) -> None:
    with pytest.raises(DisagreementError, match="^p: found .*expected equal"):
        contest.race(
            part(pretender("vitrina", "1", "x"), pretender("peer", "1", "y")),
            ANY_LOAD,
            tmp_path,
        )
    assert not (tmp_path / "result.json").exists()


def test_side_that_fails_is_named(tmp_path: Path) -> None:
    broken = Contestant("peer", [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(BenchError, match="^p: peer: ended with code 3"):
        contest.race(part(broken), ANY_LOAD, tmp_path)


def test_sides_take_turns_at_going_first() -> None:
    names = ["a", "b", "c"]
    assert contest.round_order(names, 0) == ["a", "b", "c"]
    assert contest.round_order(names, 1) == ["c", "b", "a"]


def round_with(ours: float, peer: float, load: float) -> Round:
    return Round(
        {
            "vitrina": Measurement(ours, 1, Load(0.0, 1.0), {"p90_us": ours}),
            "peer": Measurement(peer, 1, Load(load, 2.0), {}),
        }
    )


TWO = [Contestant("vitrina", []), Contestant("peer", [])]
STRICT = Settings(repeats=3, threads=2, max_other_load=0.05)


def test_disturbed_rounds_are_dropped_whole() -> None:
    rounds = [
        round_with(1, 3, 0.0),
        round_with(9, 9, 0.5),
        round_with(2, 4, 0.01),
    ]
    report = contest.report_of(part(*TWO), STRICT, "", rounds)
    assert [one["is_kept"] for one in report["rounds"]] == [True, False, True]
    assert report["contestants"]["vitrina"]["seconds"]["high"] == 2
    assert report["contestants"]["vitrina"]["figures"] == {"p90_us": 1.5}
    # a ratio is of one round
    assert report["ratios"]["peer"] == {"median": 2.5, "low": 2, "high": 3}
    assert not report["is_disturbed"]
    assert report["rounds"][1]["load_average"] == 2.0


def test_all_disturbed_is_said() -> None:
    rounds = [round_with(1, 3, 0.2), round_with(1, 5, 0.3)]
    report = contest.report_of(part(*TWO), STRICT, "", rounds)
    assert report["is_disturbed"]
    assert all(one["is_kept"] for one in report["rounds"])
    text = table.page(whole(report))
    assert "the part (disturbed)" in text
    assert "no result" in text


def test_rounds_go_on_until_enough_are_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads = iter([0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])

    def measured(*_: object) -> Measurement:
        return Measurement(1.0, 1, Load(next(loads), 1.0), {})

    monkeypatch.setattr(contest, "measure", measured)
    rounds = contest.run_rounds(part(*TWO), STRICT, tmp_path)
    assert [one.other_load for one in rounds] == [0.5, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("6.18.44-host-v1", "Linux 6.18.44"),
        ("6.1.0+", "Linux 6.1.0"),
        ("5.15.0-91-generic", "Linux 5.15.0"),
        ("odd", "Linux"),
    ],
)
def test_a_report_names_the_system_and_not_whose_kernel_it_is(
    release: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.release", lambda: release)
    assert machine.describe()["system"] == expected


def test_rounds_end_when_the_machine_is_never_quiet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy = Measurement(1.0, 1, Load(0.9, 9.0), {})
    monkeypatch.setattr(contest, "measure", lambda *_: noisy)
    assert len(contest.run_rounds(part(*TWO), STRICT, tmp_path)) == 6


def test_other_load_leaves_out_our_own_time() -> None:
    # 4 s on 2 processors, 5 s of work, 4.6 s of it ours
    assert machine.load_between(5.0, 4.0, 4.6, 2).other == 0.05
    # ticks are rounded: never below nothing
    assert machine.load_between(4.5, 4.0, 4.6, 2).other == 0


def test_summaries() -> None:
    summary = statistics.summarise([3.0, 1.0, 2.0])
    assert (summary.median, summary.low, summary.high) == (2, 1, 3)
    assert summary.spread == 0.5
    with pytest.raises(ValueError, match="at least one"):
        statistics.summarise([])


def whole(*parts: dict[str, Any]) -> dict[str, Any]:
    """A report as bench.py writes it."""
    return {
        "made": "2026-01-01",
        "machine": {
            "processor": "P",
            "processors": 2,
            "memory_bytes": 8 * 2**30,
        },
        "versions": {"polars": "2.1.0"},
        "data": {
            "simulation": {"simulator_version": 1, "scale": 1.0, "seed": 42},
            "events": 6832782,
            "users": 513641,
            "products": 82981,
        },
        "threads": 2,
        "repeats": 3,
        "max_other_load": 0.05,
        "parts": list(parts),
    }


def test_page_has_a_row_a_peer(tmp_path: Path) -> None:
    rounds = [round_with(0.5, 3, 0.0), round_with(0.25, 2, 0.0)]
    report = whole(contest.report_of(part(*TWO), STRICT, "same", rounds))
    text = table.page(report)
    assert "6,832,782 exploded rows" in text
    assert "| the part | 0.38 s ±33% | 0 MiB | peer | 2.5 s ±20% |" in text
    assert "**7.0** [6.0, 8.0]" in text
    assert "- the part: same. Vitrina: p90 0.375 µs. Bar: 2 times." in text
    plot.draw(report, tmp_path / "speed.png")
    assert (tmp_path / "speed.png").read_bytes().startswith(b"\x89PNG")
    assert "**7.0** [6.0, 8.0]" in measured_docs.short(report)
    ratios = report["parts"][0]["ratios"]
    ratios["vitrina with all its columns"] = ratios["peer"]
    assert "all its columns" not in measured_docs.short(report)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123, "12.3 ms"),
        (0.456, "0.46 s"),
        (1.234, "1.2 s"),
        (12.34, "12 s"),
        (123.4, "123 s"),
    ],
)
def test_seconds_have_the_digits_that_matter(value: float, text: str) -> None:
    assert table.seconds(value) == text


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("p90_us", 121.9, "p90 122 µs"),
        ("flops_per_second", 1.12e11, "112 G flops/s"),
        ("rows_a_core_per_second", 1234567.8, "1,234,568 rows a core/s"),
    ],
)
def test_figures_have_their_unit(key: str, value: float, text: str) -> None:
    assert table.figure(key, value) == text


def test_pages_are_what_was_recorded() -> None:
    for path, text in measured_docs.pages().items():
        assert path.read_text(encoding="utf-8") == text, "run `make docs`"


def test_tables_replace_what_is_between_the_comments() -> None:
    block = measured_docs.BLOCKS[0]
    page = f"a\n{block.begin}old\n{block.end}b\n"
    made = block.put(page, "new\n")
    assert made == page.replace("old", "new")
    with pytest.raises(ValueError, match=re.escape("speed ends")):
        block.put("no comments", "new\n")


# Stands for the program: argv[1] is the command, then its options.
PROGRAM = """#!{python}
import json, pathlib, sys
command, words = sys.argv[1], dict(zip(sys.argv[2::2], sys.argv[3::2]))
out = pathlib.Path(words["--out"])
out.mkdir(parents=True, exist_ok=True)
if command == "recommend" and not pathlib.Path(words["--bundle"]).exists():
    sys.exit(4)
if command == "run":
    pathlib.Path(words["--bundle"]).mkdir(exist_ok=True)
    stages = ["ingest", "fit", "examples", "evaluate", "recommend"]
    seconds = {{stage: 6.0 / int(words["--threads"]) for stage in stages}}
    seconds["ingest"] = 2.0
    rows = {{"rows_read": 5000, "users": 40, "products": 30}}
    text = json.dumps({{"ingest": rows, "seconds": seconds}})
    (out / "report.json").write_text(text)
"""


@pytest.fixture
def pretended_shop(tmp_path: Path) -> growth.Shop:
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    return growth.Shop(program, tmp_path / "made", 0.5, 42)


def test_growth_measures_a_shop_and_removes_it(
    pretended_shop: growth.Shop,
) -> None:
    with pretended_shop as shop:
        point = growth.at_scale(shop, 2, 3)
        threads = growth.by_threads(shop, 2)
    assert not pretended_shop.folder.exists()
    assert (point["rows"], point["users"], point["products"]) == (5000, 40, 30)
    assert point["stages"]["fit"] == 3.0
    assert point["run"]["seconds"]["low"] > 0
    assert point["run"]["peak_bytes"] > 2**20
    assert threads["times"] == pytest.approx(
        {"ingest": 1, "fit": 2, "examples": 2, "evaluate": 2, "recommend": 2}
    )
    assert threads["parallel_times"] == pytest.approx(2)


def test_growth_ends_with_the_programs_own_failure(tmp_path: Path) -> None:
    broken = growth.Shop(Path("/bin/false"), tmp_path / "made", 1.0, 42)
    with pytest.raises(BenchError, match="simulate .*ended with code 1"):
        broken.simulate()


def grown(scale: float, seconds: float) -> dict[str, Any]:
    """A point of the plot."""
    taken = {"median": seconds, "low": seconds, "high": seconds}
    part = {"seconds": taken, "peak_bytes": 2**30, "other_load": 0.01}
    return {
        "scale": scale,
        "rows": round(scale * 7_000_000),
        "users": 10,
        "products": 10,
        "run": part,
        "recommend": part,
        "stages": {"fit": seconds / 2},
    }


def test_growth_is_of_the_worst_step() -> None:
    points = [grown(1, 10), grown(4, 60), grown(2, 15)]
    # from 2 to 4 time grew fourfold, rows twofold
    assert growth.slope(points) == 2.0


def test_growth_page_and_plot(tmp_path: Path) -> None:
    report = {
        **{key: whole()[key] for key in ("made", "machine", "repeats")},
        "seed": 42,
        "scales": [grown(1, 10), grown(2, 18)],
        "threads": {
            "scale": 1,
            "one": {"fit": 8.0},
            "two": {"fit": 5.0},
            "times": {"fit": 1.6},
            "parallel_stages": ["fit"],
            "parallel_times": 1.6,
        },
    }
    text = growth_table.page(report)
    assert "| 2 | 14,000,000 | 10 | 10 | 18 s ±0% | 1024 MiB |" in text
    assert "| fit | 5.0 s | 9.0 s | 8.0 s | 5.0 s | 1.60 |" in text
    assert "at most 0.90 times what the rows did" in text
    assert "1.60 times as fast" in text
    assert "median of 3 runs a scale" in text
    once = growth_table.page({**report, "repeats": 1})
    assert "| 2 | 14,000,000 | 10 | 10 | 18 s | 1024 MiB |" in once
    assert "one run a scale" in once
    plot.draw_growth(report, tmp_path / "growth.svg")
    assert "<svg" in (tmp_path / "growth.svg").read_text()
