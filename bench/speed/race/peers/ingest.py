"""A log read, exploded, encoded and ordered by polars.

Ids become places in the sorted list of ids, as Vitrina's are; junk ids are
dropped and repeated rows are taken once, as Vitrina does.
"""

import argparse
from pathlib import Path
from typing import Any

import polars as pl

from race.arrays import write_array
from race.timing import Watch, options, run_peer

JUNK = ["", "/*"]
NONE = 2**32 - 1
ORDER = ["user", "time", "action", "item", "page", "device"]


def codes(rows: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.Series]:
    """The rows with a column of ids as places, and the sorted ids."""
    ids = rows[column].drop_nulls().unique().sort()
    places = pl.DataFrame({column: ids}).with_row_index("code")
    rows = rows.join(places, on=column, how="left", maintain_order="left")
    encoded = pl.col("code").fill_null(NONE).cast(pl.UInt32).alias(column)
    return rows.with_columns(encoded).drop("code"), ids


def read(
    folder: Path, as_of: int | None = None
) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """The ordered events, the sorted user ids, the sorted product ids.

    Events at or after `as_of` (microseconds) are hidden.
    """
    is_past = pl.col("time") < as_of if as_of else pl.lit(True)
    rows = (
        pl.scan_parquet(folder / "train_actions.pq")
        .select(
            user="user_id",
            item=pl.col("products").list.eval(
                pl.element().filter(~pl.element().is_in(JUNK))
            ),
            device="loc_user_id",
            action=pl.col("action").cast(pl.UInt8),
            time=pl.col("date").cast(pl.Int64),
            page="pageId",
        )
        .filter(
            ~pl.col("user").is_in(JUNK)
            & pl.col("user").is_not_null()
            & pl.col("time").is_not_null()
            & is_past
        )
        .explode("item", empty_as_null=True, keep_nulls=True)
        .with_columns(
            device=pl.when(~pl.col("device").is_in(JUNK)).then("device"),
        )
        .collect()
    )
    rows, users = codes(rows, "user")
    rows, items = codes(rows, "item")
    rows, _ = codes(rows, "device")
    rows = rows.with_columns(pl.col("page").fill_null(0))
    return rows.sort(ORDER).unique(maintain_order=True), users, items


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    with Watch() as watch:
        events, users, items = read(arguments.input)
    if arguments.answer:
        folder = arguments.answer
        for name, suffix in (
            ("user", "u32"),
            ("item", "u32"),
            ("action", "u8"),
            ("time", "i64"),
        ):
            values = events[name].to_numpy()
            write_array(folder / f"{name}.{suffix}", values)
        for name, ids in (("users", users), ("products", items)):
            text = "".join(f"{value}\n" for value in ids)
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return {"seconds": watch.seconds}


if __name__ == "__main__":
    run_peer(options(), run)
