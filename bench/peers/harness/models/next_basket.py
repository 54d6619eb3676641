"""The field's next-basket methods, in NumPy and SciPy.

TIFU-KNN (Hu, He, Gao, Zhang, SIGIR 2020), UP-CF@r (Faggioli, Polato, Aiolli,
UMAP 2020) and the frequency rules of Li, Jullien, Ariannezhad, de Rijke
(TOIS 2023). Orders, views and the rest weigh differently in a basket; in a
log of orders alone they are the published methods.
"""

from typing import Any

import numpy as np
from scipy import sparse

from ..baskets import PLAIN, WEIGHTS, Baskets, best_of_chunks, make_baskets
from ..lists import Scores
from ..logs import Array, Log
from .base import Params, Space

CHUNK = 512  # users compared with all others at once


def user_vectors(baskets: Baskets, params: Params) -> Any:
    """Average each user's baskets, older ones and older groups less.

    A user's baskets are cut into groups of as equal a size as can be, the
    later ones larger; with fewer baskets than groups each is a group.
    """
    groups, place = params["groups"], baskets.place
    n = baskets.count[baskets.row]
    size = np.maximum(n // groups, 1)
    n_small = np.where(n < groups, n, groups - n % groups)
    in_small = place < n_small * size
    group = np.where(
        in_small,
        place // size,
        n_small + (place - n_small * size) // (size + 1),
    )
    share = 1 / (np.where(in_small, size, size + 1) * np.minimum(n, groups))
    decay = params["within_decay"] ** (n - 1.0 - place)
    decay *= params["group_decay"] ** (groups - 1.0 - group)
    return baskets.matrix(baskets.worth * decay * share)


def nearest(vectors: Any, rows: slice, k: int) -> Array:
    """Find the k users nearest to some, by Euclid's distance."""
    norm = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()
    distance = norm - 2 * (vectors[rows] @ vectors.T).toarray()
    here = np.arange(len(distance))
    distance[here, rows.start + here] = np.inf  # nobody is their own
    return np.asarray(np.argpartition(distance, k - 1, axis=1)[:, :k])


class TifuKnn:
    """Temporal item frequencies of a user and of the nearest users."""

    name = "tifu_knn"
    title = "TIFU-KNN"
    trials = 12
    # the paper's parameters for Ta-Feng
    plain: Params = PLAIN | {
        "k": 300,
        "groups": 7,
        "within_decay": 0.9,
        "group_decay": 0.7,
        "alpha": 0.7,
    }
    space: Space = WEIGHTS | {
        "k": [100, 300, 900],
        "groups": [3, 7, 11, 23],
        "within_decay": [0.8, 0.9, 1.0],
        "group_decay": [0.6, 0.7, 0.8, 0.9],
        "alpha": [0.2, 0.5, 0.7, 0.9],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score by a blend of the user's own vector and the neighbours'."""
        baskets = make_baskets(log.before(cut), params)
        vectors = user_vectors(baskets, params)
        k = min(params["k"], len(baskets.users) - 1)
        alpha = params["alpha"]

        def score(rows: slice) -> Array:
            near = nearest(vectors, rows, k)
            others = average(vectors, near)
            return np.asarray(alpha * vectors[rows] + (1 - alpha) * others)

        return best_of_chunks(baskets, CHUNK, score)


def average(vectors: Any, near: Array) -> Array:
    """Average the vectors of each row's users."""
    n, k = near.shape
    chosen = sparse.csr_matrix(
        (
            np.full(near.size, 1 / k, np.float32),
            near.ravel(),
            np.arange(n + 1) * k,
        ),
        shape=(n, vectors.shape[0]),
    )
    return np.asarray((chosen @ vectors).toarray())


class UpCf:
    """What similar users bought in their last baskets, and how often."""

    name = "up_cf"
    title = "UP-CF@r"
    trials = 12
    plain: Params = PLAIN | {"recency": 10, "asymmetry": 0.75, "locality": 10}
    space: Space = WEIGHTS | {
        "recency": [1, 5, 10, 25, 0],  # baskets; 0: all
        "asymmetry": [0.0, 0.25, 0.5, 0.75, 1.0],
        "locality": [1, 5, 10, 50, 100],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score by the recent shares of users, weighed by likeness."""
        baskets = make_baskets(log.before(cut), params)
        popularity = recent_share(baskets, params["recency"])
        held = baskets.held()
        size = np.asarray(held.sum(axis=1)).ravel()
        others = 1 / size ** (1 - params["asymmetry"])

        def score(rows: slice) -> Array:
            alike = (held[rows] @ held.T).tocsr()
            own = size[rows] ** -params["asymmetry"]
            alike.data *= np.repeat(own, np.diff(alike.indptr))
            alike.data *= others[alike.indices]
            alike.data **= params["locality"]
            return np.asarray((alike @ popularity).toarray())

        return best_of_chunks(baskets, CHUNK, score)


def recent_share(baskets: Baskets, recency: int) -> Any:
    """Share of a user's last baskets that hold each product; 0: of all."""
    n = baskets.count[baskets.row]
    last = np.minimum(recency, n) if recency else n
    keep = baskets.place >= n - last
    return baskets.matrix(baskets.worth / last, keep)


class TopFrequency:
    """What a user bought most often, then what everybody does."""

    name = "gp_top_freq"
    title = "GP-TopFreq"
    trials = 12
    plain: Params = PLAIN
    space: Space = WEIGHTS
    personal = True
    everybody = True

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score by the user's counts; everybody's come to 1 at most."""
        baskets = make_baskets(log.before(cut), params)
        counts = baskets.matrix(baskets.worth)
        common = np.asarray(counts.sum(axis=0)).ravel()
        common = common / common.max(initial=1) * self.everybody

        def score(rows: slice) -> Array:
            return np.asarray(counts[rows].toarray() * self.personal + common)

        return best_of_chunks(baskets, CHUNK, score)


class PersonalFrequency(TopFrequency):
    """What a user bought most often, and nothing else."""

    name = "p_top_freq"
    title = "P-TopFreq"
    everybody = False


class GlobalFrequency(TopFrequency):
    """What everybody buys most often."""

    name = "g_top_freq"
    title = "G-TopFreq"
    personal = False
