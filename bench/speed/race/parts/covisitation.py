"""Co-visitation: a matrix against self-joins."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from race.arrays import read_array
from race.contest import DisagreementError, Part
from race.workshop import Workshop

NEIGHBOURS = 40
# weights are kept as floats here and as doubles there
TOLERANCE = 1e-4
# what a pair is worth is counted in 2^-32 here: one that a day apart has made
# lighter than this is compared by so much
LIGHT = 1e-4


def read_table(answer: Path) -> pl.DataFrame:
    """`from`, `to`, `weight` and the least weight kept of each product."""
    frame = pl.DataFrame(
        {
            "from": read_array(answer / "from.u32"),
            "to": read_array(answer / "to.u32"),
            "weight": read_array(answer / "weight.f32"),
        }
    )
    is_full = pl.len().over("from") == NEIGHBOURS
    least = pl.when(is_full).then(pl.col("weight").min().over("from"))
    return frame.with_columns(least=least.otherwise(0.0))


def compare(ours: pl.DataFrame, peer: pl.DataFrame) -> str:
    """Same pairs and weights, but where equals compete for the last place.

    Raises DisagreementError for a pair of one side alone that is clearly
    heavier than the last of the other side's full list.
    """
    both = ours.join(peer, on=["from", "to"], how="inner", suffix="_peer")
    difference = (pl.col("weight") - pl.col("weight_peer")).abs()
    gap = (difference / (pl.col("weight_peer") + LIGHT)).max()
    largest = both.select(gap).item()
    if largest is None or largest > TOLERANCE:
        raise DisagreementError(
            f"weights: found a difference of {largest}, expected at most "
            f"{TOLERANCE} of the weight"
        )
    n_tied = 0
    for one, other in ((ours, peer), (peer, ours)):
        least = other.group_by("from").agg(pl.col("least").first())
        alone = one.join(other, on=["from", "to"], how="anti")
        alone = alone.drop("least").join(least, on="from", how="left")
        least_weight = pl.col("least").fill_null(0.0)
        limit = least_weight + TOLERANCE * (least_weight + LIGHT)
        clear = alone.filter(pl.col("weight") > limit)
        if clear.height:
            pair = clear.row(0, named=True)
            raise DisagreementError(
                f"pairs: {clear.height} are on one side only, such as "
                f"{pair['from']} -> {pair['to']} of weight "
                f"{pair['weight']:.6g}; expected none but ties"
            )
        n_tied += alone.height
    return (
        f"{both.height:,} equal pairs, {n_tied:,} ties for a last place, "
        f"weights within {largest:.0e}"
    )


def one_matrix(workshop: Workshop) -> Part:
    """One matrix by Vitrina, polars and DuckDB."""
    k = ("--k", str(NEIGHBOURS))

    def agree(answers: Mapping[str, Path]) -> str:
        ours = read_table(answers["vitrina"])
        peers = [name for name in answers if name != "vitrina"]
        texts = [compare(ours, read_table(answers[name])) for name in peers]
        return "; ".join(
            f"with {name} {text}"
            for name, text in zip(peers, texts, strict=True)
        )

    return Part(
        name="covisitation",
        title="one co-visitation matrix",
        bar="25 times faster than the self-joins",
        contestants=[
            workshop.ours(
                *("covisitation", "--input", workshop.shop),
                *k,
                name="vitrina",
            ),
            *(
                workshop.peer(
                    f"covisitation_{name}",
                    *("--input", workshop.events),
                    *k,
                    name=name,
                )
                for name in ("polars", "duckdb")
            ),
        ],
        agree=agree,
    )
