"""Matrix factorisations of implicit: ALS and BPR."""

from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from ..lists import Scores
from ..logs import Log
from ..matrix import DEPTH, PLAIN, WEIGHTS, Matrix, make_matrix
from .base import SEED, THREADS, Params, Space


def recommend(model: Any, matrix: Matrix) -> Scores:
    """Fit and score; products already touched may be proposed."""
    # implicit brings its own threads: more below them only hold it up
    with threadpool_limits(1, "blas"):
        model.fit(matrix.csr, show_progress=False)
        items, values = model.recommend(
            np.arange(len(matrix.users)),
            matrix.csr,
            N=DEPTH,
            filter_already_liked_items=False,
        )
    return matrix.scores(items, values)


class Als:
    """Weighted alternating least squares."""

    name = "als"
    title = "ALS (implicit)"
    trials = 12
    plain: Params = PLAIN | {
        "factors": 64,
        "regularization": 0.05,
        "alpha": 10.0,
        "iterations": 15,
    }
    space: Space = WEIGHTS | {
        "factors": [32, 64, 128],
        "regularization": [0.01, 0.05, 0.3, 1.0],
        "alpha": [1.0, 10.0, 40.0],
        "iterations": [8, 15],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score by the product of the factors."""
        from implicit.als import AlternatingLeastSquares

        model = AlternatingLeastSquares(
            factors=params["factors"],
            regularization=params["regularization"],
            alpha=params["alpha"],
            iterations=params["iterations"],
            use_gpu=False,
            num_threads=THREADS,
            random_state=SEED,
        )
        return recommend(model, make_matrix(log, cut, params))


class Bpr:
    """Bayesian personalised ranking; one thread, so that it repeats."""

    name = "bpr"
    title = "BPR (implicit)"
    trials = 12
    plain: Params = PLAIN | {
        "factors": 64,
        "learning_rate": 0.05,
        "regularization": 0.01,
        "iterations": 100,
    }
    space: Space = WEIGHTS | {
        "factors": [32, 64, 128],
        "learning_rate": [0.01, 0.05, 0.1],
        "regularization": [0.001, 0.01, 0.05],
        "iterations": [50, 100, 200],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score by the product of the factors."""
        from implicit.bpr import BayesianPersonalizedRanking

        model = BayesianPersonalizedRanking(
            factors=params["factors"],
            learning_rate=params["learning_rate"],
            regularization=params["regularization"],
            iterations=params["iterations"],
            use_gpu=False,
            num_threads=1,
            random_state=SEED,
        )
        return recommend(model, make_matrix(log, cut, params))
