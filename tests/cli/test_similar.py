"""`vitrina similar`: a product's neighbours, from a packed bundle."""

from pathlib import Path

import pytest
import shops
from command import Vitrina, assert_refused, must_run
from vitrina_ops.files import read_json

USAGE = 2
CONFIG = 3
MISSING_INPUT = 4


@pytest.fixture(scope="module")
def bundle(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, str]:
    """A packed bundle, and one of its products."""
    folder = tmp_path_factory.mktemp("similar")
    shops.write_shop(folder / "shop", shops.random_rows(seed=4, users=60))
    must_run(
        *("run", "--set=train.rounds=5", "--threads=1", "--data", "shop"),
        *("--out", "answer", "--bundle", "bundle"),
        cwd=folder,
    )
    return folder / "bundle", "50"


def test_neighbours_as_a_table_and_as_json(
    vitrina: Vitrina, tmp_path: Path, bundle: tuple[Path, str]
) -> None:
    folder, product = bundle
    words = ("similar", "--bundle", folder, product, "--k", "4")
    result = vitrina(*words, "--json", "near.json")
    assert result.returncode == 0, result.stderr
    found = read_json(tmp_path / "near.json")
    assert (found["product"], found["by"]) == (product, "seen_together_1h")
    assert len(found["bundle"]) == 16
    near = found["neighbours"]
    weights = [row["weight"] for row in near]
    assert 1 <= len(near) <= 4
    assert weights == sorted(weights, reverse=True)
    assert product not in [row["product"] for row in near]
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["product", "weight"]
    assert [line.split()[0] for line in lines[1:]] == [
        row["product"] for row in near
    ]
    other = vitrina(*words, "--by", "bought_together_14d")
    assert other.returncode == 0
    assert other.stdout != result.stdout


def test_what_is_not_there_is_named(
    vitrina: Vitrina, bundle: tuple[Path, str]
) -> None:
    folder, product = bundle
    words = ("similar", "--bundle", folder)
    assert_refused(
        vitrina(*words, product + ".0"),
        *(CONFIG, f"found '{product}.0', expected one of the bundle's"),
        f"; is '{product}' meant",
    )
    assert_refused(
        vitrina(*words, "none"), CONFIG, "'none', expected one of", "such as '"
    )
    assert_refused(
        vitrina(*words, product, "--by", "x"),
        *(CONFIG, "by: found 'x', expected one of", "bought_together_14d"),
    )
    assert_refused(vitrina(*words, product, "--k", "0"), USAGE, "--k: found")
    assert_refused(vitrina(*words), USAGE, "--product ID is required")
    assert_refused(
        vitrina("similar", "--bundle", "none", product), MISSING_INPUT, "none"
    )


def test_nothing_is_put_beside_the_parts_of_a_bundle(
    vitrina: Vitrina, bundle: tuple[Path, str]
) -> None:
    folder, product = bundle
    before = sorted(folder.iterdir())
    manifest = (folder / "manifest.json").read_bytes()
    shop = folder.parent / "shop"
    for words in (
        ("similar", "--bundle", folder, product, "--json", folder / "a.json"),
        ("similar", "--bundle", folder, product, "--json")
        + (folder / "manifest.json",),
        ("recommend", "--bundle", folder, "--data", shop, "--out", folder),
        ("run", "--data", shop, "--out", folder),
    ):
        result = vitrina(*words)
        assert_refused(result, USAGE, "the folder of a bundle")
    assert sorted(folder.iterdir()) == before
    assert (folder / "manifest.json").read_bytes() == manifest
