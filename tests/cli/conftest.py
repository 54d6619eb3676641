"""Finds the program and runs it as a user would."""

from pathlib import Path

import command
import pytest
import shops
from command import Result, Vitrina, must_run, program_path
from runner import Runner
from shops import Row

CUT = "2024-03-13"  # of the generated log, which goes from 03-04 to 03-16


@pytest.fixture(scope="session")
def program() -> Path:
    return program_path()


@pytest.fixture
def vitrina(program: Path, tmp_path: Path) -> Vitrina:
    """Runs the program with words, in a new folder unless told otherwise."""

    def run(
        *words: str | Path,
        cwd: Path = tmp_path,
        env: dict[str, str] | None = None,
        timeout: float = 120,
    ) -> Result:
        return command.run(*words, cwd=cwd, env=env, timeout=timeout)

    return run


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


@pytest.fixture
def run(vitrina: Vitrina, tmp_path: Path) -> Runner:
    return Runner(vitrina, tmp_path / "out")


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    return shops.random_rows(seed=1)


@pytest.fixture(scope="session")
def data(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop most tests look at."""
    folder = tmp_path_factory.mktemp("data")
    return shops.write_shop(folder, rows, shops.catalog_table())
