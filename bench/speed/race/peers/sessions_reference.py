"""VMIS-kNN by the paper's equations, from the log, in dictionaries.

Kersbergen, Sprangers, Schelter, «Serenade», SIGMOD 2022, with the votes and
the exclusion of own visits that src/models/sessions.hpp describes. It is
what answers are held against, not a peer: nobody would serve with it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import log
from pathlib import Path

import polars as pl

GAP_US = 30 * 60 * 1_000_000
NONE = 2**32 - 1
VIEW, LIKE, BASKET, REMOVE, ORDER, PAGE = 0, 1, 2, 3, 5, 6
INTEREST = [VIEW, LIKE, BASKET, ORDER]
TOUCHES = [VIEW, LIKE, BASKET, REMOVE, ORDER, PAGE]
# the defaults of `models.sessions`
LAST_PRODUCTS = 10
RECENT = 500
NEIGHBOURS = 100
MOST_PRODUCTS = 30
VOTES = {VIEW: 1.0, LIKE: 1.0, BASKET: 2.0, ORDER: 3.0}

Items = dict[int, float]


@dataclass(frozen=True)
class Session:
    """The products of a visit with the weight of their votes."""

    user: int
    items: Items


def read_sessions(events: pl.DataFrame) -> list[Session]:
    """Visits with two products and more, oldest first, ties by user."""
    new = (pl.col("user") != pl.col("user").shift()) | (
        pl.col("time") - pl.col("time").shift() > GAP_US
    )
    visits = (
        events.lazy()
        .with_columns(visit=new.fill_null(True).cum_sum())
        .with_columns(end=pl.col("time").max().over("visit"))
        .with_row_index("place")
        .filter(pl.col("action").is_in(INTEREST) & (pl.col("item") != NONE))
        .with_columns(
            vote=pl.col("action").replace_strict(
                VOTES, return_dtype=pl.Float64
            )
        )
        .group_by("visit", "item")
        .agg(
            pl.col("user", "end").first(),
            pl.col("vote").max(),
            pl.col("place").max(),
        )
        # the strongest first, then the newest
        .sort(["visit", "vote", "place"], descending=[False, True, True])
        .group_by("visit", maintain_order=True)
        .agg(
            pl.col("user", "end").first(),
            pl.col("item", "vote").head(MOST_PRODUCTS),
        )
        .filter(pl.col("item").list.len() >= 2)
        .sort("end", "visit")
        .collect()
    )
    return [
        Session(user, dict(zip(items, votes, strict=True)))
        for user, items, votes in visits.select(
            "user", "item", "vote"
        ).iter_rows()
    ]


def last_products(events: pl.DataFrame) -> dict[int, list[int]]:
    """Every user's last distinct products, newest first, ties by id."""
    touched = (
        events.lazy()
        .filter(pl.col("action").is_in(TOUCHES) & (pl.col("item") != NONE))
        .group_by("user", "item")
        .agg(pl.col("time").max())
        .sort(["user", "time", "item"], descending=[False, True, False])
        .group_by("user", maintain_order=True)
        .agg(pl.col("item").head(LAST_PRODUCTS))
        .collect()
    )
    return dict(touched.iter_rows())


class Reference:
    """The index and the prediction."""

    def __init__(self, log_file: Path, users: list[int]) -> None:
        events = pl.read_parquet(log_file)
        self.sessions = read_sessions(events)
        of_users = events.filter(pl.col("user").is_in(users))
        self.last = last_products(of_users)
        self.having: defaultdict[int, list[int]] = defaultdict(list)
        for at, session in enumerate(self.sessions):
            for item in session.items:
                self.having[item].append(at)

    def predict(self, user: int) -> Items:
        """Score by product."""
        place = {item: x for x, item in enumerate(self.last.get(user, []))}
        newest = sorted({at for item in place for at in self.having[item]})
        overlap = Counter[int]()
        for at in newest[-RECENT:]:
            session = self.sessions[at]
            if session.user != user:
                common = session.items.keys() & place.keys()
                overlap[at] = sum(LAST_PRODUCTS - place[i] for i in common)
        ranked = sorted(overlap, key=lambda at: (-overlap[at], -at))
        scores: defaultdict[int, float] = defaultdict(float)
        for at in ranked[:NEIGHBOURS]:
            items = self.sessions[at].items
            nearest = min(place[i] for i in items.keys() & place.keys())
            weight = overlap[at] / LAST_PRODUCTS
            weight *= 1 - nearest / LAST_PRODUCTS
            for item, vote in items.items():
                n_with = len(self.having[item])
                rarity = log(len(self.sessions) / n_with)
                scores[item] += weight * vote * rarity
        return scores
