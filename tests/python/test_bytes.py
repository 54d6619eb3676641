"""scripts/bytes.sh says what it does not find; make gives folders whole."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = """#!/usr/bin/env bash
while (($#)); do
  case $1 in
    --out)
      mkdir -p "$2"
      touch "$2"/{predictions.csv,recommendations.parquet} ;;
    --bundle) mkdir -p "$2"; touch "$2"/manifest.json "$2"/models.vtr ;;
  esac
  shift
done
"""


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], "my logs: found no folder of a log in it, expected one a log"),
        (["here", "gone"], "my logs/gone: no such folder, expected a log of"),
    ],
)
def test_what_is_not_there_is_not_equal(
    tmp_path: Path, names: list[str], expected: str
) -> None:
    logs = tmp_path / "my logs"
    logs.mkdir()
    for name in names[:1]:
        (logs / name).mkdir()
    done = subprocess.run(
        [ROOT / "scripts" / "bytes.sh", logs, *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bytes: ")
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_record_that_is_not_there_is_not_equal(tmp_path: Path) -> None:
    """With a program that writes what is hashed, and nothing more."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "bytes.sh", tmp_path / "scripts")
    log = tmp_path / "logs" / "shop"
    log.mkdir(parents=True)
    program = tmp_path / "build" / "vitrina"
    program.parent.mkdir()
    program.write_text(STAND_IN)
    program.chmod(0o755)
    record = tmp_path / "docs" / "measured" / "bytes.txt"
    record.parent.mkdir(parents=True)

    def asked(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["scripts/bytes.sh", *words, "logs"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    missing = asked()
    assert missing.returncode == 2
    assert "equal" not in missing.stdout
    assert asked("--write").returncode == 0
    assert "bytes: equal" in asked().stdout
    simulated = subprocess.run(
        ["scripts/bytes.sh", "--write", ""],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (simulated.returncode, simulated.stderr) == (
        0,
        "bytes: simulated\n",
    ), "as make calls it without LOGS"
    record.write_text("another")
    other = asked()
    assert (other.returncode, other.stdout) == (1, "")


@pytest.mark.parametrize(
    "words",
    [
        ["bytes", "LOGS=my logs"],
        ["real-logs", "LOGS=my logs"],
        ["fetch", "TO=my logs"],
    ],
)
def test_make_gives_a_folder_with_a_space_whole(words: list[str]) -> None:
    done = subprocess.run(
        ["make", "--dry-run", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"my logs"' in done.stdout
