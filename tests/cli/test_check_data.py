"""`check-data`: what is in a shop's files, and exports as shops write them."""

import csv
import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shops
from command import Result, Vitrina, assert_refused
from vitrina_ops.files import read_json

MISSING_INPUT = 4
BAD_DATA = 5
ROWS = shops.random_rows(seed=4, users=60)
HEAD = ["user_id", "loc_user_id", "action", "date", "products", "pageId"]


def write_csv(
    path: Path,
    rows: list[shops.Row] = ROWS,
    date: Callable[[dt.datetime], str] = str,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    """The rows as a CSV log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=encoding) as file:
        out = csv.writer(file, delimiter=delimiter)
        out.writerow(HEAD)
        for row in rows:
            out.writerow(
                [
                    row.user_id,
                    row.loc_user_id or "",
                    row.action,
                    date(row.date),
                    list(row.products),
                    "" if row.page_id is None else row.page_id,
                ]
            )
    return path


@pytest.fixture
def check(
    vitrina: Vitrina, tmp_path: Path
) -> Callable[..., tuple[Result, dict[str, Any]]]:
    """Runs check-data; the result, and what it wrote as JSON."""

    def run(*words: str | Path) -> tuple[Result, dict[str, Any]]:
        result = vitrina("check-data", *words, "--json", "found.json")
        path = tmp_path / "found.json"
        return result, read_json(path) if path.exists() else {}

    return run


def test_a_sound_shop(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    shop = shops.write_shop(tmp_path / "shop", ROWS, shops.catalog_table(60))
    result, found = check(shop)
    assert result.returncode == 0, result.stderr
    assert found["usable"] and found["problems"] == []
    assert found["rows"]["read"] == len(ROWS)
    assert found["users"] == len({row.user_id for row in ROWS})
    named = {item for row in ROWS for item in row.products}
    listed = {str(i) for i in range(50, 110)}
    assert found["products"] == len(named)
    assert found["catalog"]["products_of_the_log"] == len(named & listed)
    assert found["catalog"]["priced"] == len(named & listed)
    assert found["begin"] == min(row.date for row in ROWS).isoformat()
    assert found["end"] == max(row.date for row in ROWS).isoformat()
    assert found["days"] == len({row.date.date() for row in ROWS})
    end = max(row.date for row in ROWS) + dt.timedelta(microseconds=1)
    buyers = {
        row.user_id
        for row in ROWS
        if row.action == shops.ORDER and row.date >= end - dt.timedelta(days=3)
    }
    assert found["last_days"]["buyers"] == len(buyers) > 0
    assert found["folds"]["valid"]
    assert found["time_zone"] is None
    lines = result.stdout.splitlines()
    assert lines[-1].split() == ["usable", "yes"]
    assert f"{len(ROWS)} read" in result.stdout


def test_a_russian_export_reads_as_the_plain_log(
    check: Callable[..., tuple[Result, dict[str, Any]]],
    vitrina: Vitrina,
    tmp_path: Path,
) -> None:
    write_csv(tmp_path / "plain" / "train_actions.csv")
    write_csv(
        tmp_path / "shop" / "train_actions.csv",
        date=lambda date: date.strftime("%d.%m.%Y %H:%M:%S"),
        delimiter=";",
    )
    catalog = (
        "product_id;title;price\n50;Чайник «Б»;1 299,90 ₽\n51;Нож;1200 руб\n"
    )
    text = catalog.replace("₽", "руб.").encode("cp1251")
    (tmp_path / "shop" / "catalog.csv").write_bytes(text)
    result, found = check("shop")
    assert result.returncode == 0, result.stderr
    assert found["catalog"]["priced"] == 2
    assert found["catalog"]["with_title"] == 2
    assert "catalog: text in Windows-1251" in result.stdout
    assert "columns separated by ';'" in result.stdout
    for shop in ("plain", "shop"):
        words = ("--data", shop, "--workspace", f"of_{shop}")
        (tmp_path / f"of_{shop}").mkdir()
        assert vitrina("ingest", *words).returncode == 0
    read = [
        read_json(tmp_path / f"of_{shop}/reports/ingest.json")
        for shop in ("plain", "shop")
    ]
    for key in ("events", "users", "begin", "end", "events_by_action"):
        assert read[0][key] == read[1][key]


@pytest.mark.parametrize(
    ("date", "mend"),
    [("%d/%m/%Y", "date_format"), ("%s", "date_unit"), ("%d %b", "ISO")],
)
def test_dates_not_understood_are_shown(
    check: Callable[..., tuple[Result, dict[str, Any]]],
    tmp_path: Path,
    date: str,
    mend: str,
) -> None:
    path = write_csv(
        tmp_path / "log.csv", date=lambda moment: moment.strftime(date)
    )
    result, found = check(path)
    assert result.returncode == BAD_DATA
    assert not found["usable"]
    shown = found["rows"]["bad"]["null_date"]["example"]
    assert shown == ROWS[0].date.strftime(date)
    assert shown in result.stderr and mend in result.stderr
    assert result.stdout.splitlines()[-1].split() == ["usable", "no"]


def test_what_is_missing_is_said(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    late = [row for row in ROWS if row.date > shops.OPENING + dt.timedelta(10)]
    kept = [row for row in late if row.action != shops.ADD]
    table = shops.log_table(kept).drop_columns(["loc_user_id", "pageId"])
    (tmp_path / "shop").mkdir()
    pq.write_table(table, tmp_path / "shop" / "train_actions.pq")
    catalog = pa.table({"product_id": ["x1"], "price": ["по запросу"]})
    pq.write_table(catalog, tmp_path / "shop" / "catalog.pq")
    result, found = check("shop")
    assert result.returncode == 0, result.stderr
    missing = " ".join(entry["what"] for entry in found["missing"])
    for part in (
        "too short for a valid fold",
        "no basket_add",
        "lists 0 of the log's",
        "'по запросу'",
        "no category",
        "no title",
        "no loc_user_id",
    ):
        assert part in missing
    assert all(entry["lost"] and entry["mend"] for entry in found["missing"])


def test_a_catalog_of_what_is_sold_today_is_told_from_one_of_other_ids(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    def mend(products: list[str]) -> tuple[str, str]:
        catalog = pa.table({"product_id": products, "price": [1.0, -2.0]})
        pq.write_table(catalog, tmp_path / "shop" / "catalog.pq")
        result, found = check("shop")
        assert result.returncode == 0, result.stderr
        assert found["catalog"]["prices_below_0"] == 1
        (below,) = [m for m in found["missing"] if "below 0" in m["what"]]
        assert below["what"] == "1 prices are below 0, such as '-2'"
        (few,) = [m for m in found["missing"] if "lists" in m["what"]]
        return few["what"], few["mend"]

    shops.write_shop(tmp_path / "shop", ROWS)
    first, *_ = (item for row in ROWS for item in row.products)
    what, how = mend([first, "x"])
    assert what.startswith("the catalog lists 1 of the log's")
    assert how.startswith("export the catalog with the products that are no")
    what, how = mend(["x", "y"])
    assert "in the catalog 'x'" in what
    assert how.startswith("name the column that holds the log's ids")


def test_products_that_are_objects_are_refused(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    lines = "".join(
        f'u{i},5,2024-09-{i + 1:02} 10:00:00,"[{{""id"": {i}}}]"\n'
        for i in range(20)
    )
    (tmp_path / "log.csv").write_text("user_id,action,date,products\n" + lines)
    result, found = check("log.csv", "--quiet")
    assert_refused(result, BAD_DATA, "hold something else than ids")
    assert found["rows"]["bad"]["junk_product"] == {
        "rows": 20,
        "example": '[{"id": 0}]',
    }


def test_no_orders_and_no_log(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    rows = [row for row in ROWS if row.action != shops.ORDER]
    path = write_csv(tmp_path / "log.csv", rows)
    result, found = check(path)
    assert result.returncode == BAD_DATA
    assert "no order of a product" in found["problems"][0]
    (tmp_path / "empty.csv").write_text(",".join(HEAD) + "\n")
    result, found = check("empty.csv")
    assert result.returncode == BAD_DATA
    assert not found["usable"]
    result, _ = check("nowhere")
    assert result.returncode not in (0, BAD_DATA)
    assert len(result.stderr.splitlines()) == 1


def daily_rows(
    days: Iterable[int], orders: Collection[int]
) -> list[shops.Row]:
    """Thirty views a day, and an order on some of them."""
    return [
        shops.Row(
            f"u{i}",
            None,
            shops.ORDER if day in orders and i == 0 else shops.VIEW,
            shops.OPENING + dt.timedelta(days=day, minutes=40 * i),
            (f"p{i % 7}",),
        )
        for day in days
        for i in range(30)
    ]


def test_the_days_after_an_outage_are_part_of_the_log(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    days = [*range(730), 732, 733, 734]
    path = write_csv(tmp_path / "log.csv", daily_rows(days, range(735)))
    result, found = check(path)
    assert result.returncode == 0, result.stderr
    assert found["rows"]["bad"]["implausible_date"]["rows"] == 0
    assert found["end"].startswith("2026-03-08T")
    assert found["warnings"] == []


@pytest.mark.parametrize("name", ["check-data", "ingest"])
def test_rows_left_out_at_the_newest_end_are_said(
    vitrina: Vitrina, tmp_path: Path, name: str
) -> None:
    rows = daily_rows(range(30), range(30))
    stray = dt.datetime(2042, 5, 6, 7)
    rows += [shops.Row("u", None, shops.VIEW, stray, ("p1",))]
    path = write_csv(tmp_path / "log.csv", rows)
    result = vitrina(name, "--data", path)
    assert result.returncode == 0, result.stderr
    said = (result.stdout if name == "check-data" else result.stderr).split(
        "warning"
    )
    assert len(said) == 2
    assert "1 rows from 2042-05-06T07:00:00 to 2042-05-06T07:00:00" in said[1]


@pytest.mark.parametrize("name", ["check-data", "ingest"])
def test_a_log_of_another_century_is_not_usable(
    vitrina: Vitrina, tmp_path: Path, name: str
) -> None:
    path = write_csv(
        tmp_path / "log.csv",
        date=lambda date: str(date.replace(year=1989)),
    )
    result = vitrina(name, "--quiet", "--data", path)
    assert_refused(result, BAD_DATA, "with a date outside 1995 to 2099")
    assert " 0 with a date outside" not in result.stderr


@pytest.mark.parametrize("name", ["check-data", "ingest"])
def test_orders_of_implausible_dates_are_none(
    vitrina: Vitrina, tmp_path: Path, name: str
) -> None:
    days = [*range(15), *range(200, 340)]
    autumn = shops.OPENING + dt.timedelta(days=200)
    rows = [
        row
        for row in daily_rows(days, range(15))
        if (row.action == shops.ORDER) == (row.date < autumn)
    ]
    path = write_csv(tmp_path / "log.csv", rows)
    result = vitrina(name, "--quiet", "--data", path)
    assert_refused(
        result, BAD_DATA, "no order of a product", "15 rows of implausible"
    )


def test_customers_who_may_be_nobody_or_many_are_asked_about(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    rows = daily_rows(range(334), range(334))
    guests = [
        dataclasses.replace(row, user_id="guest") if i % 10 == 0 else row
        for i, row in enumerate(rows)
    ]
    guests[1] = dataclasses.replace(guests[1], user_id="NaN")
    result, found = check(write_csv(tmp_path / "log.csv", guests))
    assert result.returncode == 0, result.stderr
    first, second = found["warnings"]
    assert "customer 'guest' has 1002 of 10020 events (10.0%)" in first
    assert "customer 'NaN' has 1 of 10020 events (0.0%)" in second
    assert all("leave the id empty" in text for text in found["warnings"])

    few = [row for row in guests if row.user_id != "NaN"][:10_000]
    _, found = check(write_csv(tmp_path / "few.csv", few))
    assert found["warnings"] == []


def test_a_catalog_beside_a_log_that_is_named_is_pointed_at(
    check: Callable[..., tuple[Result, dict[str, Any]]], tmp_path: Path
) -> None:
    shop = shops.write_shop(tmp_path / "shop", ROWS, shops.catalog_table(60))
    _, found = check(Path("shop/train_actions.pq"))
    (warning,) = found["warnings"]
    assert "shop/catalog.pq is not read" in warning
    assert warning.endswith("name the folder, shop")
    mends = [m["mend"] for m in found["missing"] if m["what"] == "no catalog"]
    assert mends == [
        "name the log's folder by --data: the catalog is looked for there"
    ]
    _, found = check(shop)
    assert found["warnings"] == []

    parts = shop / "train_actions.parquet"
    parts.mkdir()
    (shop / "train_actions.pq").rename(parts / "part-0.parquet")
    _, found = check(shop)
    assert found["warnings"] == []
    _, found = check(Path("shop/train_actions.parquet/"))
    (warning,) = found["warnings"]
    assert "shop/catalog.pq is not read" in warning


def test_a_log_from_a_pipe_is_refused(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "log.csv")
    result = vitrina("ingest", "--quiet", "--data", "log.csv", timeout=20)
    assert_refused(result, MISSING_INPUT, "log.csv: is a pipe or a device")


def test_a_report_takes_the_place_of_nothing_but_a_report(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    log = tmp_path / "train_actions.csv"
    log.write_text("user_id,action,date,products\nu,5,2024-09-01,p\n")
    before = log.read_bytes()
    for option in ("--json", "--timing"):
        result = vitrina("check-data", tmp_path, option, log)
        assert_refused(result, 2, option, "is there and is no JSON")
        assert log.read_bytes() == before
    for _ in range(2):  # one that is there may be replaced
        assert vitrina("check-data", tmp_path, "--json", "a").returncode == 0
