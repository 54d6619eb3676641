"""`make run` under Ctrl-C and SIGTERM: one line, and no stage goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import heed_hangups

ROOT = Path(__file__).resolve().parents[2]
CANCELLED = 9
STAGE = """
import pathlib, signal, sys, time
def stop(*_):
    pathlib.Path("stage").write_text("cancelled")
    sys.exit(9)
signal.signal(signal.SIGINT, stop)
pathlib.Path("began").write_text("")
time.sleep(60)
"""
# Stands for DVC, which ignores SIGINT while a stage runs.
DVC = f"""#!{sys.executable}
import signal, subprocess, sys
stage = subprocess.Popen([sys.executable, "-c", '''{STAGE}'''])
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.exit(251 if stage.wait() else 0)
"""
MAIN = """
import sys
from pathlib import Path
from vitrina_ops import run
from vitrina_ops.errors import run_main
run.DVC = Path("dvc").resolve()
sys.exit(run_main("run", lambda: run.dvc("repro")))
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_reaches_the_stages(tmp_path: Path, name: str) -> None:
    (tmp_path / "dvc").write_text(DVC)
    (tmp_path / "dvc").chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_hangups,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "began").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.Signals[name])
    said = process.communicate(timeout=30)[1]
    assert process.returncode == CANCELLED
    assert said == f"run: error: cancelled by {name}\n"
    assert (tmp_path / "stage").read_text() == "cancelled"
