"""Finds the program and runs it as a user would."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import command
import pytest
import shops
from command import Result, Vitrina, program_path
from learning import learn
from runner import Runner
from shops import Row


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
    return learn(tmp_path_factory.mktemp("learned"))


@pytest.fixture
def memory_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that can be: what a process leaves at its end is the
    same, and thousands of syncs take no time."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=shared) as name:
        yield Path(name)


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
