"""EASE (Steck, 2019) on the most active products."""

import numpy as np
from scipy import linalg

from ..lists import NONE, Scores
from ..logs import Array, Log
from ..matrix import DEPTH, PLAIN, WEIGHTS, best_columns, make_matrix
from .base import Params, Space

CHUNK = 1024  # users scored at once


class Ease:
    """A linear model of every product on all others, in closed form."""

    name = "ease"
    title = "EASE on the most active products"
    trials = 8
    plain: Params = PLAIN | {"products": 3000, "ridge": 10.0, "binary": False}
    space: Space = WEIGHTS | {
        "products": [1500, 3000, 6000],
        "ridge": [0.3, 3.0, 10.0, 100.0],
        "binary": [False, True],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score by the model's weights of what was touched."""
        matrix = make_matrix(log, cut, params)
        activity = np.asarray(matrix.csr.sum(axis=0)).ravel()
        order = np.argsort(-activity, kind="stable")
        active = np.sort(order[: params["products"]])
        x = matrix.csr[:, active]
        if params["binary"]:
            x.data[:] = 1
        b = item_weights((x.T @ x).toarray(), params["ridge"])
        shape = (len(matrix.users), DEPTH)
        items = np.full(shape, NONE, np.int32)
        values = np.zeros(shape)
        for begin in range(0, len(matrix.users), CHUNK):
            rows = slice(begin, begin + CHUNK)
            found, value = best_columns(np.asarray(x[rows] @ b), DEPTH)
            items[rows] = np.where(found >= 0, active[found], NONE)
            values[rows] = value
        return matrix.scores(items, values)


def item_weights(gram: Array, ridge: float) -> Array:
    """Solve for the weights, with none of a product on itself."""
    np.fill_diagonal(gram, gram.diagonal() + ridge)
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False)
    weight = inverse / -np.diag(inverse)
    np.fill_diagonal(weight, 0.0)
    return np.asarray(weight)
