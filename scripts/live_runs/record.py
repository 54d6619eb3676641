"""What the parts of long runs have seen, summed by build."""

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

from vitrina_ops.files import read_json, write_json
from vitrina_ops.program import CHECKOUT

MEASURED = CHECKOUT / "docs" / "measured" / "live_long.json"
OUT = CHECKOUT / "out" / "live"

Counts = dict[str, float]


def build_id() -> str:
    """Of the sources that the program was built from: commits that change
    other files go on with the same sum."""
    return (CHECKOUT / "build" / "build_id.txt").read_text().strip()


def commit() -> str:
    """The checkout's, with a plus where files differ from it."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", CHECKOUT, *words],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")


class Record:
    """The parts of one run, a line each, of all builds."""

    def __init__(self, run: str, folder: Path = OUT) -> None:
        self._run = run
        self._file = folder / f"{run}.jsonl"

    def add(self, part: Counts) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        line = {"build": build_id(), "commit": commit(), "counts": part}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def sum(self) -> Counts:
        """Of the present build: counts are added, `max_...` is the largest;
        with the number of `parts`."""
        total: Counts = {"parts": 0}
        for line in self._lines():
            total["parts"] += 1
            for name, value in line["counts"].items():
                if name.startswith("max_"):
                    total[name] = max(total.get(name, value), value)
                else:
                    total[name] = total.get(name, 0) + value
        return total

    def judge(self, bars: Counts) -> None:
        """Fails where a part of the present build is beyond a bar, or is
        from before what the bar is of was measured."""
        for name, bar in bars.items():
            for line in self._lines():
                found = line["counts"].get(name)
                shown = "nothing" if found is None else f"{found:.4g}"
                assert found is not None and found <= bar, (
                    f"{name}: found {shown} in a part, expected at most "
                    f"{bar:g}; {self._file} has the parts, and without it "
                    "all is measured anew"
                )

    def publish(self, target: float, unit: str) -> None:
        """Writes the sum into docs/measured; where it has reached less than
        what is wanted, that stands beside it."""
        report: dict[str, Any] = (
            read_json(MEASURED) if MEASURED.exists() else {}
        )
        report[self._run] = {
            "made": dt.date.today().isoformat(),
            "commit": commit(),
            "build": build_id(),
            "wanted": {unit: target},
            "seen": {k: round(v, 4) for k, v in self.sum().items()},
        }
        write_json(MEASURED, dict(sorted(report.items())))

    def _lines(self) -> list[Any]:
        if not self._file.exists():
            return []
        lines = self._file.read_text(encoding="utf-8").splitlines()
        build = build_id()
        return [
            line for line in map(json.loads, lines) if line["build"] == build
        ]
