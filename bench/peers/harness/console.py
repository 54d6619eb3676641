"""What the two programs of the harness share of a command line."""

import argparse
import sys
import time
from collections.abc import Collection
from pathlib import Path

from .logs import ACTIONS_FILE

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """Make a command line of the options of both."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--logs", type=Path, required=True, help="folder of log folders")
    add("--log", action="append", help="only this log; may be repeated")
    add("--plans", type=Path, default=HERE / "logs.toml", help="cuts of logs")
    add("--trials", type=int, default=12, help="sets of parameters at most")
    add("--draws", type=int, default=2000, help="bootstrap draws")
    add("--vitrina", type=Path, default=ROOT / "build" / "vitrina")
    add("--out", type=Path, default=Path("out/peers"))
    return parser


def say(text: str) -> None:
    """Tell how far it is."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def find_logs(
    root: Path, names: Collection[str], wanted: list[str] | None
) -> list[Path]:
    """List the folders of the logs that have a plan, in the plans' order."""
    found = [
        root / name
        for name in names
        if (not wanted or name in wanted)
        and (root / name / ACTIONS_FILE).exists()
    ]
    missing = set(wanted or []) - {path.name for path in found}
    if missing or not found:
        what = ", ".join(sorted(missing)) or "a log that has a plan"
        sys.exit(f"{root}: found no {ACTIONS_FILE} of {what}")
    return found
