"""`fit` leaves a model alone that it would fit the same again."""

import re
import shutil
from pathlib import Path

import pytest
import shops
from command import Result, Vitrina, run

COVISITATION = "--set=models.covisitation.neighbours=7"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def fitted(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which `fit` has run."""
    folder = tmp_path_factory.mktemp("fitted")
    rows = shops.random_rows(seed=6, users=60, products=40)
    data = shops.write_shop(
        folder / "shop", rows, shops.catalog_table(products=40)
    )
    workspace = folder / "workspace"
    workspace.mkdir()
    for words in (("ingest", "--data", data), ("split",), ("fit",)):
        done = run(*words, "--workspace", workspace)
        assert done.returncode == 0, done.stderr
    return workspace


@pytest.fixture
def workspace(fitted: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(fitted, tmp_path / "workspace"))


def archives(folder: Path) -> Files:
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in (folder / "models/folds").rglob("models.vtr")
    }
    assert found
    return found


def kept(done: Result) -> tuple[int, int]:
    """How many models stayed, of how many."""
    assert done.returncode == 0, done.stderr
    found = re.search(r"(\d+) of (\d+) models as they were", done.stderr)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def refitted(vitrina: Vitrina, workspace: Path, *words: str) -> Files:
    """What `fit` makes of the workspace with nothing there before."""
    fresh = workspace.with_name("fresh")
    shutil.copytree(workspace, fresh)
    shutil.rmtree(fresh / "models")
    assert kept(vitrina("fit", *words, cwd=fresh)) == (0, 0)
    return archives(fresh)


def test_nothing_changed_leaves_all(vitrina: Vitrina, workspace: Path) -> None:
    before = archives(workspace)
    some, all_of_them = kept(vitrina("fit", cwd=workspace))
    assert some == all_of_them > 0
    assert archives(workspace) == before


def test_a_parameter_fits_its_model_alone_and_as_if_anew(
    vitrina: Vitrina, workspace: Path
) -> None:
    before = archives(workspace)
    some, all_of_them = kept(vitrina("fit", COVISITATION, cwd=workspace))
    assert some == all_of_them - len(before)
    after = archives(workspace)
    assert all(after[name] != before[name] for name in before)
    assert after == refitted(vitrina, workspace, COVISITATION)


def test_another_seed_keeps_all_since_no_model_draws(
    vitrina: Vitrina, workspace: Path
) -> None:
    before = archives(workspace)
    some, all_of_them = kept(vitrina("fit", "--seed=7", cwd=workspace))
    assert some == all_of_them > 0
    assert archives(workspace) == before


@pytest.mark.parametrize(
    "words", ["--set=choose.k=7", "--set=choose.max_users=50"]
)
def test_what_all_models_depend_on_fits_all(
    vitrina: Vitrina, workspace: Path, words: str
) -> None:
    assert kept(vitrina("fit", words, cwd=workspace)) == (0, 0)


def test_another_log_or_cut_fits_all_and_forgets_old_folds(
    vitrina: Vitrina, workspace: Path
) -> None:
    (workspace / "models/folds/w99").mkdir()
    rows = shops.random_rows(seed=7, users=60, products=40)
    data = workspace.with_name("other")
    data.mkdir()
    shops.write_shop(data, rows, shops.catalog_table(products=40))
    for words in (("ingest", "--data", data), ("split",)):
        assert vitrina(*words, cwd=workspace).returncode == 0
    assert kept(vitrina("fit", cwd=workspace)) == (0, 0)
    assert archives(workspace) == refitted(vitrina, workspace)
    assert not (workspace / "models/folds/w99").exists()


def test_a_model_that_is_asked_for_no_more_goes(
    vitrina: Vitrina, workspace: Path
) -> None:
    words = (
        "--set=candidates.covisitation.enabled=false",
        "--set=features.item_item.enabled=false",
    )
    some, all_of_them = kept(vitrina("fit", *words, cwd=workspace))
    assert some == all_of_them > 0
    assert archives(workspace) == refitted(vitrina, workspace, *words)


@pytest.mark.parametrize("what", ["origins", "models", "neither's match"])
def test_what_is_damaged_is_made_again(
    vitrina: Vitrina, workspace: Path, what: str
) -> None:
    before = archives(workspace)
    fold = workspace / "models/folds/final"
    if what == "origins":
        (fold / "origins.json").write_text("{")
    elif what == "models":
        damaged = bytearray((fold / "models.vtr").read_bytes())
        damaged[-1] ^= 1
        (fold / "models.vtr").write_bytes(damaged)
    else:
        other = workspace / "models/folds/valid/models.vtr"
        shutil.copy(other, fold / "models.vtr")
    some, all_of_them = kept(vitrina("fit", cwd=workspace))
    assert 0 < some < all_of_them
    assert archives(workspace) == before
