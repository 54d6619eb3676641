"""A shop for the tests of the Python package, and the program's answers."""

import ast
import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ACTIONS = "train_actions.pq"

Rows = list[tuple[str, list[str]]]


def random_log(path: Path) -> None:
    """90 synthetic users, 60 products, 12 days; everybody has favourites."""
    rng = random.Random(5)
    start = datetime(2024, 3, 4)
    rows = []
    for user in range(90):
        favourites = [rng.randrange(60) for _ in range(4)]
        for _ in range(rng.randrange(10, 60)):
            product = rng.choice([*favourites, int(60 * rng.random() ** 2)])
            moment = start + timedelta(seconds=rng.randrange(12 * 86_400))
            action = rng.choice([0, 0, 0, 0, 1, 2, 2, 3, 5, 6, 7])
            rows.append(
                {
                    "user_id": f"user-{user}",
                    "loc_user_id": f"device-{user % 80}",
                    "action": action,
                    "date": moment,
                    "products": [] if action == 7 else [f"product-{product}"],
                    "pageId": rng.randrange(100),
                }
            )
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, path, row_group_size=500)


def answer_of(folder: Path) -> Rows:
    """What the program wrote."""
    with open(folder / "predictions.csv", encoding="utf-8") as file:
        return [
            (row["user_id"], ast.literal_eval(row["products"]))
            for row in csv.DictReader(file)
        ]


def rows_of(table: pa.Table) -> Rows:
    return list(
        zip(
            table["user_id"].to_pylist(),
            table["products"].to_pylist(),
            strict=True,
        )
    )
