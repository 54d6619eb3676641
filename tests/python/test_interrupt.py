"""Ctrl-C while the package works: KeyboardInterrupt soon, nothing left."""

import os
import subprocess
import sys
from pathlib import Path

import shops

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import os, signal, sys, tempfile, threading, time
from pathlib import Path
import vitrina

def interrupt():
    while not list(Path(tempfile.gettempdir()).glob("vitrina-fit-*/models")):
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    vitrina.fit(sys.argv[1], bundle="bundle")
    print("was not interrupted")
except KeyboardInterrupt:
    print("interrupted")
vitrina.fit(sys.argv[1], params={"train.rounds": 1}, bundle="again")
"""


def test_an_interrupted_fit_leaves_nothing(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    shops.write_shop(shop, shops.random_rows(seed=8, users=200))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, shop],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "build" / "python"),
            "TMPDIR": str(temporary),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "bundle").exists()
    assert (tmp_path / "again" / "manifest.json").exists()
