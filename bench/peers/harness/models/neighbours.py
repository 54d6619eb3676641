"""Item-kNN: cosine, TF-IDF and BM25 of implicit."""

from typing import Any

import numpy as np

from ..lists import Scores
from ..logs import Log
from ..matrix import DEPTH, PLAIN, WEIGHTS, make_matrix
from .base import THREADS, Params, Space


class ItemNeighbours:
    """Products like those a user touched; the touched ones included."""

    name = "item_knn"
    title = "item-kNN (implicit)"
    trials = 12
    plain: Params = PLAIN | {"kind": "cosine", "k": 20, "k1": 1.2, "b": 0.75}
    space: Space = WEIGHTS | {
        "kind": ["cosine", "tfidf", "bm25"],
        "k": [5, 20, 50, 200],
        "k1": [0.1, 1.2, 100.0],
        "b": [0.0, 0.3, 0.75],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score by the summed similarity to what was touched."""
        from implicit import nearest_neighbours as nn

        model: Any
        if params["kind"] == "bm25":
            model = nn.BM25Recommender(
                K=params["k"],
                K1=params["k1"],
                B=params["b"],
                num_threads=THREADS,
            )
        elif params["kind"] == "tfidf":
            model = nn.TFIDFRecommender(K=params["k"], num_threads=THREADS)
        else:
            model = nn.CosineRecommender(K=params["k"], num_threads=THREADS)
        matrix = make_matrix(log, cut, params)
        model.fit(matrix.csr, show_progress=False)
        items, values = model.recommend(
            np.arange(len(matrix.users)),
            matrix.csr,
            N=DEPTH,
            filter_already_liked_items=False,
        )
        return matrix.scores(np.where(values > 0, items, -1), values)
