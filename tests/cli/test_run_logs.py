"""`vitrina run` on logs and catalogs out of the ordinary."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shops
from command import assert_refused, must_run
from runner import (
    Bytes,
    Predictions,
    Runner,
    answer_of,
    assert_sound,
    predictions_of,
)
from shops import OPENING, Row
from vitrina_ops.files import read_json

BAD_DATA = 5


def test_fewer_products_than_places(run: Runner, tmp_path: Path) -> None:
    rows = shops.random_rows(seed=3, users=60, products=9)
    seen = {product for row in rows for product in row.products}
    assert len(seen) == 9
    folder = shops.write_shop(tmp_path / "few", rows)
    out = run(folder, "few")
    predictions = predictions_of(out)
    assert len(predictions) == 60
    assert all(set(products) == seen for products in predictions.values())
    report = read_json(out / "report.json")
    assert report["answer"]["users_with_fewer_than_k"] == 60


def event(user: str, action: int, hours: float, *products: str) -> Row:
    date = OPENING + dt.timedelta(hours=hours)
    return Row(user, None, action, date, products)


def small_logs() -> dict[str, list[Row]]:
    rows = shops.random_rows(seed=2, users=120)
    return {
        "one user": [row for row in rows if row.user_id == "1003"],
        "one event": [event("u", shops.ORDER, 1, "p")],
        "four days": shops.before(rows, OPENING + dt.timedelta(days=4)),
        "one day": shops.before(rows, OPENING + dt.timedelta(days=1)),
        "orders only": [row for row in rows if row.action == shops.ORDER],
        "one moment": [event(f"u{i % 9}", i % 10, 5, "p") for i in range(90)],
    }


@pytest.mark.parametrize("name", small_logs())
def test_small_logs_get_an_answer_too(
    run: Runner, tmp_path: Path, name: str
) -> None:
    rows = small_logs()[name]
    out = run(shops.write_shop(tmp_path / "data", rows), "out")
    seen = {product for row in rows for product in row.products}
    predictions = predictions_of(out)
    assert set(predictions) == {row.user_id for row in rows}
    assert_sound(predictions, min(25, len(seen)))
    again = run(tmp_path / "data", "again", "--threads", "4")
    assert answer_of(again) == answer_of(out)


def test_a_log_of_three_weeks_and_its_folds(
    run: Runner, tmp_path: Path
) -> None:
    rows = shops.random_rows(seed=4, users=200, days=20)
    folder = shops.write_shop(tmp_path / "data", rows)
    out = run(folder, "out")
    assert_sound(predictions_of(out), 25)
    folds = read_json(out / "report.json")["folds"]
    assert folds["label_days"] == 3
    assert len(folds["train"]) >= 4
    assert folds["valid"] is not None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [event("/*", shops.VIEW, 1, "p")],
        [event("u", 77, 1, "p")],
        [Row("u", None, shops.VIEW, dt.datetime(1971, 1, 1), ("p",))],
    ],
    ids=["no row", "junk user", "unknown action", "wild date"],
)
def test_logs_without_a_usable_event_are_refused(
    run: Runner, tmp_path: Path, rows: list[Row]
) -> None:
    folder = shops.write_shop(tmp_path / "data", rows)
    assert_refused(run.result(folder, "out"), BAD_DATA, "log: ")
    assert not (tmp_path / "out" / "out" / "predictions.csv").exists()


def test_nothing_is_left_after_as_of(run: Runner, data: Path) -> None:
    result = run.result(data, "out", "--as-of", "2001-01-01")
    assert_refused(result, BAD_DATA, "hidden by as-of")


PAGES: dict[str, dict[str, Any]] = {
    "places in a dictionary": {"use_dictionary": True},
    "texts": {"use_dictionary": False},
    "both, one after the other": {
        "dictionary_pagesize_limit": 64,
        "data_page_size": 256,
    },
    "a dictionary a row group": {"row_group_size": 300},
    "newer pages": {"data_page_version": "2.0"},
}


def ingested(shop: Path, workspace: Path) -> bytes:
    workspace.mkdir()
    must_run("ingest", "--data", shop, "--workspace", workspace)
    return (workspace / "data/interim/shop.vtr").read_bytes()


@pytest.mark.parametrize("pages", PAGES)
def test_however_parquet_holds_its_texts(
    data: Path, tmp_path: Path, pages: str
) -> None:
    shutil.copytree(data, tmp_path / "shop")
    log = tmp_path / "shop" / "train_actions.pq"
    pq.write_table(pq.read_table(log), log, **PAGES[pages])
    found = ingested(tmp_path / "shop", tmp_path / "found")
    assert found == ingested(data, tmp_path / "expected")


def test_products_that_nobody_named(run: Runner, tmp_path: Path) -> None:
    rows = [event(f"u{i}", shops.VISIT, i) for i in range(4)]
    rows.append(event("buyer", shops.ORDER, 9, "50"))
    folder = shops.write_shop(tmp_path / "bare", rows)
    assert_sound(predictions_of(run(folder, "bare")), 1)
    listed = shops.write_shop(
        tmp_path / "listed", rows, shops.catalog_table(products=4)
    )
    predictions = predictions_of(run(listed, "listed"))
    assert len(predictions) == 5
    assert_sound(predictions, 4)


def test_catalog_and_vectors_are_optional(
    run: Runner, rows: list[Row], tmp_path: Path
) -> None:
    bare = run(shops.write_shop(tmp_path / "bare", rows), "bare")
    assert_sound(predictions_of(bare), 25)
    ingest = read_json(bare / "report.json")["ingest"]
    assert ingest["catalog"]["title_vectors"] == "none"
    assert ingest["categories"] == 0
    untitled = shops.catalog_table().drop_columns(["title", "price"])
    plain = run(shops.write_shop(tmp_path / "plain", rows, untitled), "plain")
    ingest = read_json(plain / "report.json")["ingest"]
    assert ingest["catalog"]["title_vectors"] == "none"
    assert ingest["categories"] == shops.CATEGORIES
    assert_sound(predictions_of(plain), 25)


def test_vectors_are_used_where_there_are_any(
    run: Runner, data: Path, tmp_path: Path
) -> None:
    def vectors_of(name: str) -> tuple[str, Bytes]:
        out = run(folder, name)
        ingest = read_json(out / "report.json")["ingest"]
        return ingest["catalog"]["title_vectors"], answer_of(out)

    folder = Path(shutil.copytree(data, tmp_path / "data"))
    words, by_words = vectors_of("words")
    assert words == "title words"
    ids = shops.catalog_table()["product_id"]
    numbers = pa.array(range(len(ids)), pa.int64())
    mapping = pa.table({"product_id": ids, "vector_id": numbers})
    pq.write_table(mapping, folder / "catalog_vector_mapping.pq")
    without, by_mapping = vectors_of("mapping")
    assert (without, by_mapping) == (words, by_words)
    vectors = np.random.default_rng(1).normal(size=(len(ids), 16))
    np.savez(folder / "vectors.npz", vectors.astype(np.float32))
    own, by_vectors = vectors_of("vectors")
    assert own == "vectors.npz"
    assert by_vectors != by_words


def test_strange_ids_are_written_as_pandas_would(
    run: Runner, tmp_path: Path
) -> None:
    strange = ["it's", 'a "b"', "c,d", "тапки", "e\\f", "\u200b", "'\"", "🛒"]
    rows = [
        event(f"{user} {n}", shops.ADD, n + 20 * i, product)
        for n, user in enumerate(strange)
        for i, product in enumerate(strange)
    ]
    rows.append(event(f"{strange[0]} 0", shops.ORDER, 200, strange[0]))
    out = run(shops.write_shop(tmp_path / "data", rows), "out")
    table = pq.read_table(out / "recommendations.parquet").to_pylist()
    answer: Predictions = {}
    for row in table:
        answer.setdefault(row["user_id"], []).append(row["product_id"])
    assert len(answer) == len(strange)
    assert all(set(products) == set(strange) for products in answer.values())
    frame = pd.DataFrame(
        {"user_id": list(answer), "products": list(answer.values())}
    )
    expected = frame.to_csv(index=False).encode()
    assert (out / "predictions.csv").read_bytes() == expected


def test_an_obvious_answer_from_a_csv(run: Runner, tmp_path: Path) -> None:
    """Every day people fill a basket and order it the day after.

    Ten did so yesterday and are still waiting, each with a basket of their
    own; a hundred only looked around. The ten must come first, with what
    lies in their baskets.
    """
    lines = ["user_id,action,date,products"]

    def did(user: str, action: int, hours: float, *products: str) -> None:
        date = OPENING + dt.timedelta(hours=hours)
        lines.append(f'{user},{action},{date},"{list(products)}"')

    for day in range(8):
        for n in range(10):
            user, product = f"buyer{day}{n}", f"p{(day + n) % 20}"
            did(user, shops.ADD, 24 * day + n, product)
            if day < 7:
                did(user, shops.ORDER, 24 * (day + 1) + n, product)
    for n in range(100):
        did(f"looker{n}", shops.VIEW, 2 * n, f"p{n % 20}")
    did("looker0", shops.VIEW, 24 * 8, "p0")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "train_actions.csv").write_text("\n".join(lines) + "\n")
    out = run(folder, "out", "--k", "5", "--max-users", "10")
    predictions = predictions_of(out)
    assert set(predictions) == {f"buyer7{n}" for n in range(10)}
    for n in range(10):
        assert predictions[f"buyer7{n}"][0] == f"p{(7 + n) % 20}"


def test_a_shop_that_closes_at_weekends_is_answered_on_monday(
    run: Runner, tmp_path: Path
) -> None:
    rows = [
        row
        for row in shops.random_rows(seed=8, days=33)
        if row.date.weekday() < 5 and 9 <= row.date.hour < 17
    ]
    monday = OPENING + dt.timedelta(days=21)
    whole = shops.write_shop(tmp_path / "whole", rows)
    cut = shops.write_shop(tmp_path / "cut", shops.before(rows, monday))
    words = ("--as-of", monday.date().isoformat())
    answers = [run(data, data.name, *words) for data in (whole, cut)]
    assert answer_of(answers[0]) == answer_of(answers[1])
    report = read_json(answers[0] / "report.json")
    assert report["answer"]["as_of"] == "2024-03-25T00:00:00"
    friday = run(cut, "friday")
    end = read_json(friday / "report.json")["answer"]["as_of"]
    assert end.startswith("2024-03-22T16:"), "nobody said that it is Monday"
