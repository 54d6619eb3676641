"""Tells a regression from noise between two reports of `make bench`.

``.venv/bin/python bench/compare.py OLD NEW`` takes two speed.json. A part has
changed when the rank-sum test of its kept rounds (Mann and Whitney, 1947;
exact) finds them different at 5% and the medians differ by more than 5%;
anything else is noise. Seconds are compared where both reports are of one
machine, and otherwise the times to the first peer, part by part. Ends with 1
when a part has become slower, with 2 when the reports cannot be compared.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, erfc, sqrt
from pathlib import Path
from statistics import median
from typing import Any

Report = dict[str, Any]
SIGNIFICANCE = 0.05
LEAST_CHANGE = 0.05
# sums of ranks are counted one by one up to so many draws
EXACT_DRAWS = 200_000


class NotComparableError(Exception):
    """The reports are of different work; one line."""


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    ascending = sorted(values)
    first = {value: ascending.index(value) for value in set(values)}
    return [
        first[value] + (ascending.count(value) + 1) / 2 for value in values
    ]


def rank_sum_p(old: Sequence[float], new: Sequence[float]) -> float:
    """Two-sided p-value of the rank-sum test."""
    all_ranks = ranks([*old, *new])
    n, total = len(old), len(all_ranks)
    expected = n * (total + 1) / 2
    distance = abs(sum(all_ranks[:n]) - expected)
    if comb(total, n) <= EXACT_DRAWS:
        as_far = sum(
            abs(sum(draw) - expected) >= distance - 1e-9
            for draw in combinations(all_ranks, n)
        )
        return as_far / comb(total, n)
    deviation = sqrt(n * (total - n) * (total + 1) / 12)
    return erfc(distance / deviation / sqrt(2))


@dataclass(frozen=True)
class Change:
    """What became of one part; `factor` above 1 is slower."""

    part: str
    factor: float
    p: float

    @property
    def verdict(self) -> str:
        is_sure = self.p <= SIGNIFICANCE
        if not is_sure or abs(self.factor - 1) <= LEAST_CHANGE:
            return "noise"
        return "slower" if self.factor > 1 else "faster"


def values_of(part: Report, is_same_machine: bool) -> list[float]:
    """What is compared, by kept round: seconds, or a share of the peer's."""
    names = list(part["contestants"])
    kept = [one["seconds"] for one in part["rounds"] if one["is_kept"]]
    if is_same_machine:
        return [seconds[names[0]] for seconds in kept]
    if len(names) < 2:
        return []
    return [seconds[names[0]] / seconds[names[1]] for seconds in kept]


def check_comparable(old: Report, new: Report) -> None:
    """Raise NotComparableError unless both did the same work."""
    for key in ("data", "threads"):
        if old[key] != new[key]:
            raise NotComparableError(
                f"{key}: found {new[key]}, expected {old[key]} as in OLD; "
                f"measure both on the same log with the same threads"
            )


def changes(old: Report, new: Report) -> list[Change]:
    """The parts that are in both reports, in the order of the new one."""
    check_comparable(old, new)
    is_same = old["machine"] == new["machine"]
    before = {part["name"]: part for part in old["parts"]}
    found = []
    for part in new["parts"]:
        if part["name"] not in before:
            continue
        a = values_of(before[part["name"]], is_same)
        b = values_of(part, is_same)
        if a and b:
            factor = median(b) / median(a)
            found.append(Change(part["name"], factor, rank_sum_p(a, b)))
    return found


def read(path: Path) -> Report:
    """A report; exits with 2 when the file is none."""
    try:
        report: Report = json.loads(path.read_text(encoding="utf-8"))
        _ = report["parts"], report["data"], report["machine"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotComparableError(
            f"{path}: no report of `make bench` ({error}); expected its "
            f"speed.json"
        ) from error
    return report


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    arguments = parser.parse_args(words)
    try:
        found = changes(read(arguments.old), read(arguments.new))
    except NotComparableError as error:
        print(f"compare: error: {error}", file=sys.stderr)
        return 2
    for change in found:
        print(
            f"{change.part:24} {change.verdict:7} {change.factor:6.3f} "
            f"of the old time, p = {change.p:.3f}"
        )
    slower = sum(change.verdict == "slower" for change in found)
    print(f"{len(found)} parts compared, {slower} slower")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
