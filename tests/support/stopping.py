"""Python programs of the project that are told to stop by a signal."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from command import ROOT, heed_hangups

CANCELLED = 9


def assert_cancelled(main: str, folder: Path, name: str, verb: str) -> None:
    """Runs the text of a program there, sends it the signal when the file
    `began` is there, and waits for its one line and its exit code."""
    paths = f"{ROOT / 'scripts'}:{ROOT / 'python'}"
    process = subprocess.Popen(
        [sys.executable, "-c", main],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_hangups,
    )
    deadline = time.monotonic() + 30
    while not (folder / "began").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.Signals[name])
    said = process.communicate(timeout=30)[1]
    assert process.returncode == CANCELLED
    assert said == f"{verb}: error: cancelled by {name}\n"
