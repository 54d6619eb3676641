"""A shop's log as columns of numbers, and what was bought when."""

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

VIEW, LIKE, ADD, ORDER = 0, 1, 2, 5
KINDS = (VIEW, LIKE, ADD, ORDER)
US_PER_DAY = 86_400_000_000
JUNK = ("", "/*")
ACTIONS_FILE = "train_actions.pq"


def time_us(text: str) -> int:
    """Turn an ISO time in the log's own clock into microseconds."""
    since = dt.datetime.fromisoformat(text) - dt.datetime(1970, 1, 1)
    return since // dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Pairs:
    """Distinct user-product pairs, by user, then product."""

    user: Array
    item: Array


@dataclass(frozen=True)
class Log:
    """Events in order of time; products and users are positions in ids.

    The ids are those of the whole log whatever was cut off, so that
    numbers of two cuts mean the same.
    """

    name: str
    user: Array
    item: Array
    action: Array
    time: Array
    user_ids: Array
    item_ids: Array
    digest: str = ""
    pace_days: float = 1.0  # the unit of all that fades

    def kept(self, keep: Any) -> "Log":
        """Keep the events of a slice or a mask."""
        return replace(
            self,
            user=self.user[keep],
            item=self.item[keep],
            action=self.action[keep],
            time=self.time[keep],
        )

    def between(self, begin: int, end: int) -> "Log":
        """Keep the events of [begin, end)."""
        return self.kept(slice(*np.searchsorted(self.time, [begin, end])))

    def before(self, cut: int) -> "Log":
        """Keep what is known at the cut."""
        return self.between(np.iinfo(np.int64).min, cut)

    def pairs(self) -> Pairs:
        """List who touched what."""
        width = max(len(self.item_ids), 1)
        key = np.unique(self.user.astype(np.int64) * width + self.item)
        return Pairs(key // width, key % width)

    def bought(self, begin: int, end: int) -> Pairs:
        """List who bought what in [begin, end)."""
        window = self.between(begin, end)
        return window.of_actions([ORDER]).pairs()

    def of_actions(self, actions: list[int]) -> "Log":
        """Keep the events of some kinds."""
        return self.kept(np.isin(self.action, actions))

    def age(self, cut: int) -> Array:
        """Age of each event at a moment, in the log's unit of time."""
        return (cut - self.time) / (US_PER_DAY * self.pace_days)

    @cached_property
    def users(self) -> Array:
        """Positions of the users with an event, ascending."""
        return np.unique(self.user)

    @cached_property
    def kinds(self) -> list[int]:
        """Action codes that occur."""
        return [int(code) for code in np.unique(self.action)]

    @property
    def begin(self) -> int:
        """Time of the first event."""
        return int(self.time[0])


def make_log(
    name: str,
    users: Array,
    items: Array,
    actions: Array,
    times: Array,
    digest: str = "",
) -> Log:
    """Number the ids in text order and sort by time, ties as they came."""
    order = np.argsort(times, kind="stable")
    user_ids, user = np.unique(users[order].astype(str), return_inverse=True)
    item_ids, item = np.unique(items[order].astype(str), return_inverse=True)
    return Log(
        name,
        user.astype(np.int32),
        item.astype(np.int32),
        actions[order].astype(np.int8),
        times[order].astype(np.int64),
        user_ids,
        item_ids,
        digest,
    )


def read_log(folder: Path) -> Log:
    """Read a folder in the format of the case, one row a product."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder / ACTIONS_FILE
    table = pq.read_table(
        path, columns=["user_id", "action", "date", "products"]
    ).combine_chunks()
    products = table["products"].combine_chunks()
    row = pc.list_parent_indices(products)
    table = table.take(row)
    item = pc.list_flatten(products).cast(pa.string()).to_numpy(False)
    user = table["user_id"].cast(pa.string()).to_numpy()
    time = table["date"].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    action = table["action"].to_numpy()
    good = ~(np.isin(item, JUNK) | np.isin(user, JUNK))
    return make_log(
        folder.name,
        user[good],
        item[good],
        action[good],
        time[good],
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )
