"""`make run` under Ctrl-C and SIGTERM: one line, and no stage goes on."""

import sys
from pathlib import Path

import pytest
from stopping import assert_cancelled

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
    assert_cancelled(MAIN, tmp_path, name, "run")
    assert (tmp_path / "stage").read_text() == "cancelled"
