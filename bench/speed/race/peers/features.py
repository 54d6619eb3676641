"""The columns of the groups pair, item and user by polars.

From the events before a moment to a matrix of the candidates, piece by piece:
what is left out is what polars has no expression for (the basket that is
rebuilt event by event) or would need the catalog for.
"""

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from race.arrays import read_array, write_array
from race.timing import Watch, options, run_peer

NONE = 2**32 - 1
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
GAP_US = HOUR_US // 2
ACTIONS = [
    *("view", "like", "basket_add", "basket_delete", "basket_clear"),
    *("order", "basket_page", "visit", "category_page", "search"),
]
CODES = {name: code for code, name in enumerate(ACTIONS)}
TOUCHES = ["view", "like", "basket_add", "basket_delete", "order"]
TOUCHES += ["basket_page"]
HALF_LIVES = [1, 6, 24, 96, 384]  # hours
SHARED = 96  # of the shares
COUNTED = ["view", "like", "basket_add", "order"]
WINDOWS = {"1d": 1, "3d": 3, "7d": 7, "all": 10**6}
PRIOR = 10.0
ROWS_AT_ONCE = 400_000


def events_before(events: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Events with their age, day and visit (of their user)."""
    new = (pl.col("time") - pl.col("time").shift()).over("user") > GAP_US
    return (
        events.lazy()
        .filter(pl.col("time") < as_of)
        .with_columns(
            age=as_of - pl.col("time"),
            day=pl.col("time") // DAY_US,
            visit=new.fill_null(False).cum_sum().over("user"),
        )
        .collect()
    )


def touches(events: pl.DataFrame) -> pl.LazyFrame:
    """The events that leave a trace on a product."""
    codes = [CODES[name] for name in TOUCHES]
    return events.lazy().filter(
        pl.col("action").is_in(codes) & (pl.col("item") != NONE)
    )


def of_action(name: str) -> pl.Expr:
    return pl.col("action") == CODES[name]


def hours(us: pl.Expr) -> pl.Expr:
    return us / HOUR_US


def pair_table(events: pl.DataFrame) -> pl.DataFrame:
    """What users did with products: a row a pair that ever met."""
    decays = {
        f"decayed_{h}h": pl.lit(2.0).pow(-pl.col("age") / (h * HOUR_US))
        for h in HALF_LIVES
    }
    visit_start = (
        pl.when(pl.col("visit") == pl.col("visit").max().over("user"))
        .then("time")
        .min()
        .over("user")
    )
    rows = (
        touches(
            events.with_columns(start=visit_start)  # of the last visit
        )
        .with_columns(**decays)
        .collect()
    )
    traces: list[pl.Expr] = []
    for name in TOUCHES:
        is_one = of_action(name)
        traces += [
            (pl.col(decay) * is_one).sum().alias(f"pair__{name}_{decay}")
            for decay in decays
        ]
        traces.append(is_one.sum().alias(f"pair__{name}_count"))
        age = hours(pl.col("age").filter(is_one).min())
        traces.append(age.alias(f"pair__{name}_age_hours"))
    last_order = pl.col("time").filter(of_action("order")).max()
    latest = pl.col("time").max()
    state = {
        "last_age_hours": hours(pl.col("age").min()),
        "first_age_hours": hours(pl.col("age").max()),
        "last_action": pl.col("action").last(),
        "events": pl.len(),
        "days": pl.col("day").n_unique(),
        "visits": pl.col("visit").n_unique(),
        "in_last_visit": latest >= pl.col("start").first(),
        "since_order_hours": hours(latest - last_order),
    }
    named = {f"pair__{name}": state[name] for name in state}
    pairs = rows.lazy().group_by("user", "item").agg(*traces, **named)
    shares = []
    for name in TOUCHES:
        part = pl.col(f"pair__{name}_decayed_{SHARED}h")
        total = part.sum().over("user")
        share = pl.when(total > 0).then(part / total).otherwise(0.0)
        shares.append(share.alias(f"pair__{name}_share"))
    return pairs.with_columns(shares).collect()


def item_table(events: pl.DataFrame) -> pl.DataFrame:
    """How products do in the shop."""
    counts = [
        (of_action(name) & (pl.col("age") <= days * DAY_US))
        .sum()
        .cast(pl.Float64)
        .alias(f"item__{name}_{window}")
        for name in COUNTED
        for window, days in WINDOWS.items()
    ]
    buyers = pl.col("user").filter(of_action("order")).n_unique()
    table = (
        touches(events)
        .group_by("item")
        .agg(
            *counts,
            item__users=pl.col("user").n_unique().cast(pl.Float64),
            item__buyers=buyers.cast(pl.Float64),
            item__first_age_hours=hours(pl.col("age").max()),
            item__last_age_hours=hours(pl.col("age").min()),
        )
    )

    def whole(name: str) -> pl.Expr:
        return pl.col(f"item__{name}_all")

    views, adds, orders = map(whole, ("view", "basket_add", "order"))
    add_rate = adds.sum() / views.sum()
    order_rate = orders.sum() / adds.sum()
    return table.with_columns(
        item__add_per_view=(adds + PRIOR * add_rate) / (views + PRIOR),
        item__order_per_add=(orders + PRIOR * order_rate) / (adds + PRIOR),
        item__orders_per_buyer=orders / pl.col("item__buyers"),
        item__view_trend=pl.col("item__view_1d") / views,
        item__add_trend=pl.col("item__basket_add_1d") / adds,
    ).collect()


def user_table(events: pl.DataFrame) -> pl.DataFrame:
    """How active users are."""
    counts = [
        (of_action(name) & (pl.col("age") <= WINDOWS[window] * DAY_US))
        .sum()
        .alias(f"user__{name}_{window}")
        for name in ACTIONS
        for window in ("1d", "3d", "all")
    ]
    ages = [
        hours(pl.col("age").filter(of_action(name)).min()).alias(
            f"user__{name}_age_hours"
        )
        for name in ("view", "basket_add", "order", "basket_page")
    ]
    item = pl.col("item").filter(pl.col("item") != NONE)
    ordered = pl.col("item").filter(
        of_action("order") & (pl.col("item") != NONE)
    )
    last_hour = pl.col("time").last() % DAY_US // HOUR_US
    table = (
        events.lazy()
        .group_by("user", maintain_order=True)
        .agg(
            *counts,
            *ages,
            user__last_age_hours=hours(pl.col("age").min()),
            user__first_age_hours=hours(pl.col("age").max()),
            user__days=pl.col("day").n_unique(),
            user__visits=pl.col("visit").n_unique(),
            user__products=item.n_unique(),
            user__bought=ordered.n_unique(),
            user__events_per_visit=pl.len() / pl.col("visit").n_unique(),
            user__last_hour=last_hour,
        )
    )
    share = pl.col("user__bought") / pl.col("user__products")
    return table.with_columns(user__bought_share=share).collect()


def zero_where_never() -> list[pl.Expr]:
    """Pairs that never met: counts are 0, ages and the rest unknown."""
    names = [
        f"pair__{name}_{kind}"
        for name in TOUCHES
        for kind in (
            "count",
            "share",
            *(f"decayed_{h}h" for h in HALF_LIVES),
        )
    ]
    names += [
        f"pair__{name}"
        for name in ("events", "days", "visits", "in_last_visit")
    ]
    items = [f"item__{name}_{w}" for name in COUNTED for w in WINDOWS]
    items += ["item__users", "item__buyers"]
    return [pl.col(name).fill_null(0) for name in names + items]


def pieces(
    candidates: pl.DataFrame, tables: Iterable[tuple[list[str], pl.DataFrame]]
) -> Iterator[pl.DataFrame]:
    """The matrix of the candidates, some rows at a time, as floats."""
    for piece in candidates.iter_slices(ROWS_AT_ONCE):
        rows = piece.lazy()
        for keys, table in tables:
            rows = rows.join(
                table.lazy(), on=keys, how="left", maintain_order="left"
            )
        yield (
            rows.with_columns(zero_where_never())
            .drop("user", "item")
            .cast(pl.Float32)
            .collect()
        )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    log = pl.read_parquet(arguments.events)
    candidates = pl.DataFrame(
        {
            "user": read_array(arguments.input / "user.u32"),
            "item": read_array(arguments.input / "item.u32"),
        }
    )
    first: list[pl.DataFrame] = []
    with Watch() as watch:
        events = events_before(log, arguments.as_of)
        users = candidates.select(pl.col("user").unique())
        own = events.join(users, on="user", how="semi", maintain_order="left")
        tables = [
            (["user", "item"], pair_table(own)),
            (["item"], item_table(events)),
            (["user"], user_table(own)),
        ]
        n_columns = 0
        for piece in pieces(candidates, tables):
            n_columns = piece.width
            if arguments.answer and not first:
                first.append(piece)
    if arguments.answer:
        (arguments.answer / "columns.txt").write_text(
            "".join(f"{name}\n" for name in first[0].columns)
        )
        write_array(arguments.answer / "rows.f32", first[0].to_numpy())
    speed = candidates.height / watch.seconds / arguments.threads
    return {
        "seconds": watch.seconds,
        "columns": n_columns,
        "rows_a_core_per_second": speed,
    }


if __name__ == "__main__":
    parser = options()
    parser.add_argument("--events", required=True)
    parser.add_argument("--as-of", type=int, required=True)
    run_peer(parser, run)
