"""Finds the program and runs it as a user would."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

Result = subprocess.CompletedProcess[str]
Vitrina = Callable[..., Result]


@pytest.fixture(scope="session")
def program() -> Path:
    """$VITRINA_BIN, else build/vitrina of this tree."""
    path = Path(os.environ.get("VITRINA_BIN", ROOT / "build" / "vitrina"))
    if not path.is_file():
        pytest.fail(f"{path} is missing; run `make build`")
    return path.resolve()


@pytest.fixture
def vitrina(program: Path, tmp_path: Path) -> Vitrina:
    """Runs the program with words, in a new folder unless told otherwise.

    The environment holds PATH and what the test gives; text is decoded so
    that no byte is lost.
    """

    def run(
        *words: str | Path,
        cwd: Path = tmp_path,
        env: dict[str, str] | None = None,
        timeout: float = 120,
    ) -> Result:
        return subprocess.run(
            [program, *map(str, words)],
            cwd=cwd,
            env={"PATH": os.environ["PATH"], **(env or {})},
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=timeout,
            check=False,
        )

    return run
