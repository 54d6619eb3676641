"""Each customer's next basket held out, as published tables do it.

The protocol of "A Next Basket Recommendation Reality Check" (Li, Jullien,
Ariannezhad, de Rijke, TOIS 2023): a basket is a customer's day, customers
have 3 to 50 of them, the last is the target, and products that few training
baskets hold are left out everywhere. Beside it the same with one moment for
all, where nothing that is learned from is later than a target.
"""

from dataclasses import dataclass

import numpy as np

from .logs import ORDER, US_PER_DAY, Array, Log, Pairs

FEWEST, MOST = 3, 50  # baskets of a customer


@dataclass(frozen=True)
class Split:
    """What is learned from, and one target basket of each customer."""

    name: str
    train: Log
    users: Array  # who has a target, ascending
    day: Array  # of each one's target, since 1970
    target: Pairs

    @property
    def end(self) -> int:
        """First microsecond after all that is learned from."""
        return int(self.train.time[-1]) + 1


@dataclass(frozen=True)
class Days:
    """The order events of a log, and each one's basket."""

    orders: Log
    day: Array  # of each event
    place: Array  # its basket among the customer's, 0 the oldest
    count: Array  # baskets of its customer


def by_day(log: Log) -> Days:
    """Number the days on which each customer bought."""
    orders = log.of_actions([ORDER])
    day = orders.time // US_PER_DAY
    first, last = int(day.min()), int(day.max())
    key = orders.user * np.int64(last - first + 1) + (day - first)
    basket, at = np.unique(key, return_inverse=True)
    user = basket // (last - first + 1)
    begin = np.searchsorted(user, user)
    place = np.arange(len(user)) - begin
    count = np.searchsorted(user, user, side="right") - begin
    return Days(orders, day, place[at], count[at])


def last_basket(log: Log, rarest: int, back: int = 1) -> Split:
    """Hold out each customer's last basket; 2: the one before it.

    With `back` 2, what is learned from ends before that basket too: the
    split to tune on.
    """
    days = by_day(log)
    good = (days.count >= FEWEST + back - 1) & (days.count <= MOST)
    target = good & (days.place == days.count - back)
    train = good & (days.place < days.count - back)
    return finished("last basket", days, train, target, rarest)


def one_moment(log: Log, cut_us: int, rarest: int) -> Split:
    """Hold out each customer's first basket from a midnight on."""
    days = by_day(log)
    early, user = days.orders.time < cut_us, days.orders.user
    known = np.zeros(len(log.user_ids), np.int64)  # earlier baskets
    np.maximum.at(known, user[early], days.place[early] + 1)
    good = (known[user] >= FEWEST - 1) & (known[user] <= MOST)
    target = good & ~early & (days.place == known[user])
    return finished("one moment", days, good & early, target, rarest)


def finished(
    name: str, days: Days, train: Array, target: Array, rarest: int
) -> Split:
    """Leave out rare products, then who has no basket left to learn from."""
    orders = days.orders
    n_items = len(orders.item_ids)
    basket = (orders.user * np.int64(MOST + 1) + days.place) * n_items
    held = np.unique((basket + orders.item)[train]) % n_items
    often = np.bincount(held, minlength=n_items) >= rarest
    train, target = train & often[orders.item], target & often[orders.item]
    both = np.intersect1d(orders.user[train], orders.user[target])
    target &= np.isin(orders.user, both)
    users, first = np.unique(orders.user[target], return_index=True)
    return Split(
        name,
        orders.kept(train),
        users,
        days.day[target][first],
        orders.kept(target).pairs(),
    )


METRICS = ("recall", "ndcg", "phr", "repeat", "explore")


def judge(split: Split, items: Array, k: int) -> dict[str, Array]:
    """Judge the first k products of each customer's list.

    `items` has a row a customer of `split.users`. Each metric is a number a
    customer, NaN where it is not defined: `repeat` and `explore` are the
    recall of what was, and was not, in the training baskets.
    """
    items = items[:, :k]
    width = len(split.train.item_ids)
    row = np.searchsorted(split.users, split.target.user)
    wanted = row * np.int64(width) + split.target.item
    offered = np.arange(len(items))[:, None] * np.int64(width) + items
    hit = np.isin(offered, wanted) & (items >= 0)
    gain = 1 / np.log2(np.arange(2, k + 2))
    size = np.bincount(row, minlength=len(items))
    known = split.train.pairs()
    is_old = np.isin(
        split.target.user * np.int64(width) + split.target.item,
        known.user * np.int64(width) + known.item,
    )
    found = np.isin(wanted, offered[hit])

    def recall(of: Array) -> Array:
        total = np.bincount(row[of], minlength=len(items))
        caught = np.bincount(row[of & found], minlength=len(items))
        with np.errstate(invalid="ignore"):
            return caught / total

    return {
        "recall": recall(np.ones(len(row), bool)),
        "ndcg": (hit @ gain[: items.shape[1]])
        / np.cumsum(gain)[np.minimum(size, k) - 1],
        "phr": hit.any(axis=1).astype(float),
        "repeat": recall(is_old),
        "explore": recall(~is_old),
    }
