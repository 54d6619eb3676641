"""A tiny shop, what the program learned of it, and other bundles of it."""

from pathlib import Path

import shops
from command import must_run

CUT = "2024-03-13"  # of the generated log, which goes from 03-04 to 03-16


def learn(folder: Path) -> Path:
    """Makes a `shop`, and `answer` and `bundle` as of CUT, in the folder."""
    rows = shops.random_rows(seed=15, users=80, products=40)
    # The catalog does not list ten of the products.
    shops.write_shop(folder / "shop", rows, shops.catalog_table(products=30))
    pack(folder, folder, rounds=5)
    return folder


def pack(learned: Path, folder: Path, rounds: int) -> Path:
    """A `bundle` with another number of trees, in a folder of its own."""
    must_run(
        *("run", "--data", learned / "shop", "--as-of", CUT),
        *("--out", folder / "answer", "--bundle", folder / "bundle"),
        *(f"--set=train.rounds={rounds}", "--set=evaluate.draws=50"),
    )
    return folder / "bundle"
