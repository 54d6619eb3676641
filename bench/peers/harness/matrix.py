"""A log as a sparse matrix of users and products."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from .lists import NONE, Scores
from .logs import ORDER, VIEW, Array, Log

Params = Mapping[str, Any]

# How events weigh: every collaborative peer is tuned over these.
WEIGHTS: dict[str, list[Any]] = {
    "view": [0.1, 0.3, 1.0],
    "order": [0.3, 1.0, 3.0],
    "half_life": [1.0, 3.0, 30.0],  # paces of the log
}
PLAIN = {"view": 0.3, "order": 1.0, "half_life": 3.0}
DEPTH = 50  # products a peer proposes to a user


@dataclass(frozen=True)
class Matrix:
    """Weights of the pairs; rows and columns are positions in ids."""

    csr: Any
    users: Array
    items: Array

    def scores(self, items: Array, values: Array) -> Scores:
        """Turn columns of this matrix back into products of the log."""
        there = items >= 0
        named = np.where(there, self.items[np.maximum(items, 0)], NONE)
        return Scores(
            self.users, named.astype(np.int32), np.where(there, values, 0.0)
        )


def weights(past: Log, cut: int, params: Params) -> Array:
    """Weigh each event by its kind and age."""
    kind = np.ones(len(past.action))
    kind[past.action == VIEW] = params["view"]
    kind[past.action == ORDER] = params["order"]
    return np.asarray(kind * 0.5 ** (past.age(cut) / params["half_life"]))


def make_matrix(log: Log, cut: int, params: Params) -> Matrix:
    """Sum the weights of events before the cut."""
    past = log.before(cut)
    items, column = np.unique(past.item, return_inverse=True)
    row = np.searchsorted(past.users, past.user)
    csr = sparse.csr_matrix(
        (weights(past, cut, params), (row, column)),
        shape=(len(past.users), len(items)),
        dtype=np.float32,
    )
    return Matrix(csr, past.users, items)


def best_columns(dense: Array, depth: int) -> tuple[Array, Array]:
    """Find the largest positive values of each row, best first."""
    depth = min(depth, dense.shape[1])
    part = np.argpartition(-dense, depth - 1, axis=1)[:, :depth]
    part.sort(axis=1)
    value = np.take_along_axis(dense, part, axis=1)
    order = np.argsort(-value, axis=1, kind="stable")
    value = np.take_along_axis(value, order, axis=1)
    part = np.take_along_axis(part, order, axis=1)
    return np.where(value > 0, part, NONE), np.maximum(value, 0)
