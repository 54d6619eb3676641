"""A log as the baskets of its users: what each touched on one day."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from .lists import NONE, Scores
from .logs import ORDER, US_PER_DAY, VIEW, Array, Log
from .matrix import DEPTH, Params, best_columns

# What a product of a basket is worth when it was only looked at, or bought.
WEIGHTS: dict[str, list[Any]] = {
    "view": [0.1, 0.3, 1.0],
    "order": [0.3, 1.0, 3.0],
}
PLAIN = {"view": 0.3, "order": 1.0}


@dataclass(frozen=True)
class Baskets:
    """Distinct products of each user and day, one entry a product."""

    users: Array  # [U] positions in ids, ascending
    items: Array  # [I] the same
    count: Array  # [U] baskets of each user
    row: Array  # of each entry: its user
    column: Array  # its product
    place: Array  # its basket among the user's, 0 the oldest
    worth: Array

    def matrix(self, values: Array, keep: Array | None = None) -> Any:
        """Sum a value of every entry into a matrix of users and products."""
        rows, columns = self.row, self.column
        if keep is not None:
            rows, columns, values = rows[keep], columns[keep], values[keep]
        shape = (len(self.users), len(self.items))
        return sparse.csr_matrix(
            (values, (rows, columns)), shape=shape, dtype=np.float32
        )

    def held(self) -> Any:
        """Make the matrix of what each user ever touched, of ones."""
        held = self.matrix(np.ones(len(self.row)))
        held.data[:] = 1
        return held

    def scores(self, items: Array, values: Array) -> Scores:
        """Turn columns back into products of the log."""
        named = np.where(items >= 0, self.items[np.maximum(items, 0)], NONE)
        return Scores(self.users, named.astype(np.int32), values)


def make_baskets(past: Log, params: Params = PLAIN) -> Baskets:
    """Cut a log into days; a product counts by its weightiest event."""
    kind = np.ones(len(past.action))
    kind[past.action == VIEW] = params["view"]
    kind[past.action == ORDER] = params["order"]
    day = past.time // US_PER_DAY
    basket, number = np.unique(
        np.stack([past.user.astype(np.int64), day]),
        axis=1,
        return_inverse=True,
    )
    items, column = np.unique(past.item, return_inverse=True)
    entry, at = np.unique(
        number.ravel() * len(items) + column, return_inverse=True
    )
    worth = np.zeros(len(entry))
    np.maximum.at(worth, at, kind)
    users, row, count = np.unique(
        basket[0], return_inverse=True, return_counts=True
    )
    place = np.arange(len(row)) - np.searchsorted(row, row)
    number = entry // len(items)
    return Baskets(
        users,
        items,
        count,
        row[number],
        entry % len(items),
        place[number],
        worth,
    )


def best_of_chunks(baskets: Baskets, chunk: int, score: Any) -> Scores:
    """Score the users a chunk at a time: `score` takes a slice of rows."""
    shape = (len(baskets.users), min(DEPTH, len(baskets.items)))
    items = np.full(shape, NONE, np.int32)
    values = np.zeros(shape)
    for begin in range(0, len(baskets.users), chunk):
        rows = slice(begin, begin + chunk)
        items[rows], values[rows] = best_columns(score(rows), DEPTH)
    return baskets.scores(items, values)
