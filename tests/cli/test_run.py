"""The whole job through the command line, on small random logs."""

import datetime as dt
from pathlib import Path

import command
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shops
from command import Vitrina
from runner import (
    FAST,
    ONE_THREAD,
    Predictions,
    Runner,
    answer_of,
    assert_sound,
    predictions_of,
)
from shops import OPENING, Row
from vitrina_ops.files import read_json

CUT = OPENING + dt.timedelta(days=10)


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


@pytest.mark.parametrize(
    ("option", "folder", "bundle"),
    [
        ("--out", "x", "x"),
        ("--out", "x/answer", "x/"),
        ("--out", "x", "y/../x"),
        ("--keep-stages", "x", "x"),
    ],
)
def test_a_bundle_over_the_answer_is_refused_before_any_work(
    vitrina: Vitrina,
    data: Path,
    tmp_path: Path,
    option: str,
    folder: str,
    bundle: str,
) -> None:
    words = ("--data", data, option, folder, "--bundle", bundle)
    result = vitrina("run", *FAST, *words)
    command.assert_refused(result, 2, f"{option} {folder} is", "such as")
    assert list(tmp_path.iterdir()) == []
