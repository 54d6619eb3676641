"""What a user reads: lines of progress, and errors of one line."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

CANCELLED = 9
"""The exit code of what the user stopped, as the program's."""


class OpsError(Exception):
    """Something the user can mend: `place: what is wrong; what to do`."""


def say(who: str, text: str) -> None:
    """A line of progress of `who`."""
    print(f"{who}: {text}", file=sys.stderr, flush=True)


def one_line(text: str) -> str:
    """`text` without line ends and control characters."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())


def text_of(error: Exception) -> str:
    """What an error says, in one line."""
    text = one_line(str(error)) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        # without Python's «[Errno 28]»
        place = f"{one_line(str(error.filename))}: " * bool(error.filename)
        return f"{place}{error.strerror.lower()}"
    if isinstance(error, OpsError):
        return text
    return f"{type(error).__name__}: {text}"


def cancel(number: int, _: FrameType | None) -> None:
    """A signal's handler: ends the work as Ctrl-C does."""
    raise KeyboardInterrupt(signal.Signals(number).name)


def run_main(name: str, main: Callable[[], None]) -> int:
    """Runs `main`; an error becomes one line and the exit code 1, Ctrl-C,
    SIGTERM and SIGHUP one line and the exit code 9.

    With VITRINA_TRACEBACK set, errors are shown with the place in the code.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, cancel)
    try:
        main()
    except KeyboardInterrupt as stop:
        print(f"{name}: error: cancelled by {stop}", file=sys.stderr)
        return CANCELLED
    except Exception as error:
        if os.environ.get("VITRINA_TRACEBACK"):
            raise
        print(f"{name}: error: {text_of(error)}", file=sys.stderr)
        return 1
    return 0
