"""Scored products of users, in rectangles of numbers."""

from dataclasses import dataclass

import numpy as np

from .logs import Array, Log

NONE = -1  # fills a list that is shorter than the others


@dataclass(frozen=True)
class Scores:
    """The best products of each user, best first; NONE fills."""

    users: Array  # [U], ascending
    items: Array  # [U, K]
    values: Array  # [U, K], 0 where items is NONE

    def for_users(self, users: Array) -> "Scores":
        """Put the rows of other users; who is not here gets no product."""
        items = np.full((len(users), self.items.shape[1]), NONE, np.int32)
        values = np.zeros(items.shape, np.float64)
        at = np.searchsorted(users, self.users)
        at[at == len(users)] = 0
        here = users[at] == self.users
        items[at[here]] = self.items[here]
        values[at[here]] = self.values[here]
        return Scores(users, items, values)


def top_k(
    users: Array, user: Array, item: Array, value: Array, k: int
) -> Scores:
    """Keep the k largest values of each user; ties go to the lower item.

    `users` are all the users to list, ascending; `user`, `item` and
    `value` are one entry a pair.
    """
    order = np.lexsort((item, -value, user))
    user, item, value = user[order], item[order], value[order]
    rank = np.arange(len(user)) - np.searchsorted(user, user)
    keep = rank < k
    row = np.searchsorted(users, user[keep])
    items = np.full((len(users), k), NONE, np.int32)
    values = np.zeros((len(users), k), np.float64)
    items[row, rank[keep]] = item[keep]
    values[row, rank[keep]] = value[keep]
    return Scores(users, items, values)


def popular(log: Log, cut: int, k: int) -> Array:
    """Name what sells: orders before the rest, halved each pace."""
    age = log.age(cut)
    weight = np.where(log.action == 5, 3.0, np.where(log.action > 0, 1, 0.1))
    total = np.bincount(log.item, weight * 0.5**age, len(log.item_ids))
    best = np.argsort(-total, kind="stable")[:k]
    return best[total[best] > 0]


def fill(items: Array, spare: Array) -> Array:
    """Put the spare products at the end of lists that are too short."""
    held = (items[:, :, None] == spare).any(axis=1)
    more = np.where(held, NONE, spare).astype(items.dtype)
    both = np.concatenate([items, more], axis=1)
    order = np.argsort(both == NONE, axis=1, kind="stable")
    return np.take_along_axis(both, order[:, : items.shape[1]], axis=1)
