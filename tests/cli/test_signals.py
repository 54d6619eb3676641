"""A command that is told to stop: soon, in one line, and with nothing left.

The signals come at shares of the time that a whole run takes.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import shops
from command import heed_hangups

CANCELLED = 9
FAST = ("--threads=1", "--set=train.rounds=20", "--set=evaluate.draws=50")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = shops.random_rows(seed=6, users=300, products=200)
    return shops.write_shop(tmp_path_factory.mktemp("shop"), rows)


def start(
    program: Path, cwd: Path, *words: str | Path
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [program, *map(str, words)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"]},
        start_new_session=True,
        preexec_fn=heed_hangups,
    )


def leavings(folder: Path) -> list[Path]:
    return [p.relative_to(folder) for p in folder.rglob("*")]


def wait_for(folder: Path, pattern: str) -> None:
    deadline = time.monotonic() + 20
    while not any(folder.glob(pattern)):
        assert time.monotonic() < deadline, f"no {pattern} in {folder}"
        time.sleep(0.001)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    "moment", ["data/interim", "models/folds.tmp", "models/ranker"]
)
def test_a_signal_cancels_a_run(
    program: Path, shop: Path, tmp_path: Path, name: str, moment: str
) -> None:
    process = start(
        program,
        tmp_path,
        "run",
        "--quiet",
        *FAST,
        "--data",
        shop,
        "--out",
        "out",
    )
    wait_for(tmp_path, f"out/.stages-*/{moment}")
    process.send_signal(signal.Signals[name])
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == CANCELLED
    assert stdout == ""
    assert stderr == (
        f"vitrina run: error: cancelled by {name}; "
        "nothing half-written is left\n"
    )
    assert leavings(tmp_path) == []
