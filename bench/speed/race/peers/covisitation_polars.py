"""A co-visitation matrix by a polars self-join.

The matrix is symmetric, so that pairs are joined, weighted and summed once,
the smaller product first, and mirrored before the best are kept.
"""

import argparse
from typing import Any

import polars as pl

from race.arrays import write_array
from race.timing import Watch, options, run_peer

LAST_EVENTS = 30
WINDOW_US = 86_400_000_000
HALF_LIFE_US = 3_600_000_000
NONE = 2**32 - 1
INTEREST = [0, 1, 2, 5]  # view, like, basket, order


def last_steps(
    events: pl.DataFrame, with_action: bool = False
) -> pl.LazyFrame:
    """The last product events of every user, in order."""
    columns = ["user", "item", "time"] + ["action"] * with_action
    return (
        events.lazy()
        .filter(pl.col("action").is_in(INTEREST) & (pl.col("item") != NONE))
        .group_by("user", maintain_order=True)
        .tail(LAST_EVENTS)
        .select(columns)
        .with_row_index("place")
    )


def matrix(events: pl.DataFrame, neighbours: int) -> pl.DataFrame:
    """`from`, `to` and `weight` of the best neighbours of every product."""
    steps = last_steps(events).collect().lazy()
    age = (pl.col("time_right") - pl.col("time")) / HALF_LIFE_US
    pairs = (
        steps.join(steps, on="user")
        .filter(
            (pl.col("place") < pl.col("place_right"))
            & (pl.col("item") != pl.col("item_right"))
            & (pl.col("time_right") - pl.col("time") <= WINDOW_US)
        )
        .select(
            a=pl.min_horizontal("item", "item_right"),
            b=pl.max_horizontal("item", "item_right"),
            weight=pl.lit(2.0).pow(-age),
        )
        .group_by("a", "b")
        .agg(pl.col("weight").sum())
        .collect()
    )
    mirrored = pl.concat(
        [
            pairs.select(pl.col("a").alias("from"), to="b", weight="weight"),
            pairs.select(pl.col("b").alias("from"), to="a", weight="weight"),
        ]
    )
    return (
        mirrored.lazy()
        .sort(["from", "weight", "to"], descending=[False, True, False])
        .group_by("from", maintain_order=True)
        .head(neighbours)
        .collect()
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    events = pl.read_parquet(arguments.input)
    with Watch() as watch:
        table = matrix(events, arguments.k)
    if arguments.answer:
        folder = arguments.answer
        write_array(folder / "from.u32", table["from"].to_numpy())
        write_array(folder / "to.u32", table["to"].to_numpy())
        write_array(folder / "weight.f32", table["weight"].to_numpy())
    return {"seconds": watch.seconds}


if __name__ == "__main__":
    parser = options()
    parser.add_argument("--k", type=int, default=40)
    run_peer(parser, run)
