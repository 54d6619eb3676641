"""What a peer's program needs to be timed: options, clock, peak memory."""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Watch:
    """Seconds of the statements in a ``with``."""

    seconds: float = 0.0

    def __enter__(self) -> "Watch":
        self._start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._start


def peak_bytes() -> int:
    """Most memory this process has held (getrusage outlives exec)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def options() -> argparse.ArgumentParser:
    """The options that every peer takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--result", type=Path, required=True)
    parser.add_argument("--answer", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    return parser


def run_peer(
    parser: argparse.ArgumentParser,
    run: Callable[[argparse.Namespace], dict[str, Any]],
) -> None:
    """Run a peer and write its seconds, figures and peak memory."""
    arguments = parser.parse_args()
    figures = run(arguments)
    figures["peak_bytes"] = peak_bytes()
    text = json.dumps(figures, indent=1)
    arguments.result.write_text(text + "\n", encoding="utf-8")
