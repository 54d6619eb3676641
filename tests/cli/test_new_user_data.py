"""What a sceptical new user tried with files of their own.

The points of test_new_user.py about reading a shop's log and catalog; each
case is the shortest form of what once went wrong without a word.
"""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import shops
from command import Vitrina
from learning import CUT
from vitrina_ops.files import read_json

CONFIG = 3
BAD_DATA = 5


# 3. A log without orders is an error that names what it found


def test_03_a_log_without_orders_is_an_error(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    rows = shops.random_rows(seed=1, users=40)
    log = shops.log_table(rows)
    codes = {shops.ORDER: "buy\u202e", shops.VIEW: "view", shops.PAGE: "page"}
    texts = [codes.get(row.action, str(row.action)) for row in rows]
    log = log.set_column(2, "action", pa.array(texts))
    (tmp_path / "shop").mkdir()
    pq.write_table(log, tmp_path / "shop" / "train_actions.pq")
    result = vitrina(
        "run", "--data", "shop", "--set", "ingest.max_bad_share=1"
    )
    assert result.returncode == BAD_DATA
    message = result.stderr.splitlines()[-1]
    orders, pages = texts.count("buy\u202e"), texts.count("page")
    assert "no order of a product" in message
    assert f"'page' {pages}, 'buy" in message
    assert f"' {orders}; say what they mean" in message
    assert "--schema" in message and "\u202e" not in message

    schema = (
        "actions: {buy\u202e: order, page: basket_page, view: view, 7: visit}"
    )
    (tmp_path / "schema.yaml").write_text(schema)
    result = vitrina("ingest", "--data", "shop", "--schema", "schema.yaml")
    assert result.returncode == 0
    assert "rows have an action that is not known: '2' " in result.stderr
    report = read_json(tmp_path / "reports" / "ingest.json")
    assert report["unknown_actions"]["values"][0] == {
        "value": "2",
        "rows": texts.count("2"),
    }


def test_03_where_nobody_bought_nothing_is_judged(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    rows = shops.random_rows(seed=1, users=40)
    late = shops.OPENING + dt.timedelta(days=8)
    kept = [r for r in rows if r.action != shops.ORDER or r.date < late]
    shops.write_shop(tmp_path / "shop", kept)
    result = vitrina("run", "--data", "shop", "--out", "answer")
    assert result.returncode == 0, result.stderr
    report = read_json(tmp_path / "answer" / "report.json")
    metrics = report["metrics"]
    assert metrics["valid"]["buyers"] == 0
    assert "nobody bought" in metrics["reason"]
    for result in (metrics["valid"], *metrics["baselines"].values()):
        assert result["recall_a"] is None and result["precision"] is None


# 8. `check-data` tells what is in a log; Russian exports are read or refused


def test_08_a_russian_export_is_checked_and_read(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    lines = ["user_id;action;date;products"]
    for row in shops.random_rows(seed=1, users=40):
        when = row.date.strftime("%d.%m.%Y %H:%M:%S")
        lines.append(
            f"к{row.user_id};{row.action};{when};{list(row.products)}"
        )
    (tmp_path / "shop").mkdir()
    text = "\n".join(lines).encode("cp1251")
    (tmp_path / "shop" / "train_actions.csv").write_bytes(text)
    catalog = "\ufeffproduct_id\tprice\n50\t1 299,90 ₽\n51\tпо запросу\n"
    (tmp_path / "shop" / "catalog.csv").write_text(catalog, encoding="utf-8")
    result = vitrina("check-data", "shop")
    assert result.returncode == 0, result.stderr
    for part in (
        "Windows-1251",
        "by ';'",
        "by tabs",
        "are not ISO",
        "'по запросу'",
    ):
        assert part in result.stdout
    assert "of these with a price 1" in result.stdout

    slashes = lines[0] + "\n1;5;03/04/2024;50\n"
    (tmp_path / "shop" / "train_actions.csv").write_text(slashes)
    result = vitrina("check-data", "shop")
    assert result.returncode == BAD_DATA
    assert "'03/04/2024'" in result.stderr and "date_format" in result.stderr


# 13. A moment after the log's end, loose parts, two logs, zones, paths


def test_13_loose_csv_parts_two_logs_and_zones(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    rows = shops.random_rows(seed=1, users=40)
    lines = [
        f"{row.user_id},{row.action},{row.date.isoformat()}+03:00,"
        + (row.products[0] if row.products else "")
        for row in rows
    ]
    (tmp_path / "shop").mkdir()
    for part in (0, 1):
        text = "\n".join(["user_id,action,date,products", *lines[part::2]])
        (tmp_path / "shop" / f"part-{part}.csv").write_text(text)
    result = vitrina("ingest", "--data", "shop")
    assert result.returncode == 0, result.stderr
    assert "zone +03:00 and are read as UTC" in result.stderr
    kept = vitrina(
        "ingest", "--data", "shop", "--set", "ingest.time_zone=+03:00"
    )
    assert kept.returncode == 0 and "midnight" not in kept.stderr
    report = read_json(tmp_path / "reports" / "ingest.json")
    assert report["rows_read"] == len(rows)
    assert report["begin"] == min(row.date for row in rows).isoformat()
    assert report["time_zone"]["of_the_log"] == "+03:00"

    shops.write_shop(tmp_path / "shop", rows)
    result = vitrina("run", "--data", "shop")
    assert result.returncode == BAD_DATA
    assert "train_actions.pq and part-0.csv" in result.stderr


def test_13_typed_paths_are_relative_to_the_current_folder(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    for folder in (tmp_path / "shop", work / "inside"):
        folder.mkdir(parents=True)
        shops.write_shop(folder, shops.random_rows(seed=1, users=20))
    (tmp_path / "own.yaml").write_text("columns: {user: user_id}\n")
    (tmp_path / "p.yaml").write_text("ingest: {data_dir: inside}\n")
    words = ("ingest", "--quiet", "--workspace", "work")
    for more in (
        ("--data", "shop", "--schema", "own.yaml"),
        ("--params", "p.yaml"),  # a path in a params file: in the workspace
    ):
        result = vitrina(*words, *more)
        assert (result.returncode, result.stderr) == (0, "")
        (work / "reports/ingest.json").unlink()
    assert vitrina(*words, "--data", "inside").returncode == 4


def test_a_moment_after_the_logs_end_is_told(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words = ("--data", learned / "shop", "--quiet", "--as-of")
    late = vitrina("ingest", *words, "2024-03-20")
    assert late.returncode == 0
    assert "days before 2024-03-20T00:00:00" in late.stderr
    assert late.stderr.count("\n") == 1
    assert vitrina("ingest", *words, CUT).stderr == ""
    bundle = ("--bundle", learned / "bundle", "--out", tmp_path / "out")
    late = vitrina("recommend", *bundle, *words, "2024-03-20")
    assert "the moment is moved back to that event" in late.stderr


# 14. No byte of a file reaches the terminal raw


def test_14_bytes_of_a_file_are_escaped(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    shop = tmp_path / "sh\u202eop"
    shop.mkdir()
    header = b"user_id,actio\x82,\xc2\x9b31m,\xd0\xb6,date,products\n"
    (shop / "train_actions.csv").write_bytes(header + b"1,2,3,4,5,6\n")
    for progress in ("plain", "json"):
        result = vitrina("ingest", "--data", shop, "--progress", progress)
        assert result.returncode == 5
        error = result.stderr.splitlines()[-1]
        assert r"actio\x82" in error and r"\u009b31m, ж" in error
        assert r"/sh\u202eop/train_actions.csv: " in error
        assert result.stderr.replace("\n", "").isprintable()
    listed = vitrina("ingest", "--data", shop, "--list-io").stdout
    assert listed.replace("\n", "").replace("\t", "").isprintable()
