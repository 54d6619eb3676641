"""Finds the program and runs it as a user would."""

from pathlib import Path

import pytest
import shops
from command import Result, Vitrina, must_run, program_path, run

CUT = "2024-03-13"  # of the generated log, which goes from 03-04 to 03-16


@pytest.fixture(scope="session")
def program() -> Path:
    return program_path()


@pytest.fixture
def vitrina(program: Path, tmp_path: Path) -> Vitrina:
    """Runs the program with words, in a new folder unless told otherwise."""

    def run_here(
        *words: str | Path,
        cwd: Path = tmp_path,
        env: dict[str, str] | None = None,
        timeout: float = 120,
    ) -> Result:
        return run(*words, cwd=cwd, env=env, timeout=timeout)

    return run_here


@pytest.fixture(scope="session")
def learned(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `shop`, and `answer` and `bundle` as of CUT."""
    folder = tmp_path_factory.mktemp("learned")
    rows = shops.random_rows(seed=15, users=80, products=40)
    # The catalog does not list ten of the products.
    shops.write_shop(folder / "shop", rows, shops.catalog_table(products=30))
    must_run(
        *("run", "--data", "shop", "--as-of", CUT),
        *("--out", "answer", "--bundle", "bundle"),
        *("--set=train.rounds=5", "--set=evaluate.draws=50"),
        cwd=folder,
    )
    return folder
