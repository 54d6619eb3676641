"""scripts/fuzz.py when it is stopped, with a program that stands for
libFuzzer."""

import sys
import time
from pathlib import Path

import pytest
from stopping import assert_cancelled

# Has a process of its own, as a merge has, and a file where TMPDIR says.
FUZZER = f"""#!{sys.executable}
import os, pathlib, subprocess, sys, time
if sys.argv[1] == "--targets":
    print("one")
elif sys.argv[1].startswith("--target="):
    own = subprocess.Popen(["sleep", "600"])
    folder = pathlib.Path(os.environ["TMPDIR"])
    (folder / "input").write_text("")
    told = f"{{os.getpid()}} {{own.pid}} {{folder}}"
    pathlib.Path("telling").write_text(told)
    pathlib.Path("telling").rename("began")
    time.sleep(60)
"""
MAIN = """
import sys
from pathlib import Path
import fuzz
fuzz.PROGRAM = Path("fuzzer").resolve()
fuzz.BUILD = fuzz.FOUND = fuzz.KEPT = fuzz.OUT = Path.cwd()
sys.exit(fuzz.run_main("fuzz", fuzz.main))
"""


def is_alive(pid: int) -> bool:
    """Not one that has ended and nobody has waited for."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "fuzzer").write_text(FUZZER)
    (tmp_path / "fuzzer").chmod(0o755)
    assert_cancelled(MAIN, tmp_path, name, "fuzz")
    *pids, folder = (tmp_path / "began").read_text().split()
    assert not Path(folder).exists()
    assert not list(tmp_path.glob("seeds.*"))
    deadline = time.monotonic() + 30
    while any(is_alive(int(pid)) for pid in pids):  # killed, not yet gone
        assert time.monotonic() < deadline, "it goes on"
        time.sleep(0.01)
