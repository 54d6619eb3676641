"""What a user reads: lines of progress, and errors of one line."""

import os
import sys
from collections.abc import Callable


class OpsError(Exception):
    """Something the user can mend: `place: what is wrong; what to do`."""


def say(text: str) -> None:
    """A line of progress of the stage `track`."""
    print(f"track: {text}", file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    """`text` without line ends and control characters."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())


def run_main(name: str, main: Callable[[], None]) -> int:
    """Runs `main`; an error becomes one line and the exit code 1.

    With VITRINA_TRACEBACK set, errors are shown with the place in the code.
    """
    try:
        main()
    except Exception as error:
        if os.environ.get("VITRINA_TRACEBACK"):
            raise
        text = one_line(str(error)) or type(error).__name__
        if not isinstance(error, OpsError):
            text = f"{type(error).__name__}: {text}"
        print(f"{name}: error: {text}", file=sys.stderr)
        return 1
    return 0
