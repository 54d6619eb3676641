"""implicit's `recommend` for many users, from factors that are given."""

import argparse
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

from race.arrays import read_array, write_array
from race.timing import Watch, options, run_peer


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    model = AlternatingLeastSquares(
        factors=arguments.factors, num_threads=arguments.threads
    )
    shape = (-1, arguments.factors)
    model.user_factors = read_array(arguments.input / "users.f32").reshape(
        shape
    )
    model.item_factors = read_array(arguments.input / "items.f32").reshape(
        shape
    )
    users = np.arange(len(model.user_factors))
    nothing = sparse.csr_matrix((len(users), len(model.item_factors)))
    with Watch() as watch:
        items, scores = model.recommend(
            users, nothing, N=arguments.k, filter_already_liked_items=False
        )
    if arguments.answer:
        write_array(arguments.answer / "items.u32", items)
        write_array(arguments.answer / "scores.f32", scores)
    return {"seconds": watch.seconds}


if __name__ == "__main__":
    parser = options()
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--k", type=int, default=25)
    run_peer(parser, run)
