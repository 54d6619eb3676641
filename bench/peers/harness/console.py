"""What the two programs of the harness share of a command line."""

import sys
import time
from collections.abc import Collection
from pathlib import Path

from .logs import ACTIONS_FILE


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
