"""Alternating least squares against implicit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from race.arrays import read_array, write_array
from race.contest import DisagreementError, Part
from race.workshop import BASKET, LIKE, NONE, ORDER, VIEW, Workshop

ITERATIONS = 15
REGULARIZATION = 10.0
# the defaults of `models.ials`
ALPHA = 100.0
WEIGHTS = {VIEW: 1.0, LIKE: 2.0, BASKET: 3.0, ORDER: 3.0}
HALF_LIFE_US = 7 * 86_400_000_000
MIN_EVENTS = 2
FAINTEST = 1e-4
# how much above the peer's our objective may be: from one start, after as many
# iterations, exact steps and conjugate gradients end a little apart
TOLERANCE = 1e-3
ROWS_AT_ONCE = 65536


def prepare(workshop: Workshop) -> Path:
    """The matrix of confidences that both sides are given."""
    folder = workshop.folder / "ials"
    if (folder / "excess.f32").exists():
        return folder
    events = pl.read_parquet(workshop.events).filter(
        pl.col("action").is_in(list(WEIGHTS)) & (pl.col("item") != NONE)
    )
    age = (workshop.size["as_of"] - pl.col("time")) / HALF_LIFE_US
    weight = pl.col("action").replace_strict(WEIGHTS, return_dtype=pl.Float64)
    pairs = (
        events.filter(pl.len().over("item") >= MIN_EVENTS)
        .with_columns(strength=weight * pl.lit(2.0).pow(-age))
        .group_by("user", "item")
        .agg(pl.col("strength").sum())
        .filter(pl.col("strength") >= FAINTEST)
        .with_columns(row=pl.col("user").rank("dense") - 1)
        .with_columns(column=pl.col("item").rank("dense") - 1)
        .sort("row", "column")
    )
    lengths = pairs.group_by("row", maintain_order=True).len()["len"]
    offsets = np.concatenate([[0], np.cumsum(lengths.to_numpy())])
    write_array(folder / "offsets.u64", offsets)
    write_array(folder / "columns.u32", pairs["column"].to_numpy())
    write_array(folder / "excess.f32", ALPHA * pairs["strength"].to_numpy())
    return folder


def prepare_start(matrix: Path, factors: int) -> None:
    """The products' first factors, drawn as implicit itself draws them.

    From another start either side may find another minimum.
    """
    path = matrix / f"start_{factors}.f32"
    if not path.exists():
        items = int(read_array(matrix / "columns.u32").max()) + 1
        draw = np.random.default_rng(42).random((items, factors))
        write_array(path, 0.01 * draw)


def objective(
    matrix: Path, users: npt.NDArray[Any], items: npt.NDArray[Any]
) -> float:
    """What both sides minimise, in doubles, for factors of either.

    The sum over all pairs of c (p - x'y)^2, with c = 1 and p = 0 for those
    that never met, plus the penalty. Pairs that never met are summed by the
    Gram matrices.
    """
    offsets = read_array(matrix / "offsets.u64").astype(np.int64)
    columns = read_array(matrix / "columns.u32")
    excess = read_array(matrix / "excess.f32").astype(np.float64)
    rows = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    x, y = users.astype(np.float64), items.astype(np.float64)
    total = float(np.sum((x.T @ x) * (y.T @ y)))
    for at in range(0, len(rows), ROWS_AT_ONCE):
        part = slice(at, at + ROWS_AT_ONCE)
        score = np.einsum("ij,ij->i", x[rows[part]], y[columns[part]])
        met = (1 + excess[part]) * (1 - score) ** 2
        total += float(np.sum(met - score**2))
    return total + REGULARIZATION * float(np.sum(x * x) + np.sum(y * y))


def part(workshop: Workshop, factors: int) -> Part:
    """Alternating least squares with so many factors."""
    matrix = prepare(workshop)
    prepare_start(matrix, factors)
    words: list[str | Path] = [
        *("--input", matrix, "--factors", str(factors)),
        *("--iterations", str(ITERATIONS)),
        *("--regularization", str(REGULARIZATION)),
    ]

    def agree(answers: Mapping[str, Path]) -> str:
        values = {}
        for name, answer in answers.items():
            users = read_array(answer / "users.f32").reshape(-1, factors)
            items = read_array(answer / "items.f32").reshape(-1, factors)
            values[name] = objective(matrix, users, items)
        ours, peer = values["vitrina"], values["implicit"]
        if not ours <= peer * (1 + TOLERANCE):
            raise DisagreementError(
                f"objective: found {ours:.6e}, expected at most "
                f"{TOLERANCE:.1%} above implicit's {peer:.6e}"
            )
        return f"objective {ours:.5e}, implicit's {peer:.5e}"

    return Part(
        name=f"ials_{factors}",
        title=f"iALS, {factors} factors, {ITERATIONS} iterations",
        bar="4 times faster at an equal or lower objective (.1% allowed)",
        contestants=[
            workshop.ours("ials", *words, name="vitrina"),
            # implicit has threads of its own and asks for this
            workshop.peer(
                "ials", *words, name="implicit", OPENBLAS_NUM_THREADS="1"
            ),
        ],
        agree=agree,
    )
