"""RecTools' two stages: candidates, then a boosted ranker of features.

Built as the tutorial of CandidateRankingModel does, with a generator and
features of own history added, and orders alone as the target.
"""

import warnings
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from ..choice import HORIZON_DAYS
from ..history import HALF_LIVES, fade
from ..lists import Scores
from ..logs import ORDER, Array, Log
from ..matrix import DEPTH, PLAIN, WEIGHTS, weights
from .base import SEED, THREADS, Params, Space
from .rectools_data import ACTION, make_dataset, read_log, to_scores

KEPT_HALF_LIVES = (1, 2, 4, 6)  # positions in HALF_LIVES


def pair_features(past: Log, cut: int) -> pd.DataFrame:
    """Describe what each user did to each product they touched."""
    kinds = tuple(past.kinds)
    faded = fade(past, cut, kinds)
    frame = {"user_id": faded.user, "item_id": faded.item}
    width = len(past.item_ids)
    key = past.user.astype(np.int64) * width + past.item
    at = np.searchsorted(faded.user * width + faded.item, key)
    age = past.age(cut)
    for k, kind in enumerate(kinds):
        of_kind = past.action == kind
        for h in KEPT_HALF_LIVES:
            name = f"own_{kind}_{HALF_LIVES[h]:g}"
            frame[name] = faded.sums[:, k, h].astype(np.float32)
        last = np.full(len(faded.user), np.nan)
        order = np.argsort(-age[of_kind], kind="stable")
        last[at[of_kind][order]] = age[of_kind][order]
        frame[f"own_{kind}_age"] = last
    return pd.DataFrame(frame)


def side_features(
    side: str, who: Array, past: Log, cut: int
) -> dict[str, Array]:
    """Count a user's or a product's events by kind and age."""
    ids, row = np.unique(who, return_inverse=True)
    age = past.age(cut)
    frame = {f"{side}_id": ids}
    for kind in past.kinds:
        of_kind = past.action == kind
        for paces in (1.0, 3.0, np.inf):
            recent = row[of_kind & (age <= paces)]
            name = f"{side}_{kind}_{paces:g}"
            frame[name] = np.bincount(recent, minlength=len(ids))
        last = np.full(len(ids), 99.0)
        np.minimum.at(last, row[of_kind], age[of_kind])
        frame[f"{side}_{kind}_age"] = last
    return frame


def make_collector(log: Log, cut: int) -> Any:
    """Make a collector of features whose last cut is `cut`."""
    from rectools.models.ranking import CandidateFeatureCollector

    class Collector(CandidateFeatureCollector):  # type: ignore[misc]
        """Own history, and how active the user and the product are."""

        def collect_features(
            self, useritem: Any, dataset: Any, fold_info: Any
        ) -> Any:
            at = cut
            if fold_info is not None:
                start = np.datetime64(fold_info["start"], "us")
                at = int(start.astype(np.int64))
            past = read_log(dataset, log)
            users = side_features("user", past.user, past, at)
            items = side_features("item", past.item, past, at)
            return (
                useritem.merge(pd.DataFrame(users), on="user_id", how="left")
                .merge(pd.DataFrame(items), on="item_id", how="left")
                .merge(
                    pair_features(past, at),
                    on=["user_id", "item_id"],
                    how="left",
                )
            )

    return Collector()


def make_splitter(cut: int, length: timedelta) -> Any:
    """Hold out the orders of the last days; all else before is history."""
    from rectools.model_selection import Splitter

    class OrderSplitter(Splitter):  # type: ignore[misc]
        """One fold in time, whose targets are orders, each pair once."""

        n_splits = 1

        def _split_without_filter(
            self, interactions: Any, collect_fold_stats: bool = False
        ) -> Any:
            frame = interactions.df.reset_index(drop=True)
            end = pd.Timestamp(cut, unit="us")
            start = end - length
            before = frame["datetime"] < start
            order = ~before & (frame[ACTION] == ORDER)
            order &= ~frame[order].duplicated(["user_id", "item_id"]).reindex(
                frame.index, fill_value=True
            )
            info = {"i_split": 0, "start": start, "end": end}
            yield (
                np.flatnonzero(before),
                np.flatnonzero(order),
                info,
            )

    return OrderSplitter(
        filter_cold_users=True,
        filter_cold_items=False,
        filter_already_seen=False,
    )


def make_own_history(half_life: timedelta) -> Any:
    """Make a generator of what the user touched, by faded weight."""
    from rectools.models.base import ModelBase

    class OwnHistory(ModelBase):  # type: ignore[misc]
        """The weights of Interactions hold the kinds and the ages."""

        def _fit(self, dataset: Any, *args: Any, **kwargs: Any) -> None:
            frame = dataset.interactions.df
            now = frame["datetime"].max()
            age = (now - frame["datetime"]) / half_life
            worth = frame["weight"] * 0.5**age
            pairs = frame[["user_id", "item_id"]].assign(score=worth)
            pairs = pairs.groupby(["user_id", "item_id"], as_index=False).sum()
            self.pairs = pairs.sort_values(
                ["user_id", "score"], ascending=[True, False], kind="stable"
            )

        def _recommend_u2i(
            self,
            user_ids: Any,
            dataset: Any,
            k: int,
            filter_viewed: bool,
            sorted_item_ids_to_recommend: Any,
        ) -> Any:
            mine = self.pairs[self.pairs["user_id"].isin(user_ids)]
            mine = mine.groupby("user_id", sort=False).head(k)
            columns = ("user_id", "item_id", "score")
            return tuple(mine[name].to_numpy() for name in columns)

    return OwnHistory()


def make_ranker(params: Params) -> Any:
    """Make the second stage."""
    from rectools.models.ranking import CatBoostReranker, Reranker

    if params["ranker"] == "lightgbm":
        from lightgbm import LGBMClassifier

        return Reranker(
            LGBMClassifier(
                n_estimators=params["trees"],
                max_depth=params["depth"],
                learning_rate=params["rate"],
                min_child_samples=50,
                n_jobs=THREADS,
                random_state=SEED,
                deterministic=True,
                verbosity=-1,
            )
        )
    from catboost import CatBoostClassifier, CatBoostRanker

    kind = CatBoostClassifier
    if params["ranker"] == "catboost_ranker":
        kind = CatBoostRanker
    return CatBoostReranker(
        kind(
            iterations=params["trees"],
            depth=params["depth"],
            learning_rate=params["rate"],
            thread_count=THREADS,
            random_seed=SEED,
            verbose=False,
            allow_writing_files=False,
        )
    )


def label_days(past: Log, cut: int, window: str) -> float:
    """Tell how many of the last days are held out as labels.

    At most half of the log, or no history would be left.
    """
    pace = past.pace_days
    windows = {
        "asked": min(pace, HORIZON_DAYS),
        "pace": pace,
        "two paces": 2 * pace,
    }
    half = max(1, round(float(past.age(cut).max())) // 2) * pace
    return min(windows[window], half)


class TwoStage:
    """Candidates of three generators, ranked by a boosted model."""

    name = "two_stage"
    title = "two-stage (RecTools)"
    trials = 8  # a minute each
    plain: Params = PLAIN | {
        "ranker": "catboost",
        "trees": 200,
        "depth": 6,
        "rate": 0.05,
        "negatives": 20,
        "candidates": 50,
        "labels": "pace",
    }
    space: Space = WEIGHTS | {
        "ranker": ["catboost", "catboost_ranker", "lightgbm"],
        "trees": [100, 200, 400],
        "depth": [3, 6],
        "rate": [0.03, 0.05, 0.1],
        "negatives": [5, 20, 60],
        "candidates": [30, 50, 100],
        "labels": ["asked", "pace", "two paces"],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Train on the last days before the cut, then score all users."""
        past = log.before(cut)
        # the generator of own history fades by itself
        faded_elsewhere = {**params, "half_life": np.inf}
        dataset = make_dataset(past, weights(past, cut, faded_elsewhere))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            days = label_days(past, cut, params["labels"])
            model = self.make_model(log, cut, days, params)
            model.fit(dataset)
            table = model.recommend(
                past.users, dataset, k=DEPTH, filter_viewed=False
            )
        if params["ranker"] == "catboost_ranker":
            table["score"] = 1 / (1 + np.exp(-table["score"]))
        return to_scores(table, past.users, DEPTH)

    def make_model(
        self, log: Log, cut: int, days: float, params: Params
    ) -> Any:
        """Put the stages together."""
        from implicit.nearest_neighbours import CosineRecommender
        from rectools.models import (
            ImplicitItemKNNWrapperModel,
            PopularModel,
        )
        from rectools.models.ranking import (
            CandidateGenerator,
            CandidateRankingModel,
            PerUserNegativeSampler,
        )

        pace = timedelta(days=log.pace_days)
        similar = CosineRecommender(K=50, num_threads=THREADS)
        first_stage = (
            (make_own_history(params["half_life"] * pace), 50),
            (ImplicitItemKNNWrapperModel(similar), params["candidates"]),
            (PopularModel(period=pace), 30),
        )
        generators = [
            CandidateGenerator(model, depth, keep_ranks=True, keep_scores=True)
            for model, depth in first_stage
        ]
        return CandidateRankingModel(
            generators,
            make_splitter(cut, timedelta(days=days)),
            make_ranker(params),
            PerUserNegativeSampler(params["negatives"], SEED),
            make_collector(log, cut),
        )
