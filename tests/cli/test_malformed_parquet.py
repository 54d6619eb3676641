"""Files that were made to break readers of Parquet, as log and as catalog.

They are the public collections of arrow-testing and parquet-testing and lie
beside the repository, never in it; without them these tests are skipped.
"""

import resource
import shutil
from pathlib import Path

import numpy as np
import pytest
import shops
from command import ROOT, assert_refused, run

FOLDER = ROOT.parent / "shared" / "data" / "malformed-parquet"
FILES = sorted(
    path
    for path in FOLDER.rglob("*")
    if path.is_file() and path.suffix not in (".md", ".txt")
)
SECONDS = 10
ADDRESS_SPACE = 12_582_912 * 1024

pytestmark = pytest.mark.skipif(
    not FILES, reason=f"the collection is not at {FOLDER}"
)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    shops.write_shop(folder, shops.random_rows(seed=8, users=5))
    return folder / "train_actions.pq"


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def assert_unread(folder: Path, workspace: Path) -> None:
    workspace.mkdir()
    result = run(
        *("ingest", "--quiet", "--data", folder, "--workspace", workspace),
        timeout=SECONDS,
        prepare=limit_memory,
    )
    assert 1 <= result.returncode <= 63, result.stderr
    assert_refused(result, result.returncode)
    assert not any(char < " " or char == "\x7f" for char in result.stderr[:-1])
    assert result.stdout == ""
    assert list(workspace.rglob("*.vtr")) == []


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name[-24:])
def test_as_log(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(file, folder / "train_actions.pq")
    assert_unread(folder, tmp_path / "space")


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name[-24:])
def test_as_catalog(tmp_path: Path, log: Path, file: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(log, folder / "train_actions.pq")
    shutil.copy(file, folder / "catalog.pq")
    assert_unread(folder, tmp_path / "space")


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name[-24:])
def test_as_mapping_of_vectors(tmp_path: Path, log: Path, file: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(log, folder / "train_actions.pq")
    shops.write_shop(folder, [], shops.catalog_table())
    shutil.copy(log, folder / "train_actions.pq")
    shutil.copy(file, folder / "catalog_vector_mapping.pq")
    np.savez(folder / "vectors.npz", np.ones((3, 4), np.float32))
    assert_unread(folder, tmp_path / "space")
