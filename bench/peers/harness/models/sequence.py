"""SASRec of RecTools, small enough for a processor without a GPU."""

import logging
import warnings
from typing import Any

import numpy as np

from ..lists import Scores
from ..logs import VIEW, Log
from ..matrix import DEPTH
from .base import SEED, Params, Space
from .rectools_data import make_dataset, to_scores

THREADS = 1  # it repeats, and threads that spin are slow on a busy machine


def training_events(past: Log, min_events: int, views: bool) -> Log:
    """Drop rare products, and views where they are not wanted."""
    if not views:
        past = past.of_actions([kind for kind in past.kinds if kind != VIEW])
    often = np.bincount(past.item, minlength=len(past.item_ids)) >= min_events
    return past.kept(often[past.item])


class SasRec:
    """A transformer over each user's products in order of time."""

    name = "sasrec"
    title = "SASRec (RecTools)"
    trials = 4  # minutes each
    plain: Params = {
        "factors": 64,
        "blocks": 1,
        "length": 20,
        "epochs": 6,
        "rate": 0.003,
        "negatives": 32,
        "min_events": 2,
        "views": True,
    }
    space: Space = {
        "factors": [32, 64],
        "blocks": [1, 2],
        "length": [10, 20],
        "epochs": [6, 12],
        "rate": [0.003, 0.01],
        "negatives": [32, 64],
        "min_events": [2, 3],
        "views": [True, False],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score the next product of each user."""
        model, torch = self.make_model(params)
        past = log.before(cut)
        kept = training_events(past, params["min_events"], params["views"])
        dataset = make_dataset(kept, np.ones(len(kept.user)))
        with warnings.catch_warnings(), torch.random.fork_rng():
            warnings.simplefilter("ignore")
            model.fit(dataset)
            table = model.recommend(
                kept.users,
                dataset,
                k=DEPTH,
                filter_viewed=False,
                on_unsupported_targets="ignore",
            )
        # softmax: positive, and of one scale for all users
        table["score"] = 1 / (1 + np.exp(-table["score"].clip(-50, 50)))
        return to_scores(table, past.users, DEPTH)

    def make_model(self, params: Params) -> tuple[Any, Any]:
        """Seed everything and build the network."""
        import pytorch_lightning
        import torch
        from rectools.models import SASRecModel

        logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
        torch.set_num_threads(THREADS)
        pytorch_lightning.seed_everything(SEED, verbose=False)
        model = SASRecModel(
            n_factors=params["factors"],
            n_blocks=params["blocks"],
            n_heads=2,
            session_max_len=params["length"],
            epochs=params["epochs"],
            lr=params["rate"],
            loss="sampled_softmax",
            n_negatives=params["negatives"],
            deterministic=True,
            recommend_torch_device="cpu",
            recommend_n_threads=THREADS,
        )
        return model, torch
