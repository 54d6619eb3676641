"""Finds the program and runs it as a user would."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import shops

ROOT = Path(__file__).resolve().parents[2]

CUT = "2024-03-13"  # of the generated log, which goes from 03-04 to 03-16

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


@pytest.fixture(scope="session")
def learned(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `shop`, and `answer` and `bundle` as of CUT."""
    folder = tmp_path_factory.mktemp("learned")
    rows = shops.random_rows(seed=15, users=80, products=40)
    # The catalog does not list ten of the products.
    shops.write_shop(folder / "shop", rows, shops.catalog_table(products=30))
    subprocess.run(
        [
            *(program, "run", "--data", "shop", "--as-of", CUT, "--quiet"),
            *("--out", "answer", "--bundle", "bundle"),
            *("--set=train.rounds=5", "--set=evaluate.draws=50"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder
