"""Measures a simulated shop for the presentation: its log and one run on it.

Counts of the log (actions by day and hour, the funnel, the long tail, how
long a basket lives) are descriptive; everything else is what `vitrina run`
reports of the same shop. Writes docs/measured/simulated_shop.json.

    .venv/bin/python scripts/measure/simulated_shop.py [--scale 1] \\
        [--seed 42] [--data DIR]
"""

import argparse
import csv
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from vitrina_ops.errors import run_main
from vitrina_ops.files import read_json, write_text
from vitrina_ops.program import CHECKOUT, Program, path_in_checkout

OUT = CHECKOUT / "docs" / "measured" / "simulated_shop.json"
# Codes of the case's log, as in src/core/action.hpp.
ACTIONS = (
    "view",
    "like",
    "basket_add",
    "basket_delete",
    "basket_clear",
    "order",
    "basket_page",
    "visit",
    "category_page",
    "search",
)
PLOTS = ("recall_by_k", "ceilings", "calibration")
BASKET_HOURS = (0.5, 1, 3, 6, 12, 24, 48, 72, 96, 120, 168, 240)
# Additions this close to the log's end have not had the time to be ordered.
FOLLOWED_HOURS = max(BASKET_HOURS)
TAIL_POINTS = 101
DIGITS = 6


def read_log(folder: Path) -> pd.DataFrame:
    """The log, a row a product; rows without products stay."""
    columns = ["user_id", "action", "date", "products"]
    table = pq.read_table(folder / "train_actions.pq", columns=columns)
    log: pd.DataFrame = table.to_pandas().explode("products")
    log["action"] = log["action"].map(dict(enumerate(ACTIONS)))
    return log


def shares(values: Any) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


def by_day_and_hour(log: pd.DataFrame) -> dict[str, Any]:
    """Events by calendar day (rows) and hour (columns)."""
    days = log["date"].dt.strftime("%Y-%m-%d")
    table = pd.crosstab(days, log["date"].dt.hour)
    table = table.reindex(columns=range(24), fill_value=0)
    return {
        "days": list(table.index),
        "events": [[int(v) for v in row] for row in table.to_numpy()],
    }


def funnel(log: pd.DataFrame) -> dict[str, int]:
    """Distinct users who did each thing at least once."""
    steps = ("visit", "view", "basket_add", "order")
    users = log.groupby("action")["user_id"].nunique()
    return {step: int(users.get(step, 0)) for step in steps}


def long_tail(log: pd.DataFrame) -> dict[str, list[float]]:
    """Share of events of the first products by popularity, by the share of
    the products that had such an event: 0, 1, ..., 100%."""
    found = {}
    for action in ("view", "basket_add", "order"):
        counts = log.loc[log["action"] == action, "products"].value_counts()
        total = np.concatenate([[0], counts.to_numpy().cumsum()])
        at = np.linspace(0, len(counts), TAIL_POINTS).round().astype(int)
        found[action] = shares(total[at] / total[-1])
    return found


def basket_life(log: pd.DataFrame) -> dict[str, Any]:
    """Of the first additions of a product by a user: what share was ordered,
    and what share was taken out, within so many hours."""
    last = log["date"].max() - pd.Timedelta(hours=FOLLOWED_HOURS)
    keys = ["user_id", "products"]
    firsts = log[log["action"] == "basket_add"].groupby(keys)["date"].min()
    firsts = firsts[firsts <= last].rename("added")
    found: dict[str, Any] = {
        "hours": list(BASKET_HOURS),
        "additions": len(firsts),
    }
    for action in ("order", "basket_delete"):
        rows = log.loc[log["action"] == action, [*keys, "date"]]
        pairs = rows.join(firsts, on=keys, how="inner")
        waits = pairs[pairs["date"] >= pairs["added"]].groupby(keys)
        first = waits["date"].min() - firsts
        hours = first.dropna().dt.total_seconds().to_numpy() / 3600
        found[action] = shares(
            (hours <= limit).sum() / len(firsts) for limit in BASKET_HOURS
        )
    return found


def log_of(folder: Path) -> dict[str, Any]:
    """What the log says of itself."""
    log = read_log(folder)
    counts = log["action"].value_counts()
    return {
        "rows": len(log),
        "users": int(log["user_id"].nunique()),
        "products": int(log["products"].nunique()),
        "actions": {name: int(counts.get(name, 0)) for name in ACTIONS},
        "by_day_and_hour": by_day_and_hour(log),
        "funnel": funnel(log),
        "long_tail": long_tail(log),
        "basket_life": basket_life(log),
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_of(folder: Path, seed: int, scratch: Path) -> dict[str, Any]:
    """What `vitrina run` reports of the shop, and the rows of its plots."""
    out, stages = scratch / "answer", scratch / "stages"
    Program(path_in_checkout()).run(
        "run",
        *("--data", folder, "--out", out, "--keep-stages", stages),
        *("--seed", str(seed)),
    )
    report: dict[str, Any] = read_json(out / "report.json")
    report["train"].pop("gain", None)
    report["refit"].pop("gain", None)
    report["plots"] = {
        name: rows_of(stages / "reports" / "plots" / f"{name}.csv")
        for name in PLOTS
    }
    return report


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--scale", type=float, default=1.0)
    add("--seed", type=int, default=42)
    add("--data", type=Path, help="such a shop that was made before")
    add("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        folder = options.data or scratch / "shop"
        if options.data is None:
            Program(path_in_checkout()).run(
                *("simulate", "--scale", f"{options.scale:g}"),
                *("--seed", str(options.seed), "--out", folder),
            )
        made = read_json(folder / "simulation.json")
        made.pop("files", None)
        report = {
            "simulation": made,
            "log": log_of(folder),
            "run": run_of(folder, options.seed, scratch),
        }
    write_text(options.out, json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(run_main("simulated_shop", lambda: main(sys.argv[1:])))
