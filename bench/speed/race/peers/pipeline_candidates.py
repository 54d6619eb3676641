"""Candidates of a practitioner's pipeline, by polars.

The kinds and sizes of Vitrina's defaults: own history, the basket now,
co-visitation by four matrices, popular in the user's categories, popular.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from race.peers.covisitation_polars import last_steps
from race.peers.features import CODES, DAY_US, HOUR_US, touches

BUYS = [CODES["basket_add"], CODES["order"]]
# weight and half-life in days of an action in the user's own history
OWN = {
    "view": (1.0, 1),
    "like": (3.0, 2),
    "basket_add": (6.0, 2),
    "basket_delete": (-3.0, 2),
    "order": (1.0, 1),
    "basket_page": (3.0, 2),
}
POPULAR = {"view": 0.1, "like": 0.1, "basket_add": 1.0, "order": 3.0}
POPULAR_HALF_LIFE_DAYS = 3
DAMPING = 0.3
NEIGHBOURS = 40
RECENT = 20
CATEGORIES = 5
LIMITS = {
    "own": 60,
    "basket": 25,
    "covisitation": 50,
    "in_categories": 30,
    "popular": 30,
}
MOST = 100
K = 25
USERS_AT_ONCE = 5000


@dataclass(frozen=True)
class Fitted:
    """What is known of the shop as of a moment."""

    own: pl.DataFrame  # user, item, own, last
    baskets: pl.DataFrame  # user, item, since
    neighbours: pl.DataFrame  # from, to, weight: all matrices together
    popular: pl.DataFrame  # item, popularity
    best_in_category: pl.DataFrame  # category, item, popularity
    categories: pl.DataFrame  # item, category


def by_action(values: dict[str, float]) -> pl.Expr:
    """A number by the event's action; 0 for those not named."""
    codes = {CODES[name]: value for name, value in values.items()}
    return pl.col("action").replace_strict(
        codes, default=0.0, return_dtype=pl.Float64
    )


def faded(half_life_us: pl.Expr | int) -> pl.Expr:
    return pl.lit(2.0).pow(-pl.col("age") / half_life_us)


def best(rows: pl.LazyFrame, by: str, key: str, limit: int) -> pl.LazyFrame:
    """The first `limit` rows of every key, ties by product."""
    return (
        rows.sort([key, by, "item"], descending=[False, True, False])
        .group_by(key, maintain_order=True)
        .head(limit)
    )


def own_history(events: pl.DataFrame) -> pl.DataFrame:
    weight = by_action({name: OWN[name][0] for name in OWN})
    days = by_action({name: float(OWN[name][1]) for name in OWN})
    return (
        touches(events)
        .with_columns(part=weight * faded(days * DAY_US))
        .group_by("user", "item")
        .agg(own=pl.col("part").sum(), last=pl.col("time").max())
        .collect()
    )


def baskets(events: pl.DataFrame) -> pl.DataFrame:
    """Products that were put in and not taken out or bought since."""

    def last_of(*names: str) -> pl.Expr:
        codes = [CODES[name] for name in names]
        last = pl.col("time").filter(pl.col("action").is_in(codes)).max()
        return last.fill_null(-1)

    return (
        touches(events)
        .group_by("user", "item")
        .agg(
            since=last_of("basket_add"), out=last_of("order", "basket_delete")
        )
        .filter(pl.col("since") > pl.col("out"))
        .select("user", "item", score="since")
        .collect()
    )


def close_pairs(steps: pl.LazyFrame, window_us: int) -> pl.LazyFrame:
    """Two of a user's steps, the earlier first, not further apart."""
    return (
        steps.join(steps, on="user")
        .filter(
            (pl.col("place") < pl.col("place_right"))
            & (pl.col("item") != pl.col("item_right"))
            & (pl.col("time_right") - pl.col("time") <= window_us)
        )
        .with_columns(age=pl.col("time_right") - pl.col("time"))
    )


def matrix(pairs: pl.LazyFrame, hours: float) -> pl.LazyFrame:
    """The best damped neighbours out of `from`, `item`, `age`."""
    total = pl.col("weight").sum().over("item")
    summed = (
        pairs.group_by("from", "item")
        .agg(weight=faded(int(hours * HOUR_US)).sum())
        .with_columns(weight=pl.col("weight") / total.pow(DAMPING))
    )
    return best(summed, "weight", "from", NEIGHBOURS)


def directed(pairs: pl.LazyFrame) -> pl.LazyFrame:
    return pairs.select("age", item="item_right", **{"from": "item"})


def mirrored(pairs: pl.LazyFrame) -> pl.LazyFrame:
    back = pairs.select("age", "item", **{"from": "item_right"})
    return pl.concat([directed(pairs), back], how="diagonal")


def covisitation(events: pl.DataFrame) -> pl.DataFrame:
    """The four default matrices; the join of a day is made once."""
    steps = last_steps(events, with_action=True).collect().lazy()
    day = close_pairs(steps, DAY_US).collect().lazy()
    to_buy = day.filter(pl.col("action_right").is_in(BUYS))
    buys = steps.filter(pl.col("action").is_in(BUYS))
    matrices = [
        matrix(directed(to_buy), 1),
        matrix(directed(to_buy), 6),
        matrix(mirrored(day), 1),
        matrix(mirrored(close_pairs(buys, 14 * DAY_US)), 72),
    ]
    return (
        pl.concat(matrices, how="diagonal")
        .group_by("from", "item")
        .agg(pl.col("weight").sum())
        .collect()
    )


def popularity(events: pl.DataFrame) -> pl.DataFrame:
    worth = by_action(POPULAR) * faded(POPULAR_HALF_LIFE_DAYS * DAY_US)
    return (
        touches(events)
        .with_columns(worth=worth)
        .group_by("item")
        .agg(popularity=pl.col("worth").sum())
        .collect()
    )


def fit(events: pl.DataFrame, categories: pl.DataFrame) -> Fitted:
    """All that candidates are made from, on events before a moment."""
    popular = popularity(events)
    in_category = popular.lazy().join(categories.lazy(), on="item")
    return Fitted(
        own=own_history(events),
        baskets=baskets(events),
        neighbours=covisitation(events),
        popular=popular,
        best_in_category=best(
            in_category, "popularity", "category", LIMITS["in_categories"]
        ).collect(),
        categories=categories,
    )


def users_to_score(fitted: Fitted, limit: int) -> pl.Series:
    """Those with the strongest own history: the sum of their best."""
    strongest = best(fitted.own.lazy(), "own", "user", K)
    return (
        strongest.group_by("user")
        .agg(total=pl.col("own").sum())
        .sort(["total", "user"], descending=[True, False])
        .head(limit)
        .collect()["user"]
        .sort()
    )


def lists_of(
    fitted: Fitted, users: pl.DataFrame, as_of: int
) -> dict[str, pl.LazyFrame]:
    """`user`, `item`, `score` of every generator for some users."""
    own = fitted.own.join(users, on="user", how="semi").lazy()
    recent = best(
        own.with_columns(pl.col("last").alias("score")),
        "score",
        "user",
        RECENT,
    ).with_columns(age=as_of - pl.col("last"))
    votes = (
        recent.select(
            "user", pl.col("item").alias("from"), vote=faded(2 * DAY_US)
        )
        .join(fitted.neighbours.lazy(), on="from")
        .group_by("user", "item")
        .agg(score=(pl.col("vote") * pl.col("weight")).sum())
    )
    interest = (
        own.with_columns(age=as_of - pl.col("last"))
        .join(fitted.categories.lazy(), on="item")
        .group_by("user", "category")
        .agg(interest=faded(4 * DAY_US).sum())
        .sort(
            ["user", "interest", "category"], descending=[False, True, False]
        )
        .group_by("user", maintain_order=True)
        .head(CATEGORIES)
    )
    in_categories = interest.join(
        fitted.best_in_category.lazy(), on="category"
    ).select("user", "item", score=pl.col("interest") * pl.col("popularity"))
    top = fitted.popular.lazy().sort(
        ["popularity", "item"], descending=[True, False]
    )
    everyone = users.lazy().join(top.head(LIMITS["popular"]), how="cross")
    return {
        "own": own.select("user", "item", score="own"),
        "basket": fitted.baskets.join(users, on="user", how="semi").lazy(),
        "covisitation": votes,
        "in_categories": in_categories,
        "popular": everyone.select("user", "item", score="popularity"),
    }


def merged(lists: dict[str, pl.LazyFrame]) -> pl.DataFrame:
    """The union, the best places first, with each generator's columns."""
    rows = []
    for name, proposed in lists.items():
        rank = pl.int_range(pl.len()).over("user").cast(pl.Int32)
        rows.append(
            best(proposed, "score", "user", LIMITS[name])
            .with_columns(rank=rank, generator=pl.lit(name))
            .select(
                "user",
                "item",
                "rank",
                "generator",
                score=pl.col("score").cast(pl.Float64),
            )
        )
    columns = {}
    for name in lists:
        is_one = pl.col("generator") == name
        for kind in ("score", "rank"):
            value = pl.col(kind).filter(is_one).first()
            columns[f"generators__{name}_{kind}"] = value
    return (
        pl.concat(rows)
        .group_by("user", "item")
        .agg(place=pl.col("rank").min(), **columns)
        .sort("user", "place", "item")
        .group_by("user", maintain_order=True)
        .head(MOST)
        .sort("user", "item")
        .collect()
    )


def candidates(
    fitted: Fitted, users: pl.Series, as_of: int
) -> Iterator[pl.DataFrame]:
    """Candidates of the users, some of them at a time."""
    for piece in users.to_frame("user").iter_slices(USERS_AT_ONCE):
        yield merged(lists_of(fitted, piece, as_of))
