"""The whole job through the command line, on small random logs."""

import ast
import csv
import datetime as dt
import shutil
from pathlib import Path

import command
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shops
from command import Result, Vitrina, assert_refused
from shops import OPENING, Row
from vitrina_ops.files import read_json

BAD_DATA = 5
ANSWER = ("predictions.csv", "recommendations.parquet")
# Fewer trees of fewer rows: what is tested here is not how good they are.
FAST = (
    "--quiet",
    "--set=train.rounds=12",
    "--set=split.max_windows=5",
    "--set=evaluate.draws=100",
    "--set=engine.max_candidates=40",
)
# Threads of one program wait for each other; tests run side by side.
ONE_THREAD = {"VITRINA_THREADS": "1"}
CUT = OPENING + dt.timedelta(days=10)

Bytes = dict[str, bytes]
Predictions = dict[str, list[str]]


def answer_of(folder: Path) -> Bytes:
    return {name: (folder / name).read_bytes() for name in ANSWER}


def predictions_of(folder: Path) -> Predictions:
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    predictions = {r["user_id"]: ast.literal_eval(r["products"]) for r in rows}
    assert len(predictions) == len(rows), "a user stands twice"
    return predictions


def assert_sound(predictions: Predictions, k: int) -> None:
    for user, products in predictions.items():
        assert len(set(products)) == len(products), user
        assert len(products) == k, user


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return shops.random_rows(seed=1)


@pytest.fixture(scope="module")
def data(rows: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop most tests look at."""
    folder = tmp_path_factory.mktemp("data")
    return shops.write_shop(folder, rows, shops.catalog_table())


class Runner:
    """Runs `vitrina run` quietly; the answer of `name` goes to out/name."""

    def __init__(self, vitrina: Vitrina, folder: Path) -> None:
        self.vitrina = vitrina
        self.folder = folder

    def result(self, data: Path, name: str, *words: str | Path) -> Result:
        out = self.folder / name
        command = ("run", "--data", data, "--out", out, *FAST, *words)
        return self.vitrina(*command, env=ONE_THREAD)

    def __call__(self, data: Path, name: str, *words: str | Path) -> Path:
        result = self.result(data, name, *words)
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        return self.folder / name


@pytest.fixture
def run(vitrina: Vitrina, tmp_path: Path) -> Runner:
    return Runner(vitrina, tmp_path / "out")


@pytest.fixture(scope="module")
def plain(
    data: Path, program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The answer for `data` with nothing else said, and its bundle."""
    out = tmp_path_factory.mktemp("plain")
    result = command.run(
        *("run", *FAST, "--data", data, "--out", out),
        *("--bundle", out / "bundle"),
        env=ONE_THREAD,
    )
    assert result.returncode == 0, result.stderr
    return out


def test_answer_is_whole_and_well_formed(
    vitrina: Vitrina, plain: Path, rows: list[Row]
) -> None:
    out = plain
    predictions = predictions_of(out)
    assert set(predictions) == {row.user_id for row in rows}
    assert_sound(predictions, 25)
    check = vitrina("check-submission", out / "predictions.csv")
    assert check.returncode == 0, check.stderr

    table = pq.read_table(out / "recommendations.parquet").to_pylist()
    assert len(table) == 25 * len(predictions)
    long_form: Predictions = {}
    for row in table:
        long_form.setdefault(row["user_id"], []).append(row["product_id"])
        assert row["rank"] == len(long_form[row["user_id"]])
        assert 0 <= row["expected_recall"] <= row["p_buy"] <= 1
    assert list(long_form.items()) == list(predictions.items())
    recalls = [row["expected_recall"] for row in table]
    assert recalls == sorted(recalls, reverse=True)
    report = read_json(out / "report.json")
    assert report["answer"]["users"] == len(predictions)
    assert report["metrics"]["valid"]["recall_a"] > 0
    assert report["train"]["trees"] > 0, "the trees were not tried"


def test_same_seed_same_bytes_whatever_the_threads(
    run: Runner, data: Path, plain: Path
) -> None:
    for name, threads in (("again", "1"), ("four", "4")):
        out = run(data, name, "--threads", threads)
        assert answer_of(out) == answer_of(plain), threads
        reports = []
        for folder in (plain, out):
            report = read_json(folder / "report.json")
            assert all(s >= 0 for s in report.pop("seconds").values())
            reports.append(report)
        assert reports[0] == reports[1], "more than the seconds differs"


def test_another_seed_is_another_draw(
    run: Runner, data: Path, plain: Path
) -> None:
    assert answer_of(run(data, "out", "--seed", "7")) != answer_of(plain)


def test_as_of_is_the_log_cut_there(
    run: Runner, data: Path, plain: Path, rows: list[Row], tmp_path: Path
) -> None:
    moment = CUT.isoformat()
    cut = shops.write_shop(
        tmp_path / "cut", shops.before(rows, CUT), shops.catalog_table()
    )
    full = answer_of(run(data, "full", "--as-of", moment))
    assert answer_of(run(cut, "cut", "--as-of", moment)) == full
    assert answer_of(run(cut, "plain")) == full
    assert answer_of(plain) != full
    # the same past with another future: new users, new products, wild dates
    future = [
        Row("late", "d1", shops.ORDER, CUT, ("999",)),
        Row("wild", "d2", shops.VIEW, dt.datetime(2049, 1, 1), ("998",)),
    ]
    more = shops.write_shop(
        tmp_path / "more", [*rows, *future], shops.catalog_table()
    )
    assert answer_of(run(more, "more", "--as-of", moment)) == full


def other_types(rows: list[Row]) -> pa.Table:
    table = shops.log_table(rows)
    types = {
        "user_id": pa.int32(),
        "loc_user_id": pa.dictionary(pa.int16(), pa.large_string()),
        "action": pa.uint8(),
        "date": pa.timestamp("ms"),
        "products": pa.large_list(pa.int64()),
        "pageId": pa.float64(),
    }
    columns = {}
    for name, kind in types.items():
        column = table[name].combine_chunks()
        if name == "products":
            lists = [[int(p) for p in row] for row in column.to_pylist()]
            columns[name] = pa.array(lists, kind)
        elif name == "user_id":
            columns[name] = column.cast(pa.int64()).cast(kind)
        elif name == "loc_user_id":
            large = column.cast(pa.large_string())
            columns[name] = large.dictionary_encode().cast(kind)
        else:
            columns[name] = column.cast(kind)
    return pa.table(columns)


def test_row_order_types_and_files_do_not_matter(
    run: Runner, plain: Path, rows: list[Row], tmp_path: Path
) -> None:
    parts = tmp_path / "parts"
    log = parts / "train_actions.pq"
    log.mkdir(parents=True)
    pq.write_table(shops.catalog_table(), parts / "catalog.pq")
    table = other_types(sorted(rows, key=lambda row: row.date, reverse=True))
    n = table.num_rows // 3
    for part in range(4):
        pq.write_table(
            table.slice(part * n, n),
            log / f"part-{part}.parquet",
            row_group_size=500,
            compression="zstd",
        )
    assert answer_of(run(parts, "parts")) == answer_of(plain)


def test_repeated_rows_change_nothing(
    run: Runner, plain: Path, rows: list[Row], tmp_path: Path
) -> None:
    twice = shops.write_shop(
        tmp_path / "twice", rows + rows[::2], shops.catalog_table()
    )
    out = run(twice, "twice")
    assert answer_of(out) == answer_of(plain)
    report = read_json(out / "report.json")
    duplicates = sum(max(1, len(row.products)) for row in rows[::2])
    assert report["ingest"]["bad_rows"]["duplicate"] == duplicates


def test_rules_decide_whom_and_what(
    run: Runner,
    vitrina: Vitrina,
    data: Path,
    plain: Path,
    rows: list[Row],
    tmp_path: Path,
) -> None:
    users = {row.user_id for row in rows}
    only, never = set(sorted(users)[:40]), set(sorted(users)[30:60])
    banned = {row.products[0] for row in rows[:40] if row.products}
    assert len(banned) > 10
    assert banned & {p for row in predictions_of(plain).values() for p in row}

    words: dict[str, tuple[str, Path]] = {}
    for option, ids in (
        ("--only-users", only),
        ("--exclude-users", never),
        ("--exclude-products", banned),
    ):
        file = tmp_path / f"{option[2:]}.txt"
        file.write_text("".join(f"{i}\n" for i in sorted(ids)))
        words[option] = (option, file)

    def recommend(name: str, *options: str | Path) -> Predictions:
        source = ("--bundle", plain / "bundle", "--data", data)
        out = tmp_path / name
        result = vitrina("recommend", *source, "--out", out, *options)
        assert result.returncode == 0, result.stderr
        return predictions_of(out)

    assert set(recommend("only", *words["--only-users"])) == only
    assert set(recommend("never", *words["--exclude-users"])) == users - never
    bound = recommend("products", *words["--exclude-products"])
    assert set(bound) == users
    assert not banned & {p for row in bound.values() for p in row}
    assert_sound(bound, 25)
    everything = [word for pair in words.values() for word in pair]
    narrow = predictions_of(run(data, "run", *everything))
    assert narrow == recommend("all", *everything)
    assert set(narrow) == only - never
    assert not banned & {p for row in narrow.values() for p in row}


def test_limits_of_users_and_products(
    run: Runner, data: Path, rows: list[Row]
) -> None:
    few = predictions_of(run(data, "few", "--max-users", "7", "--k", "3"))
    assert len(few) == 7
    assert_sound(few, 3)
    many = predictions_of(run(data, "many", "--k", "70"))
    assert len(many) == len({row.user_id for row in rows})
    assert_sound(many, 70)


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
