"""implicit's alternating least squares, as it comes: conjugate gradient."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

from race.arrays import read_array, write_array
from race.timing import Watch, options, run_peer


def read_matrix(folder: Path) -> sparse.csr_matrix:
    """The users' rows of confidences; implicit takes 1 + excess."""
    offsets = read_array(folder / "offsets.u64").astype(np.int32)
    columns = read_array(folder / "columns.u32").astype(np.int32)
    confidence = read_array(folder / "excess.f32") + np.float32(1)
    shape = (len(offsets) - 1, int(columns.max()) + 1)
    return sparse.csr_matrix((confidence, columns, offsets), shape=shape)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    users = read_matrix(arguments.input)
    model = AlternatingLeastSquares(
        factors=arguments.factors,
        regularization=arguments.regularization,
        alpha=1.0,
        iterations=arguments.iterations,
        num_threads=arguments.threads,
    )
    items, factors = users.shape[1], arguments.factors
    start = read_array(arguments.input / f"start_{factors}.f32")
    model.item_factors = start.reshape(items, factors)
    model.user_factors = np.zeros((users.shape[0], factors), np.float32)
    with Watch() as watch:
        model.fit(users, show_progress=False)
    if arguments.answer:
        write_array(arguments.answer / "users.f32", model.user_factors)
        write_array(arguments.answer / "items.f32", model.item_factors)
    return {"seconds": watch.seconds}


if __name__ == "__main__":
    parser = options()
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--iterations", type=int, default=15)
    parser.add_argument("--regularization", type=float, default=10.0)
    run_peer(parser, run)
