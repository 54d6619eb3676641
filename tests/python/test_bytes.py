"""scripts/bytes.sh says what it does not find; make gives folders whole."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


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
