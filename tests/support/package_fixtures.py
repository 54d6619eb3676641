"""The package beside the program, and a shop for it.

The log is a small generated one, or the folder that $VITRINA_TEST_LOG names.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command import must_run, program_path
from package_shop import ACTIONS, answer_of, random_log


@pytest.fixture(scope="session")
def vitrina() -> Any:
    """The package beside the program, with its extension module."""
    folder = program_path().parent / "python"
    if not list(folder.glob("vitrina/_vitrina.*.so")):
        pytest.fail(f"{folder} has no vitrina; run `make test`")
    sys.path.insert(0, str(folder))
    import vitrina

    return vitrina


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log, `bundle`, and `answer` made from these two."""
    folder = tmp_path_factory.mktemp("shop")
    given = os.environ.get("VITRINA_TEST_LOG")
    if given:
        shutil.copyfile(Path(given) / ACTIONS, folder / ACTIONS)
    else:
        random_log(folder / ACTIONS)
    bundle = folder / "bundle"
    words: list[str | Path] = ["--data", folder]
    sets = [] if given else ["--set", "train.min_positives=5"]
    must_run("run", *words, "--out", folder / "run", "--bundle", bundle, *sets)
    must_run(
        "recommend", *words, "--out", folder / "answer", "--bundle", bundle
    )
    assert answer_of(folder / "run") == answer_of(folder / "answer")
    return folder


@pytest.fixture
def recommender(vitrina: Any, shop: Path) -> Any:
    return vitrina.Recommender.load(shop / "bundle")


@pytest.fixture(scope="session")
def events(shop: Path) -> pa.Table:
    return pq.read_table(shop / ACTIONS)
