"""A practitioner's whole pipeline: files in, predictions.csv out.

polars makes candidates and columns, LightGBM ranks. Folds are those that
Vitrina has decided, sizes those of its defaults; bench/speed/README.md says
what is equal and what is not.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
import polars as pl

from race.peers import features, ingest
from race.peers import pipeline_candidates as generators
from race.timing import Watch, options, run_peer

SCORED_USERS = 30_000
TRAINING_ROWS = 300_000
SILENT_USERS = 1500  # of a fold, besides the buyers
SENT_USERS = 3000
K = 25
TREES = 100
TREE_PARAMS = {
    "objective": "cross_entropy",
    "num_leaves": 12,
    "learning_rate": 0.15,
    "lambda_l2": 10.0,
    "min_sum_hessian_in_leaf": 0.5,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 127,
    "force_row_wise": True,
    "verbosity": -1,
    "seed": 42,
}
KEYS = ["user", "item"]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """A moment and the end of the days after it."""

    cut: int
    to: int
    before_valid: bool = False


@dataclass
class Shop:
    """The log, the catalog's categories, and what is fitted by moment."""

    events: pl.DataFrame
    users: pl.Series
    items: pl.Series
    categories: pl.DataFrame
    fitted: dict[int, tuple[pl.DataFrame, generators.Fitted]] = field(
        default_factory=dict
    )

    def as_of(self, cut: int) -> tuple[pl.DataFrame, generators.Fitted]:
        """Events before a moment and what is fitted on them; kept."""
        if cut not in self.fitted:
            past = features.events_before(self.events, cut)
            self.fitted[cut] = past, generators.fit(past, self.categories)
        return self.fitted[cut]


@dataclass(frozen=True)
class Rows:
    """A piece of a matrix with its pairs."""

    pairs: pl.DataFrame
    matrix: Floats


def read_shop(folder: Path, as_of: int) -> Shop:
    events, users, items = ingest.read(folder, as_of)
    codes = pl.DataFrame({"product_id": items}).with_row_index("item")
    categories = (
        pl.scan_parquet(folder / "stokman_catalog_preprocessed.pq")
        .select("product_id", "category_id")
        .unique("product_id", keep="last", maintain_order=True)
        .join(codes.lazy(), on="product_id")
        .select("item", category=pl.col("category_id"))
        .drop_nulls()
        .collect()
    )
    return Shop(events, users, items, categories)


def bought_between(events: pl.DataFrame, cut: int, to: int) -> pl.DataFrame:
    """`user`, `item` of the orders in a window, each once, with the share."""
    is_order = pl.col("action") == features.CODES["order"]
    inside = (pl.col("time") >= cut) & (pl.col("time") < to)
    return (
        events.lazy()
        .filter(is_order & inside & (pl.col("item") != features.NONE))
        .select(KEYS)
        .unique()
        .with_columns(share=1.0 / pl.len().over("user"))
        .collect()
    )


def category_table(
    past: pl.DataFrame, categories: pl.DataFrame
) -> pl.DataFrame:
    """What users did in categories."""
    rows = features.touches(past).join(categories.lazy(), on="item")
    counts = {
        f"category__{name}_all": features.of_action(name).sum()
        for name in features.COUNTED
    }
    return (
        rows.group_by("user", "category")
        .agg(
            **counts,
            category__last_age_hours=features.hours(pl.col("age").min()),
            category__products=pl.col("item").n_unique(),
        )
        .collect()
    )


def matrices(shop: Shop, cut: int, users: pl.Series) -> Iterator[Rows]:
    """Columns of all candidates of the users, in pieces."""
    past, fitted = shop.as_of(cut)
    own = past.join(
        users.to_frame("user"), on="user", how="semi", maintain_order="left"
    )
    tables = [
        (["item"], shop.categories),
        (KEYS, features.pair_table(own)),
        (["item"], features.item_table(past)),
        (["user"], features.user_table(own)),
        (["user", "category"], category_table(own, shop.categories)),
    ]
    for candidates in generators.candidates(fitted, users, cut):
        rows = candidates.lazy()
        for keys, table in tables:
            rows = rows.join(
                table.lazy(), on=keys, how="left", maintain_order="left"
            )
        score = pl.col("generators__own_score")
        matrix = (
            rows.with_columns(features.zero_where_never())
            .with_columns(
                list__candidates=pl.len().over("user"),
                list__own_rank=score.rank(descending=True).over("user"),
                list__own_share=score / score.sum().over("user"),
            )
            .drop(*KEYS, "place", "category")
            .cast(pl.Float32)
            .collect()
        )
        yield Rows(candidates.select(KEYS), matrix.to_numpy(order="c"))


@dataclass(frozen=True)
class Examples:
    """Training rows of a window."""

    matrix: Floats
    share: Floats
    weight: Floats


def examples(shop: Shop, window: Window, budget: int) -> Examples:
    """Rows of the buyers and of some who did not buy.

    What was bought is kept, other rows are drawn to fit and weighted back.
    """
    _, fitted = shop.as_of(window.cut)
    scored = generators.users_to_score(fitted, SCORED_USERS)
    bought = bought_between(shop.events, window.cut, window.to)
    is_buyer = scored.is_in(bought["user"].unique().implode())
    silent = scored.filter(~is_buyer)
    drawn = silent.sample(min(SILENT_USERS, len(silent)), seed=window.cut)
    users = pl.concat([scored.filter(is_buyer), drawn]).sort()
    pieces = list(matrices(shop, window.cut, users))
    pairs = pl.concat([piece.pairs for piece in pieces])
    rows = pairs.join(bought, on=KEYS, how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("share").fill_null(0.0))
    drawn_weight = len(silent) / max(1, len(drawn))
    by_user = pl.when(pl.col("user").is_in(drawn.implode())).then(drawn_weight)
    rows = rows.with_columns(weight=by_user.otherwise(1.0))
    share = rows["share"].to_numpy()
    chance = min(1.0, budget / len(share))
    draw = np.random.default_rng(window.cut % 2**32).random(len(share))
    keep = (share > 0) | (draw < chance)
    weight = rows["weight"].to_numpy() / np.where(share > 0, 1.0, chance)
    matrix = np.concatenate([piece.matrix for piece in pieces])
    return Examples(
        matrix[keep],
        share[keep].astype(np.float32),
        weight[keep].astype(np.float32),
    )


class Blend:
    """Trees of the share of what is bought and of whether it is bought.

    Each learns from half of the rows.
    """

    def __init__(self, folds: list[Examples], threads: int) -> None:
        matrix = np.concatenate([fold.matrix for fold in folds])
        share = np.concatenate([fold.share for fold in folds])
        weight = np.concatenate([fold.weight for fold in folds])
        half = np.random.default_rng(42).random(len(share)) < 0.5
        params = TREE_PARAMS | {"num_threads": threads}
        self.threads = threads
        self.models = [
            lightgbm.train(
                params,
                lightgbm.Dataset(
                    matrix[rows], label[rows], weight=weight[rows]
                ),
                num_boost_round=TREES,
            )
            for rows, label in (
                (half, share),
                (~half, (share > 0).astype(np.float32)),
            )
        ]
        self.shift = float(np.log(share[share > 0].mean()))

    def score(self, matrix: Floats) -> npt.NDArray[Any]:
        """w of every row, by the mean of the logits."""
        logits = [
            np.asarray(
                model.predict(matrix, raw_score=True, num_threads=self.threads)
            )
            for model in self.models
        ]
        mean = (logits[0] + logits[1] + self.shift) / 2
        w: npt.NDArray[Any] = 1 / (1 + np.exp(-mean))
        return w


def answer(shop: Shop, model: Blend, cut: int) -> pl.DataFrame:
    """The users to send, best first, with their products."""
    _, fitted = shop.as_of(cut)
    scored = generators.users_to_score(fitted, SCORED_USERS)
    lists = []
    for piece in matrices(shop, cut, scored):
        rows = piece.pairs.with_columns(w=model.score(piece.matrix))
        lists.append(generators.best(rows.lazy(), "w", "user", K).collect())
    return (
        pl.concat(lists)
        .group_by("user", maintain_order=True)
        .agg("item", expected=pl.col("w").sum())
        .sort(["expected", "user"], descending=[True, False])
        .head(SENT_USERS)
    )


def recall(shop: Shop, sent: pl.DataFrame, window: Window) -> float:
    """Reading A: mean recall over all buyers of the window."""
    bought = bought_between(shop.events, window.cut, window.to)
    hits = sent.select("user", "item").explode("item").join(bought, on=KEYS)
    buyers = bought["user"].n_unique()
    return float(hits["share"].sum() / max(1, buyers))


def write(shop: Shop, sent: pl.DataFrame, path: Path) -> None:
    """predictions.csv of the case."""
    lines = ["user_id,products"]
    for user, items in sent.select("user", "item").iter_rows():
        products = ", ".join(f"'{shop.items[item]}'" for item in items)
        lines.append(f'{shop.users[user]},"[{products}]"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_windows(path: Path) -> tuple[list[Window], Window]:
    """The train windows and the valid one, of Vitrina's split.json."""
    split = json.loads(path.read_text(encoding="utf-8"))
    train = [
        Window(one["cut_us"], one["to_us"], one["before_valid"])
        for one in split["train"]
    ]
    valid = split["valid"]
    return train, Window(valid["cut_us"], valid["to_us"])


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    train, valid = read_windows(arguments.folds)
    training = 0.0
    with Watch() as watch:
        shop = read_shop(arguments.input, arguments.as_of)
        budget = TRAINING_ROWS // len(train)
        folds = [examples(shop, window, budget) for window in train]
        early = [
            fold
            for fold, window in zip(folds, train, strict=True)
            if window.before_valid
        ]
        with Watch() as fit:
            judged = Blend(early, arguments.threads)
        training += fit.seconds
        reading = recall(shop, answer(shop, judged, valid.cut), valid)
        with Watch() as fit:
            final = Blend(folds, arguments.threads)
        training += fit.seconds
        sent = answer(shop, final, arguments.as_of)
        folder = arguments.answer or arguments.result.parent
        write(shop, sent, folder / "predictions.csv")
    return {
        "seconds": watch.seconds,
        "training_seconds": training,
        "rest_seconds": watch.seconds - training,
        "valid_reading_a": reading,
        "columns": int(folds[0].matrix.shape[1]),
        "training_rows": sum(len(fold.share) for fold in folds),
    }


if __name__ == "__main__":
    parser = options()
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--as-of", type=int, required=True)
    run_peer(parser, run)
