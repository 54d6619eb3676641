"""Reads what was bought and not named: whom the answer missed, and why.

    .venv/bin/python scripts/measure/read_misses.py --data LOG_DIR \\
        --as-of 2017-11-28

The program answers as of a moment of a log that goes on; it is then asked for
100 products of every buyer of the next days, named or not. Every bought pair
falls into one class, and some misses are written out with what the customer
had done before. OUT/misses.md has both. Use a moment that no figure is
reported for. The log has the columns and action codes of the case.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.program import Program, path_in_checkout

ACTIONS = ["view", "like", "basket", "delete", "clear", "order"]
ACTIONS += ["basket page", "visit", "category page", "search"]
ORDER = ACTIONS.index("order")
SENT = 25
ASKED = 100

NAMED = "the customer was named, and the product"
NOT_NAMED = "the customer was not named; the product"
CLASSES = [
    f"{NAMED} too: a hit",
    f"{NAMED} stood at places 26 to 100",
    f"{NAMED} was no candidate, though touched before",
    f"{NAMED} was no candidate and never touched by the customer",
    f"{NOT_NAMED} would have been among the 25",
    f"{NOT_NAMED} stood at places 26 to 100",
    f"{NOT_NAMED} was no candidate",
    "the customer had no event before",
    "the product had no event before",
]


@dataclass(frozen=True)
class Log:
    """Events with one product each, before and after the cut."""

    before: pd.DataFrame
    bought: pd.DataFrame


def read_log(data: Path, cut: pd.Timestamp, days: float) -> Log:
    """Columns user, action, time, product; bought: user, product, share."""
    table = pq.read_table(data / "train_actions.pq").to_pandas()
    events = table.explode("products").rename(
        columns={"user_id": "user", "date": "time", "products": "product"}
    )
    events["user"] = events["user"].astype(str)
    end = cut + pd.Timedelta(days=days)
    after = events[(events["time"] >= cut) & (events["time"] < end)]
    orders = after[(after["action"] == ORDER) & after["product"].notna()]
    bought = orders[["user", "product"]].drop_duplicates()
    counts = bought.groupby("user")["product"].transform("size")
    return Log(events[events["time"] < cut], bought.assign(share=1.0 / counts))


def answers(
    data: Path, as_of: str, days: float, buyers: list[str], out: Path
) -> tuple[set[str], pd.DataFrame]:
    """Users that are named, and up to 100 products of every buyer."""
    program = Program(path_in_checkout())
    shared = ("--data", data, "--as-of", as_of)
    program.run(
        *("run", *shared, "--horizon-days", f"{days:g}"),
        *("--out", out / "answer", "--bundle", out / "bundle"),
    )
    named = pd.read_csv(out / "answer" / "predictions.csv", dtype=str)
    wanted = out / "buyers.txt"
    wanted.write_text("\n".join(buyers) + "\n", encoding="utf-8")
    program.run(
        *("recommend", "--bundle", out / "bundle", *shared),
        *("--only-users", wanted, "--out", out / "asked"),
        *("--max-users", str(len(buyers)), "--k", str(ASKED)),
    )
    asked = pd.read_parquet(out / "asked" / "recommendations.parquet")
    return set(named["user_id"]), asked


def classify(log: Log, named: set[str], asked: pd.DataFrame) -> pd.DataFrame:
    """The bought pairs with their class, rank and source."""
    ranks = asked.rename(columns={"user_id": "user", "product_id": "product"})
    pairs = log.bought.merge(
        ranks[["user", "product", "rank", "source"]],
        on=["user", "product"],
        how="left",
    )
    touched = log.before[["user", "product"]].drop_duplicates()
    pairs = pairs.merge(
        touched.assign(touched=True), on=["user", "product"], how="left"
    )
    users = set(log.before["user"])
    products = set(log.before["product"].dropna())

    def kind(pair: pd.Series) -> str:
        if pair["user"] not in users:
            return CLASSES[7]
        if pair["product"] not in products:
            return CLASSES[8]
        is_named = pair["user"] in named
        first = 0 if is_named else 4
        if pair["rank"] <= SENT:
            return CLASSES[first]
        if pair["rank"] <= ASKED:
            return CLASSES[first + 1]
        if not is_named:
            return CLASSES[6]
        return CLASSES[2] if pair["touched"] is True else CLASSES[3]

    pairs["kind"] = pairs.apply(kind, axis=1)
    return pairs


def table(pairs: pd.DataFrame) -> list[str]:
    """Shares of the classes in bought pairs and in reading A."""
    lines = ["| class | pairs | share of reading A |", "| --- | --: | --: |"]
    n_buyers = pairs["user"].nunique()
    for kind in CLASSES:
        those = pairs[pairs["kind"] == kind]
        share = those["share"].sum() / n_buyers
        lines.append(f"| {kind} | {len(those)} | {share:.4f} |")
    return lines


def story(log: Log, pair: pd.Series, cut: pd.Timestamp) -> list[str]:
    """What is known about one miss."""
    history = log.before[log.before["user"] == pair["user"]]
    own = history[history["product"] == pair["product"]]
    others = log.before[log.before["product"] == pair["product"]]
    place = "none" if pd.isna(pair["rank"]) else f"{pair['rank']:.0f}"
    lines = [f"### {pair['kind']}", f"- place {place} of {ASKED} at most"]
    lines.append(f"- one of {round(1 / pair['share'])} products bought")
    for title, events in (
        ("the customer with the product", own),
        ("the customer in all", history),
        ("everybody with the product", others),
    ):
        done = events["action"].value_counts().sort_index()
        words = [f"{n} {ACTIONS[int(a)]}" for a, n in done.items()]
        last = ""
        if len(events):
            hours = (cut - events["time"].max()).total_seconds() / 3600
            last = f", the last {hours:.1f} h before"
        lines.append(f"- {title}: {', '.join(words) or 'nothing'}{last}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--as-of", required=True, help="ISO time of the cut")
    parser.add_argument("--horizon-days", type=float, default=3)
    parser.add_argument("--stories", type=int, default=10)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", type=Path, default=Path("out/misses"))
    options = parser.parse_args()
    cut = pd.Timestamp(options.as_of)
    log = read_log(options.data, cut, options.horizon_days)
    if log.bought.empty:
        raise OpsError(f"{options.data}: nothing is bought after {cut}")
    options.out.mkdir(parents=True, exist_ok=True)
    buyers = sorted(set(log.bought["user"]))
    named, asked = answers(
        *(options.data, options.as_of, options.horizon_days),
        *(buyers, options.out),
    )
    pairs = classify(log, named, asked)
    lines = [
        f"# Misses of {options.data.name} as of {cut:%Y-%m-%d %H:%M}",
        f"{len(buyers)} buyers, {len(pairs)} bought pairs.",
        *("", *table(pairs), ""),
    ]
    misses = pairs[pairs["kind"] != CLASSES[0]]
    picked = misses.sample(
        min(options.stories, len(misses)), random_state=options.seed
    )
    for _, pair in picked.iterrows():
        lines += [*story(log, pair, cut), ""]
    page = options.out / "misses.md"
    page.write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(run_main("read_misses", main))
