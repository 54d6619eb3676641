"""A little of each long run (scripts/live_long.py), and how parts add up."""

import json
from pathlib import Path

import live_long
import pytest
from live_runs import record, slow_peers, swaps
from live_runs.fuzz import fuzz
from live_runs.process import slope
from live_runs.slow_peers import half_open
from live_runs.soak import Samples, soak
from live_runs.stops import stop_under_load
from live_runs.swaps import swap_under_load


def test_a_stop_under_load_loses_nothing(
    learned: Path, tmp_path: Path
) -> None:
    counts = stop_under_load(learned, tmp_path, stops=10, seed=1)
    assert counts["stops"] == 10
    assert counts["acknowledged"] > 30


def test_no_request_fails_while_bundles_are_swapped(
    learned: Path, tmp_path: Path
) -> None:
    counts = swap_under_load(learned, tmp_path, swaps=20)
    assert counts.keys() >= swaps.BARS.keys()
    assert (counts["swaps"], counts["failed"]) == (20, 0)
    assert counts["answers"] > 100


def test_every_way_to_cover_the_schema_is_answered_as_described(
    learned: Path, tmp_path: Path
) -> None:
    counts = fuzz(learned, tmp_path, 10, seed=0, phases="coverage")
    assert counts["requests"] > 200
    assert counts["operations"] >= 8


def test_others_are_answered_beside_half_open_peers(
    learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("live_runs.slow_peers.SECONDS", 0.5)
    counts = half_open(learned, tmp_path, peers=300)
    assert counts.keys() >= slow_peers.BARS.keys()
    assert counts["answers"] > 20


def test_customers_come_and_are_forgotten(
    learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # how memory goes is seen in a long run only
    monkeypatch.setattr("live_runs.soak.MOST_GROWTH", float("inf"))
    counts = soak(learned, tmp_path, seconds=2)
    assert counts["failed"] == 0
    assert counts["swaps"] >= 1
    assert counts["forgotten"] > 0


def test_growth_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert slope([0, 1, 2], [5, 7, 9]) == 2
    memory = iter(range(1000, 2000, 10))
    monkeypatch.setattr(
        "live_runs.soak.resident_bytes", lambda _: next(memory)
    )
    monkeypatch.setattr("live_runs.soak.n_descriptors", lambda _: 9)
    samples = Samples(1)
    for second in range(50):
        samples.take(second)
    with pytest.raises(AssertionError, match="memory grows by"):
        samples.judge()


def test_parts_of_one_build_add_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = tmp_path / "measured.json"
    monkeypatch.setattr(record, "MEASURED", measured)
    monkeypatch.setattr(record, "build_id", lambda: "one")
    runs = record.Record("kill", tmp_path)
    assert runs.sum() == {"parts": 0}
    runs.add({"kills": 31, "max_ms": 2.5})
    monkeypatch.setattr(record, "build_id", lambda: "two")
    runs.add({"kills": 10, "max_ms": 9})
    runs.add({"kills": 5, "max_ms": 3})
    assert runs.sum() == {"parts": 2, "kills": 15, "max_ms": 9}
    runs.publish(3100, "kills")
    report = json.loads(measured.read_text())["kill"]
    assert report["build"] == "two"
    assert report["wanted"] == {"kills": 3100}
    assert report["seen"] == {"parts": 2, "kills": 15, "max_ms": 9}


def test_a_recorded_run_is_held_to_its_bars(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Times are made up here: no test judges those of a machine."""
    measured = tmp_path / "measured.json"
    ratios = iter([1.5, 2.5, 1.0])

    def part(*_: object) -> record.Counts:
        ratio = next(ratios)
        return {"swaps": 50, "max_p99_ratio": ratio, "max_memory_growth": 0.1}

    def go(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["live_long.py", "swap", *words])
        return live_long.main()

    run = live_long.Run("swaps", "swaps", 150, 50, part, swaps.BARS)
    monkeypatch.setattr(live_long, "RUNS", {"swap": run})
    monkeypatch.setattr(live_long, "learn", lambda _: None)
    monkeypatch.setattr(
        live_long, "Record", lambda name: record.Record(name, tmp_path)
    )
    monkeypatch.setattr(record, "MEASURED", measured)
    assert go("--record", "--count", "50") == 0
    capsys.readouterr()
    assert go("--record") == 1
    assert capsys.readouterr().err == (
        "swap: FAILED: max_p99_ratio: found 2.5 in a part, expected at most "
        f"2; {tmp_path}/swap.jsonl has the parts, and without it all is "
        "measured anew\n"
    )
    seen = json.loads(measured.read_text())["swap"]["seen"]
    assert seen == {
        **{"parts": 1, "swaps": 50},
        **{"max_p99_ratio": 1.5, "max_memory_growth": 0.1},
    }
    # without recording it goes on, and tells the largest
    assert go() == 0
    out, err = capsys.readouterr()
    assert "max_p99_ratio: 2.5\n" in out
    assert err == ""
