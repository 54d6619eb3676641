"""The contest of next baskets: Vitrina and the field's methods on a split."""

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from . import split as protocol
from .console import say
from .evaluate import interval
from .logs import ACTIONS_FILE, US_PER_DAY, Array, Log, read_log, time_us
from .models.base import Params, Peer
from .models.next_basket import (
    GlobalFrequency,
    PersonalFrequency,
    TifuKnn,
    TopFrequency,
    UpCf,
)
from .plan import Plan
from .program import Program
from .split import METRICS, Split
from .tuning import draw_params

SIZES = (10, 20)
VITRINA = {"vitrina": "Vitrina", "vitrina_end": "Vitrina, not told the day"}
CATALOG = "catalog.pq"


def all_peers() -> list[Peer]:
    """Name the methods of the table."""
    return [
        TifuKnn(),
        UpCf(),
        TopFrequency(),
        PersonalFrequency(),
        GlobalFrequency(),
    ]


@dataclass(frozen=True)
class Settings:
    """What is compared, and how."""

    program: Program
    out: Path
    trials: int = 12
    draws: int = 2000


def write_log(log: Log, folder: Path, catalog: Path) -> None:
    """Write orders in the case's format, a row an order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    order = np.lexsort((log.user, log.time))
    user, time = log.user[order], log.time[order]
    starts = np.ones(len(user), bool)
    starts[1:] = (np.diff(user) != 0) | (np.diff(time) != 0)
    begin = np.flatnonzero(starts)
    products = pa.ListArray.from_arrays(
        pa.array(np.append(begin, len(user)), pa.int32()),
        pa.array(log.item_ids[log.item[order]]),
    )
    table = {
        "user_id": pa.array(log.user_ids[user[begin]]),
        "action": pa.array(log.action[order][begin], pa.int64()),
        "date": pa.array(time[begin], pa.timestamp("us")),
        "products": products,
    }
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(table), folder / ACTIONS_FILE)
    if catalog.exists():
        shutil.copy(catalog, folder / CATALOG)


def ask_vitrina(
    program: Program, split: Split, catalog: Path
) -> dict[str, Array]:
    """Ask for each customer's list by entry of the table.

    The engine is fitted once, with its defaults, on all that the split
    learns from, as the other methods are. It is asked as of the midnight
    before each target, and, as the others have no notion of a moment, for
    everybody as of the end of what is learned from.
    """
    days = np.unique(split.day)
    asked = {
        "vitrina": [(day * US_PER_DAY, split.day == day) for day in days],
        "vitrina_end": [(split.end, split.day >= 0)],
    }
    depth = max(SIZES)
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder, bundle = Path(scratch) / "log", Path(scratch) / "bundle"
        write_log(split.train, folder, catalog)
        program.bundle(folder, bundle)
        for name, moments in asked.items():
            items = np.full((len(split.users), depth), -1, np.int32)
            for at, who in moments:
                names = split.train.user_ids[split.users[who]].tolist()
                moment = str(np.datetime64(int(at), "us"))
                lists = program.recommend(bundle, folder, moment, names, depth)
                items[who] = [
                    positions(split.train.item_ids, lists.get(one, []), depth)
                    for one in names
                ]
            found[name] = items
    return found


def positions(ids: Array, products: list[str], depth: int) -> Array:
    """Turn ids into positions among all ids, -1 where the list is short."""
    row = np.full(depth, -1, np.int32)
    row[: len(products)] = np.searchsorted(ids, products)
    return row


def ask_peer(peer: Peer, split: Split, params: Params) -> Array:
    """Fit a peer on what the split learns from."""
    found = peer.fit(split.train, split.end, params)
    return found.for_users(split.users).items


def worth(split: Split, items: Array) -> float:
    """Mean recall over customers and sizes: what peers are tuned by."""
    found = [protocol.judge(split, items, k)["recall"] for k in SIZES]
    return float(np.mean(found))


@dataclass(frozen=True)
class Entry:
    """A method's lists, and what was tried to get them."""

    name: str
    title: str
    items: Array
    params: Mapping[str, Any] | None = None
    tried: int = 0


def tuned(peer: Peer, tune: Split, split: Split, trials: int) -> Entry:
    """Take the set of parameters that is best on the earlier split."""
    sets = draw_params(peer, trials, split.train.kinds)
    values = [worth(tune, ask_peer(peer, tune, params)) for params in sets]
    best = sets[int(np.argmax(values))]
    items = ask_peer(peer, split, best)
    return Entry(peer.name, peer.title, items, best, len(sets))


def compare(
    split: Split, entries: list[Entry], draws: int
) -> list[dict[str, Any]]:
    """Read all entries; the first is compared with each of the others."""
    columns = [(metric, k) for k in SIZES for metric in METRICS]
    judged = []
    for entry in entries:
        by_size = {k: protocol.judge(split, entry.items, k) for k in SIZES}
        judged.append(np.stack([by_size[k][m] for m, k in columns], axis=1))
    values = np.stack(judged, axis=1)  # [customers, entries, columns]
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0).reshape(len(values), -1)
    counted = known.astype(float).reshape(len(values), -1)
    rng = np.random.default_rng(42)
    n, drawn = len(values), []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, n, n), minlength=n)
        with np.errstate(invalid="ignore"):  # a draw may have nobody
            drawn.append((times @ filled) / (times @ counted))
    found = np.reshape(drawn, (draws, len(entries), len(columns)))
    means = (filled.sum(axis=0) / counted.sum(axis=0)).reshape(found.shape[1:])
    return [
        {
            "name": entry.name,
            "title": entry.title,
            "params": dict(entry.params or {}),
            "tried": entry.tried,
            "metrics": {
                f"{metric}@{k}": {
                    "value": float(means[at, column]),
                    "interval": interval(found[:, at, column]),
                    "vitrina_ahead": lead(means, found, at, column),
                }
                for column, (metric, k) in enumerate(columns)
            },
        }
        for at, entry in enumerate(entries)
    ]


def lead(means: Array, found: Array, at: int, column: int) -> dict[str, float]:
    """How far the first entry is ahead of another, with the interval."""
    low, high = interval(found[:, 0, column] - found[:, at, column])
    value = float(means[0, column] - means[at, column])
    return {"value": value, "low": low, "high": high}


def splits(log: Log, plan: Plan) -> list[tuple[Split, Split]]:
    """Make each reported split and the earlier one it is tuned on."""
    rarest = plan.rarest_product or 1
    early, late = time_us(plan.tuning[0]), time_us(plan.reported[0])
    return [
        (
            protocol.last_basket(log, rarest, back=2),
            protocol.last_basket(log, rarest),
        ),
        (
            protocol.one_moment(log.before(late), early, rarest),
            protocol.one_moment(log, late, rarest),
        ),
    ]


def contest(folder: Path, plan: Plan, settings: Settings) -> dict[str, Any]:
    """Run both splits of a log."""
    log = replace(read_log(folder), pace_days=plan.pace_days)
    rows = []
    for tune, split in splits(log, plan):
        say(f"{log.name}, {split.name}: {len(split.users)} customers")
        lists = vitrina_lists(settings, folder, split)
        entries = [Entry(name, VITRINA[name], lists[name]) for name in VITRINA]
        for peer in all_peers():
            say(f"{log.name}, {split.name}: {peer.name}")
            entries.append(tuned(peer, tune, split, settings.trials))
        rows.append(
            {
                "split": split.name,
                "customers": len(split.users),
                "tuned_on": len(tune.users),
                "products": len(np.unique(split.train.item)),
                "target_size": len(split.target.item) / len(split.users),
                "learned_until": str(np.datetime64(split.end, "us"))[:10],
                "targets_before": earlier_targets(split),
                "entries": compare(split, entries, settings.draws),
            }
        )
    return {"log": log.name, "sha256": log.digest, "splits": rows}


def earlier_targets(split: Split) -> float:
    """Share of targets after which something is still learned from."""
    return float(np.mean(split.day < (split.end - 1) // US_PER_DAY))


def vitrina_lists(
    settings: Settings, folder: Path, split: Split
) -> dict[str, Array]:
    """Ask the engine, or read what it answered before."""
    rows = np.stack([split.train.user, split.train.item, split.train.time])
    key = hashlib.sha256(rows.astype(np.int64).tobytes())
    key.update(split.users.tobytes() + split.day.tobytes())
    name = f"{split.name.replace(' ', '_')}-{key.hexdigest()[:16]}.npz"
    digest = settings.program.digest[:16]
    path = settings.out / "vitrina" / digest / folder.name / name
    if not path.exists():
        say(f"{folder.name}, {split.name}: vitrina")
        lists = ask_vitrina(settings.program, split, folder / CATALOG)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        columns: dict[str, Any] = dict(lists)
        np.savez_compressed(part, **columns)
        part.replace(path)
    with np.load(path) as kept:
        return {name: kept[name] for name in VITRINA}
