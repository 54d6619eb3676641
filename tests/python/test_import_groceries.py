"""Two public logs of groceries become the case's files."""

import datetime as dt
import zlib
from pathlib import Path
from typing import Any

import import_groceries
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from vitrina_ops.errors import OpsError

HEAD = (
    "TRANSACTION_DT,CUSTOMER_ID,AGE_GROUP,PIN_CODE,PRODUCT_SUBCLASS,"
    "PRODUCT_ID,AMOUNT,ASSET,SALES_PRICE\n"
)


def test_half_of_ta_feng_has_even_checksums(tmp_path: Path) -> None:
    ids = [f"{number:08}" for number in range(9)]
    even, odd = (
        next(i for i in ids if zlib.crc32(i.encode()) % 2 == bit)
        for bit in (0, 1)
    )
    path = tmp_path / import_groceries.TAFENG
    path.write_text(
        "\ufeff" + HEAD + f"11/1/2000,{even},A,115,100102,20,2,24,30\n"
        f"11/1/2000,{even},A,115,100102,10,1,24,9\n"
        f"11/2/2000,{odd},A,115,100103,20,1,24,18\n"
        f"11/2/2000,{odd},A,115,100103,30,1,24,7\n",
        encoding="utf-8",
    )
    actions, catalog = import_groceries.tafeng(path)
    (order,) = actions.to_pylist()
    assert (order["user_id"], order["action"]) == (even, 5)
    assert order["date"] == dt.datetime(2000, 11, 1, 12)
    assert order["products"] == ["20", "10"]
    rows = {row["product_id"]: row for row in catalog.to_pylist()}
    assert list(rows) == ["10", "20", "30"], "the catalog is of all"
    assert (rows["20"]["price"], rows["20"]["old_price"]) == (16.5, None)
    assert rows["20"]["category_id"] == 100102

    path.write_text("a,b\n")
    with pytest.raises(OpsError, match="has no column AMOUNT, .*is it ta_f"):
        import_groceries.tafeng(path)


def line(moment: str, product: int, quantity: int) -> dict[str, Any]:
    return {
        "household_id": 7,
        "basket_id": 1,
        "product_id": product,
        "quantity": quantity,
        "sales_value": 3.0,
        "retail_disc": 0.5,
        "coupon_disc": 9.0,
        "coupon_match_disc": 0.5,
        "transaction_timestamp": dt.datetime.fromisoformat(moment),
    }


def test_complete_journey_is_told_by_the_shops_clock(tmp_path: Path) -> None:
    lines = [
        line("2017-08-01T03:59:59", 10, 1),  # July in New York
        line("2017-11-01T03:00:00", 20, 2),
        line("2017-11-01T03:00:00", 9, 1),
        line("2017-11-01T03:00:00", 10, 0),
        line("2017-11-01T03:00:00", 10, 9000),  # petrol
    ]
    products = [
        {"product_id": 9, "product_category": None},
        {"product_id": 20, "product_category": "BEEF"},
    ]
    for name, rows in (("transactions", lines), ("products", products)):
        table = pa.Table.from_pylist(rows)
        pq.write_table(table, tmp_path / f"{name}.parquet")
    actions, catalog = import_groceries.complete_journey(tmp_path)
    (order,) = actions.to_pylist()
    assert (order["user_id"], order["products"]) == ("7", ["9", "20"])
    assert order["date"] == dt.datetime(2017, 10, 31, 23)
    nine, twenty = catalog.to_pylist()
    assert (nine["category_id"], twenty["category_id"]) == (1, 2)
    assert (twenty["price"], twenty["old_price"]) == (1.5, 2.0)

    (tmp_path / "products.parquet").unlink()
    with pytest.raises(OpsError, match="products.parquet: no such file"):
        import_groceries.complete_journey(tmp_path)
