"""Writes the tables of speed in docs/performance.md and the READMEs.

They stand between two comments and come from docs/measured/speed.json, a
copy of what `make bench` wrote on a quiet machine. ``speed_docs.py`` writes
them, ``speed_docs.py --check`` exits with 1 when a page is not what it would
write. Where no run has been recorded the pages say so.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench" / "speed"))

from race import table  # noqa: E402

MEASURED = ROOT / "docs" / "measured" / "speed.json"
BEGIN = "<!-- speed: scripts/speed_docs.py writes what follows -->\n"
END = "<!-- speed ends -->\n"
NOTHING = (
    "No run of `make bench` on a quiet machine has been recorded yet.\n",
    "Запись `make bench` на свободной машине ещё не сделана.\n",
)


def short(report: Any) -> str:
    """The table of the READMEs: a row a part and peer, the times alone."""
    lines = ["| part | peer | times faster |", "| --- | --- | --: |"]
    for part in report["parts"]:
        for name, ratio in part["ratios"].items():
            lines.append(table.row([part["title"], name, table.ratio(ratio)]))
    return "\n".join(lines) + "\n"


PAGES: dict[str, tuple[Callable[[Any], str], str]] = {
    "docs/performance.md": (table.page, NOTHING[0]),
    "README.md": (short, NOTHING[0]),
    "README.ru.md": (short, NOTHING[1]),
}


def with_tables(page: str, text: str) -> str:
    """The page with what is between the comments replaced."""
    head, begin, rest = page.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the lines {BEGIN.strip()} and {END.strip()}")
    return f"{head}{BEGIN}{text}{END}{tail}"


def pages(report: Any) -> dict[Path, str]:
    """What every page should be; `report` is None where none is recorded."""
    wanted = {}
    for name, (make, nothing) in PAGES.items():
        path = ROOT / name
        text = make(report) if report else nothing
        try:
            wanted[path] = with_tables(path.read_text(encoding="utf-8"), text)
        except ValueError as error:
            raise SystemExit(f"{name}: expected {error}; found none") from None
    return wanted


def recorded() -> Any:
    """The report that is committed, or None."""
    if not MEASURED.exists():
        return None
    return json.loads(MEASURED.read_text(encoding="utf-8"))


def main(words: list[str]) -> int:
    stale = 0
    for path, text in pages(recorded()).items():
        if path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in words:
            name = path.relative_to(ROOT)
            print(f"{name} is not what speed.json says; run `make docs`")
            stale += 1
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
