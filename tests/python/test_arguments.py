"""What is given by mistake is told by the argument's name; what is meant is
understood.
"""

import inspect
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from package_shop import rows_of

pytest_plugins = ["package_fixtures"]

NO_TABLES: list[Any] = [
    None,
    5,
    b"shop",
    "",
    "a\0b",
    "\ud800",
    [{"user_id": "1"}],
    {"user_id": ["1"]},
    pd.Series(["1"]),
    pl.Series(["1"]),
    pa.array(["1"]),
    pd.DataFrame,
    pd.DataFrame({"user_id": [1, "a"]}),
    pl.LazyFrame({"user_id": ["1"]}).select("nothing"),
]


@pytest.fixture
def said(vitrina: Any) -> Any:
    """What the package says when a call is wrong, by which argument."""

    def error_of(argument: str, call: Any, *args: Any, **options: Any) -> str:
        with pytest.raises(vitrina.Error) as caught:
            call(*args, **options)
        text = str(caught.value)
        assert re.match(rf"{re.escape(argument)}[:\[]", text), text
        assert "\n" not in text
        assert "--" not in text
        assert "vitrina " not in text.replace("vitrina.", "")
        assert caught.value.code in ("config", "bad_data")
        return text

    return error_of


def test_moments(
    said: Any, recommender: Any, events: pa.Table, vitrina: Any
) -> None:
    middle = date(2024, 3, 12)
    expected = rows_of(
        recommender.recommend(events, as_of="2024-03-12", allow_future=True)
    )
    assert expected != rows_of(recommender.recommend(events))
    for moment in (
        middle,
        datetime(2024, 3, 12),
        pd.Timestamp("2024-03-12"),
        np.datetime64("2024-03-12"),
        np.datetime64("2024-03-12T00"),
        pa.scalar(datetime(2024, 3, 12)),
    ):
        answer = recommender.recommend(events, as_of=moment, allow_future=True)
        assert rows_of(answer) == expected, moment
    for moment in (
        5,
        "",
        "soon",
        pd.NaT,
        np.datetime64("NaT"),
        timedelta(1),
        [middle],
    ):
        said("as_of", recommender.recommend, events, as_of=moment)
        said("as_of", vitrina.fit, events, as_of=moment)
        said("start", vitrina.score, events, events, moment, middle)
        said("end", vitrina.score, events, events, middle, moment)
    said("start", vitrina.score, events, events, None, middle)
    for moment in (datetime(2024, 3, 12, tzinfo=UTC), "2024-03-12T00:00:00Z"):
        text = said("as_of", recommender.recommend, events, as_of=moment)
        assert "without a zone" in text


def test_ids(
    said: Any, recommender: Any, events: pa.Table, vitrina: Any
) -> None:
    users = sorted(events["user_id"].unique().to_pylist())[:4]
    expected = rows_of(recommender.recommend(events, only_users=users))
    assert len(expected) == 4
    for given in (
        set(users),
        iter(users),
        np.array(users),
        pd.Series(users),
        pl.Series(users),
        pa.array(users),
    ):
        answer = recommender.recommend(events, only_users=given)
        assert rows_of(answer) == expected, type(given)
    for argument in ("only_users", "exclude_users", "exclude_products"):
        for wrong in (
            users[0],
            5,
            {users[0]: 1},
            events,
            events.to_pandas(),
            [None],
            [1.5],
            [float("nan")],
            [True],
            [b"1"],
            ["\ud800"],
            np.array(5),
        ):
            given = {argument: wrong}
            said(argument, recommender.recommend, events, **given)
    everybody = recommender.recommend(events)
    assert everybody == recommender.recommend(
        events, exclude_users=None, exclude_products=np.array([1, 2])
    )
    for wrong in (None, 1.5, True, ["1"], b"1", "\ud800", "nothing"):
        said("product", recommender.similar, wrong)
    for wrong in (None, 5, "\ud800", "magic"):
        product = events["products"].to_pylist()[0][0]
        said("by", recommender.similar, product, by=wrong)


def test_whole_numbers_are_ids(recommender: Any, vitrina: Any) -> None:
    """A log of numbers, as shops have them."""
    start = datetime(2024, 3, 4)
    log = pd.DataFrame(
        {
            "user_id": [user for user in range(40) for _ in range(4)],
            "action": [0, 0, 2, 5] * 40,
            "date": [start + timedelta(hours=hour) for hour in range(160)],
            "products": [[1000 + hour % 7] for hour in range(160)],
        }
    )
    learned = vitrina.fit(log)
    by_text = learned.recommend(log, only_users=["7", "8"])
    assert len(by_text) == 2
    for given in ([7, 8], np.array([7, 8]), pd.Series([7, 8])):
        assert learned.recommend(log, only_users=given) == by_text
    without = learned.recommend(log, exclude_users=[7])
    assert "7" not in without["user_id"].to_pylist()
    assert learned.similar(1000) == learned.similar("1000")


def test_tables(
    said: Any, recommender: Any, events: pa.Table, vitrina: Any
) -> None:
    window = ("2024-03-12", "2024-04-01")
    answer = recommender.recommend(events)
    lazy = pl.DataFrame(events.to_pandas()).lazy()
    assert recommender.recommend(lazy) == answer
    for wrong in NO_TABLES:
        said("events", recommender.recommend, wrong)
        said("events", vitrina.fit, wrong)
        said("answer", vitrina.score, wrong, events, *window)
        said(
            "truth",
            vitrina.score,
            answer,
            wrong,
            *window,
            allow_overlap=True,
        )
        if wrong is not None:
            said("catalog", vitrina.fit, events, wrong)
    assert "from_pylist" in said("events", vitrina.fit, [{}])
    no_dates = events.drop_columns(["date"])
    said(
        "truth",
        vitrina.score,
        answer,
        no_dates,
        *window,
        allow_overlap=True,
    )


def test_a_path_and_a_catalog(said: Any, vitrina: Any, shop: Path) -> None:
    said("catalog", vitrina.fit, shop, pa.table({"product_id": ["1"]}))


@pytest.mark.parametrize("wrong", ["5", 1.5, True, [1], 2**40, -(2**40)])
def test_numbers(
    said: Any, recommender: Any, events: pa.Table, vitrina: Any, wrong: Any
) -> None:
    def score(**given: Any) -> None:
        vitrina.score(events, events, "2024-03-12", "2024-04-01", **given)

    for name in ("k", "max_users", "threads"):
        said(name, recommender.recommend, events, **{name: wrong})
    for name in ("k", "draws", "threads"):
        said(name, score, **{name: wrong})
    said("threads", vitrina.fit, events, threads=wrong)
    said("k", recommender.similar, "1", wrong)
    share = {"max_bad_share": wrong}
    said("max_bad_share", recommender.recommend, events, **share)
    if wrong != 2**40:
        said("seed", score, seed=wrong)


def test_limits_are_those_of_the_argument(
    said: Any, recommender: Any, events: pa.Table, vitrina: Any
) -> None:
    said("k", recommender.recommend, events, k=0)
    said("max_users", recommender.recommend, events, max_users=0)
    said("max_bad_share", recommender.recommend, events, max_bad_share=2)
    said("threads", recommender.recommend, events, threads=5000)
    said("horizon_days", vitrina.fit, events, horizon_days=-1)
    said("horizon_days", vitrina.fit, events, horizon_days=timedelta(3))
    said("seed", vitrina.fit, events, seed=-1)
    assert (
        recommender.recommend(events, k=np.int8(3), max_users=np.int64(2))
        == recommender.recommend(events, k=3, max_users=2)
    )  # fmt: skip


def test_paths(
    said: Any, recommender: Any, events: pa.Table, vitrina: Any
) -> None:
    no_paths: list[Any] = [5, "", b"x", "a\0b", "\ud800", {}]
    for wrong in no_paths:
        said("schema", recommender.recommend, events, schema=wrong)
        said("bundle", vitrina.Recommender.load, wrong)
        for name in ("schema", "workspace", "bundle"):
            said(name, vitrina.fit, events, **{name: wrong})
    said("bundle", vitrina.Recommender.load, None)
    said("Recommender", vitrina.Recommender, "bundle")


def test_parameters(said: Any, vitrina: Any, events: pa.Table) -> None:
    wrong: Any
    for wrong in ([("train.rounds", 5)], 5, "train.rounds=5", {1: 2}):
        said("params", vitrina.fit, events, params=wrong)
    for wrong in (None, {}, b"5", [None], "\ud800", object()):
        said("params", vitrina.fit, events, params={"train.rounds": wrong})
    said("params", vitrina.fit, events, params={"nothing.like.this.known": 1})
    said("train.rounds", vitrina.fit, events, params={"train.rounds": "many"})


def test_docstrings_tell_of_every_argument(vitrina: Any) -> None:
    for call in (
        vitrina.fit,
        vitrina.score,
        vitrina.Recommender.recommend,
        vitrina.Recommender.similar,
    ):
        for name in inspect.signature(call).parameters:
            if name != "self":
                assert f"`{name}`" in call.__doc__, (call, name)
