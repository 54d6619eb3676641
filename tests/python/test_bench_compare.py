"""bench/compare.py tells a slower part from an unquiet one."""

import json
from pathlib import Path
from typing import Any

import compare
import pytest


def report(
    seconds: list[float],
    peer: list[float] | None = None,
    machine: str = "a",
    kept: list[bool] | None = None,
) -> dict[str, Any]:
    """A report with one part."""
    others = peer or [1.0] * len(seconds)
    rounds = [
        {"is_kept": keep, "seconds": {"vitrina": ours, "peer": other}}
        for ours, other, keep in zip(
            seconds, others, kept or [True] * len(seconds), strict=True
        )
    ]
    contestants: dict[str, Any] = {"vitrina": {}, "peer": {}}
    return {
        "data": {"events": 1},
        "threads": 2,
        "machine": {"processor": machine},
        "parts": [{"name": "p", "contestants": contestants, "rounds": rounds}],
    }


def verdict(old: dict[str, Any], new: dict[str, Any]) -> str:
    (change,) = compare.changes(old, new)
    return change.verdict


QUIET = [1.00, 1.01, 0.99, 1.02, 1.00]


def test_a_clear_rise_is_slower_and_a_fall_faster() -> None:
    risen = [1.2 * value for value in QUIET]
    assert verdict(report(QUIET), report(risen)) == "slower"
    assert verdict(report(risen), report(QUIET)) == "faster"


def test_overlapping_and_small_changes_are_noise() -> None:
    wild = [0.7, 1.5, 1.0, 0.9, 1.3]
    assert verdict(report(QUIET), report(wild)) == "noise"
    # clear, but not worth a word
    assert verdict(report(QUIET), report([1.04] * 5)) == "noise"


def test_too_few_rounds_prove_nothing() -> None:
    assert verdict(report([1.0, 1.0]), report([2.0, 2.0])) == "noise"


def test_dropped_rounds_do_not_count() -> None:
    new = report([*QUIET, 9.0, 9.0], kept=[True] * 5 + [False] * 2)
    assert verdict(report(QUIET), new) == "noise"


def test_other_machine_compares_shares_of_the_peer() -> None:
    slow_machine = report([2 * v for v in QUIET], [2.0] * 5, machine="b")
    assert verdict(report(QUIET), slow_machine) == "noise"
    slower = report([3 * v for v in QUIET], [2.0] * 5, machine="b")
    assert verdict(report(QUIET), slower) == "slower"


def test_p_values_of_small_samples() -> None:
    # 2 of the 252 ways to choose 5 of 10 are as extreme
    assert compare.rank_sum_p([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) == (
        pytest.approx(2 / 252)
    )
    assert compare.rank_sum_p([1, 1, 1], [1, 1, 1]) == 1
    # many values: the normal approximation, no overlap at all
    few = compare.rank_sum_p(list(range(30)), list(range(30, 60)))
    assert few < 1e-9


def test_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(report(QUIET)))
    new.write_text(json.dumps(report([2 * value for value in QUIET])))
    assert compare.main([str(old), str(new)]) == 1
    assert "slower" in capsys.readouterr().out
    assert compare.main([str(old), str(old)]) == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"parts": []}'])
def test_what_is_no_report_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "speed.json"
    path.write_text(text)
    assert compare.main([str(path), str(path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "expected its speed.json" in error


def test_other_data_cannot_be_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(report(QUIET)))
    new.write_text(json.dumps(report(QUIET) | {"data": {"events": 2}}))
    assert compare.main([str(old), str(new)]) == 2
    assert "same log" in capsys.readouterr().err
