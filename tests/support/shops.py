"""Small random shops as files, for tests that run the program."""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

VIEW, LIKE, ADD, DELETE, CLEAR, ORDER, PAGE, VISIT, CATEGORY, SEARCH = range(
    10
)
OPENING = dt.datetime(2024, 3, 4)
CATEGORIES = 6


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of a log, in the case's columns."""

    user_id: str
    loc_user_id: str | None
    action: int
    date: dt.datetime
    products: tuple[str, ...]
    page_id: int | None = None


def random_rows(
    seed: int,
    users: int = 160,
    products: int = 80,
    days: float = 12,
    visits: int = 6,
) -> list[Row]:
    """Visits in which people look, put into the basket and order.

    Everybody has a few favourite products; what is put into the basket is
    ordered now and then, at once or on a later day. Times are whole
    seconds, so that every column type can hold them. Ids are numbers.
    """
    rng = random.Random(seed)
    weights = [1 / (p + 3) for p in range(products)]
    rows = []
    for u in range(users):
        user, device = str(1000 + u), f"d{u % 250}" if u % 7 else None
        favourites = rng.choices(range(products), weights, k=4)
        basket: list[str] = []
        for _ in range(rng.randint(1, 2 * visits)):
            at = rng.randrange(int(days * 86400))
            date = OPENING + dt.timedelta(seconds=at)

            def did(action: int, *items: str) -> None:
                nonlocal date
                rows.append(Row(user, device, action, date, items, action))
                date += dt.timedelta(seconds=rng.randint(1, 300))

            did(VISIT)
            if basket:
                did(PAGE, *sorted(set(basket)))
                if rng.random() < 0.4:
                    did(ORDER, *sorted(set(basket)))
                    basket.clear()
            for _ in range(rng.randint(1, 4)):
                item = rng.choice(favourites)
                if rng.random() < 0.3:
                    item = rng.choices(range(products), weights)[0]
                did(VIEW, str(50 + item))
                if rng.random() < 0.25:
                    did(ADD, str(50 + item))
                    basket.append(str(50 + item))
                    if rng.random() < 0.1:
                        did(DELETE, basket.pop())
    rng.shuffle(rows)
    return rows


def log_table(rows: Iterable[Row]) -> pa.Table:
    """The rows in the case's own schema."""
    kept = list(rows)
    return pa.table(
        {
            "user_id": pa.array([r.user_id for r in kept], pa.string()),
            "loc_user_id": pa.array(
                [r.loc_user_id for r in kept], pa.string()
            ),
            "action": pa.array([r.action for r in kept], pa.int64()),
            "date": pa.array([r.date for r in kept], pa.timestamp("us")),
            "products": pa.array(
                [list(r.products) for r in kept], pa.list_(pa.string())
            ),
            "pageId": pa.array([r.page_id for r in kept], pa.uint32()),
        }
    )


def catalog_table(products: int = 80, seed: int = 5) -> pa.Table:
    """A catalog of the products, categories and title words included."""
    rng = random.Random(seed)
    ids = range(50, 50 + products)
    return pa.table(
        {
            "product_id": [str(i) for i in ids],
            "category_id": [f"c{i % CATEGORIES}" for i in ids],
            "price": [float(rng.randint(100, 9000)) for _ in ids],
            "old_price": [float(rng.randint(100, 9000)) for _ in ids],
            "add_date": pa.array(
                [OPENING + dt.timedelta(days=rng.random() * 20) for _ in ids],
                pa.timestamp("us"),
            ),
            "title": [f"{i % CATEGORIES} {rng.randint(6, 60)}" for i in ids],
        }
    )


def write_shop(
    folder: Path, rows: Iterable[Row], catalog: pa.Table | None = None
) -> Path:
    """Writes the log, and the catalog when there is one; returns `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(log_table(rows), folder / "train_actions.pq")
    if catalog is not None:
        pq.write_table(catalog, folder / "catalog.pq")
    return folder


def before(rows: Iterable[Row], moment: dt.datetime) -> list[Row]:
    return [row for row in rows if row.date < moment]


def later_rows() -> list[Row]:
    """The log that `learned` is of; every fifth product has a new id."""

    def renamed(product: str) -> str:
        return f"new-{product}" if int(product) % 5 == 0 else product

    return [
        dataclasses.replace(row, products=tuple(map(renamed, row.products)))
        for row in random_rows(seed=15, users=80, products=40)
    ]
