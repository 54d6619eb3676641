"""Readings of every entry, checked by the program's own, and intervals."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .evaluate import (
    READINGS,
    Answer,
    Judged,
    bootstrap,
    interval,
    judge,
    readings,
)
from .logs import US_PER_DAY, Log
from .program import Program, write_answer
from .tuning import Stand

AGREE = 1e-9


@dataclass(frozen=True)
class Entry:
    """One row of the table: answers at the reported cuts, and their story."""

    name: str
    title: str
    answers: list[Answer]
    story: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Judge:
    """Holds the entries of a log against what was bought after its cuts."""

    program: Program
    folder: Path  # of the log
    log: Log
    stands: list[Stand]
    horizon_days: float
    draws: int

    def rows(self, entries: list[Entry]) -> list[dict[str, Any]]:
        """Read all entries and compare each with the first of them."""
        found = [self.row(entry) for entry in entries]
        for size in self.stands[0].sizes:
            self.compare(entries, found, size)
        return found

    def judged(self, entry: Entry, size: str) -> list[Judged]:
        """Judge one entry's first customers at every cut."""
        return [
            judge(answer.first(stand.sizes[size]), stand.bought)
            for stand, answer in zip(self.stands, entry.answers, strict=True)
        ]

    def row(self, entry: Entry) -> dict[str, Any]:
        """Read an entry, and check the reading by the program's own."""
        sizes: dict[str, Any] = {}
        for size in self.stands[0].sizes:
            windows = self.judged(entry, size)
            pooled = readings(windows)
            theirs = self.program_readings(entry, size)
            gap = max(apart(pooled[name], theirs[name]) for name in READINGS)
            if gap > AGREE:
                raise RuntimeError(
                    f"{self.log.name} {entry.name}: readings {pooled}, "
                    f"vitrina score says {theirs}"
                )
            sizes[size] = {
                "pooled": pooled,
                "checked_within": gap,
                "cuts": {
                    stand.cut: readings([window])
                    for stand, window in zip(self.stands, windows, strict=True)
                },
            }
        return {
            "name": entry.name,
            "title": entry.title,
            "sizes": sizes,
        } | entry.story

    def program_readings(self, entry: Entry, size: str) -> dict[str, float]:
        """Have `vitrina score` judge the same answers, from files."""
        cuts = [stand.cut for stand in self.stands]
        ends = [iso_time(s.at, self.horizon_days) for s in self.stands]
        with tempfile.TemporaryDirectory() as scratch:
            files = []
            for stand, answer in zip(self.stands, entry.answers, strict=True):
                files.append(Path(scratch) / f"{stand.cut}.csv")
                first = answer.first(stand.sizes[size])
                write_answer(files[-1], first, self.log)
            return self.program.score(files, self.folder, cuts, ends)

    def compare(
        self, entries: list[Entry], rows: list[dict[str, Any]], size: str
    ) -> None:
        """Add intervals and the paired difference to Vitrina, the first."""
        judged = [self.judged(entry, size) for entry in entries]
        drawn = bootstrap(judged, self.draws)
        first = rows[0]["sizes"][size]["pooled"]
        for row, draws in zip(rows, drawn, strict=True):
            found = row["sizes"][size]
            found["interval"], found["vitrina_ahead"] = {}, {}
            for column, name in enumerate(READINGS[:3]):
                ahead = drawn[0][:, column] - draws[:, column]
                low, high = interval(ahead)
                found["interval"][name] = interval(draws[:, column])
                found["vitrina_ahead"][name] = {
                    "value": first[name] - found["pooled"][name],
                    "low": low,
                    "high": high,
                    "share_above": float(np.mean(ahead > 0)),
                }


def apart(one: float, other: float) -> float:
    """How far two readings differ; over nobody they are both NaN."""
    if np.isnan(one) and np.isnan(other):
        return 0.0
    return abs(one - other)


def iso_time(at: int, days: float) -> str:
    """Write the time some days after a moment."""
    end = np.datetime64(at + int(days * US_PER_DAY), "us")
    return str(end.astype("datetime64[s]"))
