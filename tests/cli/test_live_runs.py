"""A little of each long run (scripts/live_long.py), and how parts add up."""

import json
from pathlib import Path

import pytest
from live_runs import record
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
