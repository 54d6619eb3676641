"""Convert the public UserBehavior.csv to the files Vitrina reads.

The file (Alibaba, «User Behavior Data from Taobao for Recommendation») has
no header and the columns user, item, category, behaviour (pv, fav, cart,
buy) and a Unix time in seconds. Written are train_actions.pq and catalog.pq
with the case's columns; times are put on the shop's own clock (UTC+8), and
events outside the nine days the data set is about are left out.

    .venv/bin/python scripts/import_userbehavior.py UserBehavior.csv \\
        --out logs/taobao

`--users-to ID` keeps the users whose id, compared as text, is at most ID:
the small real log of the README is the part up to 1003693.
"""

import argparse
import datetime as dt
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

ACTIONS = {"pv": 0, "fav": 1, "cart": 2, "buy": 5}
SHOP_CLOCK = dt.timedelta(hours=8)
FIRST = dt.datetime(2017, 11, 25)
AFTER = dt.datetime(2017, 12, 4)
COLUMNS = ["user", "item", "category", "behaviour", "time"]


def usable(batch: pa.Table, users_to: str | None) -> pa.Table:
    """Keep the known behaviours of the nine days, of the wanted users."""
    shift = int(SHOP_CLOCK.total_seconds())
    seconds = pc.add(batch["time"], shift)
    date = pc.cast(seconds, pa.timestamp("s")).cast(pa.timestamp("us"))
    codes = pa.array(ACTIONS.values(), pa.int64())
    names = pa.array(ACTIONS.keys())
    action = pc.take(codes, pc.index_in(batch["behaviour"], names))
    keep = pc.and_(pc.greater_equal(date, FIRST), pc.less(date, AFTER))
    keep = pc.and_(keep, pc.is_valid(action))
    if users_to is not None:
        keep = pc.and_(keep, pc.less_equal(batch["user"], users_to))
    columns = {
        "user": batch["user"],
        "item": batch["item"],
        "category": batch["category"],
        "action": action,
        "date": date,
    }
    return pa.table(columns).filter(keep)


def read_events(path: Path, users_to: str | None) -> pa.Table:
    """Read the file in pieces and keep what is usable."""
    types = dict.fromkeys(COLUMNS, pa.string()) | {"time": pa.int64()}
    reader = pacsv.open_csv(
        path,
        read_options=pacsv.ReadOptions(column_names=COLUMNS),
        convert_options=pacsv.ConvertOptions(column_types=types),
    )
    parts = []
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        table = usable(pa.Table.from_batches([batch]), users_to)
        if table.num_rows:
            parts.append(table)
        print(f"\r{rows:,} rows read", end="", file=sys.stderr)
    print(file=sys.stderr)
    if not parts:
        sys.exit(f"{path}: no usable row; is it UserBehavior.csv?")
    return pa.concat_tables(parts).sort_by("date")


def actions_table(events: pa.Table) -> pa.Table:
    """Make train_actions.pq of the case: one product a row."""
    rows = events.num_rows
    offsets = pa.array(range(rows + 1), pa.int32())
    items = events["item"].combine_chunks()
    return pa.table(
        {
            "user_id": events["user"],
            "loc_user_id": events["user"],
            "action": events["action"],
            "date": events["date"],
            "products": pa.ListArray.from_arrays(offsets, items),
            "pageId": pa.array([0] * rows, pa.uint32()),
        }
    )


def catalog_table(events: pa.Table) -> pa.Table:
    """Make catalog.pq: every product with its category, nothing else."""
    firsts = events.group_by("item").aggregate([("category", "min")])
    firsts = firsts.sort_by("item")
    rows = firsts.num_rows
    return pa.table(
        {
            "add_date": pa.nulls(rows, pa.timestamp("us")),
            "shop_id": pa.array([0] * rows, pa.int64()),
            "product_id": firsts["item"],
            "category_id": pc.cast(firsts["category_min"], pa.int64()),
            "price": pa.nulls(rows, pa.float64()),
            "title": pa.array([""] * rows),
            "old_price": pa.nulls(rows, pa.float64()),
        }
    )


def main() -> None:
    """Read the arguments and convert."""
    summary = (__doc__ or "").split("\n")[0]
    parser = argparse.ArgumentParser(description=summary)
    parser.add_argument("csv", type=Path, help="UserBehavior.csv")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--users-to", metavar="ID", help="last user id")
    args = parser.parse_args()
    if not args.csv.is_file():
        sys.exit(f"{args.csv}: no such file; expected UserBehavior.csv")
    events = read_events(args.csv, args.users_to)
    args.out.mkdir(parents=True, exist_ok=True)
    pq.write_table(actions_table(events), args.out / "train_actions.pq")
    pq.write_table(catalog_table(events), args.out / "catalog.pq")
    print(f"{events.num_rows:,} events written to {args.out}")


if __name__ == "__main__":
    main()
