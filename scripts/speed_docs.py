"""Writes the tables of speed in docs/performance.md and the READMEs.

They stand between two comments and come from docs/measured/speed.json and
growth.json, copies of what `make bench` and `make growth` wrote on a quiet
machine. ``speed_docs.py`` writes them, ``speed_docs.py --check`` exits with 1
when a page is not what it would write. Where no run has been recorded the
pages say so.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench" / "speed"))

from race import growth_table, table  # noqa: E402

MEASURED = ROOT / "docs" / "measured"


def short(report: Any) -> str:
    """The table of the READMEs: a row a part and peer, the times alone."""
    lines = ["| part | peer | times faster |", "| --- | --- | --: |"]
    for part in report["parts"]:
        for name, ratio in part["ratios"].items():
            lines.append(table.row([part["title"], name, table.ratio(ratio)]))
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Block:
    """What is written between two comments of a page."""

    name: str  # of the comments, and of the file in docs/measured
    page: str
    make: Callable[[Any], str]
    nothing: str

    @property
    def begin(self) -> str:
        return f"<!-- {self.name}: scripts/speed_docs.py writes it -->\n"

    @property
    def end(self) -> str:
        return f"<!-- {self.name} ends -->\n"

    def text(self) -> str:
        """The tables of the recorded run, or that there is none."""
        path = MEASURED / f"{self.name}.json"
        if not path.exists():
            return self.nothing
        return self.make(json.loads(path.read_text(encoding="utf-8")))

    def put(self, page: str, text: str) -> str:
        """The page with what is between the comments replaced."""
        head, begin, rest = page.partition(self.begin)
        _, end, tail = rest.partition(self.end)
        if not begin or not end:
            raise ValueError(
                f"{self.page}: expected the lines {self.begin.strip()} and "
                f"{self.end.strip()}; found none"
            )
        return f"{head}{self.begin}{text}{self.end}{tail}"


NOTHING = "No run of `make {}` on a quiet machine has been recorded yet.\n"
BLOCKS = [
    Block("speed", "docs/performance.md", table.page, NOTHING.format("bench")),
    Block("speed", "README.md", short, NOTHING.format("bench")),
    Block(
        "speed",
        "README.ru.md",
        short,
        "Запись `make bench` на свободной машине ещё не сделана.\n",
    ),
    Block(
        "growth",
        "docs/performance.md",
        growth_table.page,
        NOTHING.format("growth"),
    ),
]


def pages() -> dict[Path, str]:
    """What every page should be."""
    wanted: dict[Path, str] = {}
    for block in BLOCKS:
        path = ROOT / block.page
        page = wanted.get(path) or path.read_text(encoding="utf-8")
        try:
            wanted[path] = block.put(page, block.text())
        except ValueError as error:
            raise SystemExit(str(error)) from None
    return wanted


def main(words: list[str]) -> int:
    stale = 0
    for path, text in pages().items():
        if path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in words:
            name = path.relative_to(ROOT)
            print(f"{name} is not what was recorded; run `make docs`")
            stale += 1
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
