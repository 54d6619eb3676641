"""VMIS-kNN (Kersbergen, Sprangers, Schelter, SIGMOD 2022) in NumPy."""

from dataclasses import dataclass

import numpy as np

from ..lists import NONE, Scores
from ..logs import ADD, ORDER, Array, Log
from ..matrix import DEPTH
from .base import Params, Space

US_PER_HOUR = 3_600_000_000


@dataclass(frozen=True)
class Sessions:
    """Past visits, newest last, and where each product occurs."""

    begin: Array  # of each session in `item`; one more entry at the end
    item: Array  # distinct products of each session
    worth: Array  # how much each votes with
    post_begin: Array  # of each product in `post`
    post: Array  # sessions that hold the product, newest first


def make_sessions(past: Log, gap_hours: float, order_worth: float) -> Sessions:
    """Cut each user's events where they rest for longer than the gap."""
    order = np.lexsort((past.time, past.user))
    user, item, time = past.user[order], past.item[order], past.time[order]
    action = past.action[order]
    starts = np.ones(len(user), bool)
    starts[1:] = (user[1:] != user[:-1]) | (
        np.diff(time) > gap_hours * US_PER_HOUR
    )
    session = np.cumsum(starts) - 1
    ends = np.append(np.flatnonzero(starts)[1:], len(user)) - 1
    newest = np.argsort(np.argsort(time[ends], kind="stable"))
    session = newest[session]
    kind = np.where(action == ORDER, order_worth, 0.0)
    kind = np.maximum(kind, np.where(action == ADD, 1.0, 0.5))
    width = len(past.item_ids)
    pair, at = np.unique(
        session.astype(np.int64) * width + item, return_inverse=True
    )
    worth = np.zeros(len(pair))
    np.maximum.at(worth, at, kind)
    session, item = pair // width, pair % width
    n_sessions = int(session.max(initial=-1)) + 1
    by_item = np.lexsort((-session, item))
    return Sessions(
        np.searchsorted(session, np.arange(n_sessions + 1)),
        item,
        worth,
        np.searchsorted(item[by_item], np.arange(width + 1)),
        session[by_item],
    )


def last_products(past: Log, n: int) -> dict[int, Array]:
    """List the last distinct products of each user, newest first."""
    order = np.lexsort((-past.time, past.user))
    user, item = past.user[order], past.item[order]
    key = user.astype(np.int64) * len(past.item_ids) + item
    _, first = np.unique(key, return_index=True)
    first.sort()
    user, item = user[first], item[first]
    begins = np.searchsorted(user, past.users)
    ends = np.searchsorted(user, past.users, side="right")
    return {
        int(one): item[begin : min(end, begin + n)]
        for one, begin, end in zip(past.users, begins, ends, strict=True)
    }


def vote(
    sessions: Sessions, recent: Array, params: Params, idf: Array
) -> tuple[Array, Array]:
    """Score products by the sessions most like the recent products."""
    posts = [
        sessions.post[sessions.post_begin[one] : sessions.post_begin[one + 1]][
            : params["newest"]
        ]
        for one in recent
    ]
    place = np.repeat(np.arange(len(recent)), [len(p) for p in posts])
    decay = 1.0 - place / len(recent)
    near, at = np.unique(np.concatenate(posts), return_inverse=True)
    likeness = np.bincount(at, decay * idf[recent[place]], len(near))
    first = np.full(len(near), len(recent))
    np.minimum.at(first, at, place)
    if len(near) > params["k"]:
        keep = np.argsort(-likeness, kind="stable")[: params["k"]]
        near, likeness, first = near[keep], likeness[keep], first[keep]
    # a session whose newest match lies further back votes less
    strength = likeness * np.maximum(1.0 - 0.1 * first, 0.05)
    size = sessions.begin[near + 1] - sessions.begin[near]
    at = np.repeat(np.arange(len(near)), size)
    offset = np.arange(len(at)) - np.repeat(np.cumsum(size) - size, size)
    where = sessions.begin[near][at] + offset
    item, index = np.unique(sessions.item[where], return_inverse=True)
    votes = strength[at] * sessions.worth[where]
    return item, np.bincount(index, votes, len(item)) * idf[item]


class SessionNeighbours:
    """Votes of the most similar recent visits of anybody."""

    name = "session_knn"
    title = "session kNN (VMIS-kNN)"
    trials = 12
    plain: Params = {
        "newest": 500,
        "k": 100,
        "recent": 10,
        "gap_hours": 1.0,
        "order_worth": 1.0,
        "idf": 1.0,
    }
    space: Space = {
        "newest": [100, 500, 2000],
        "k": [50, 100, 500],
        "recent": [3, 10, 20],
        "gap_hours": [0.5, 6.0, 24.0, 1000.0],
        "order_worth": [0.5, 1.0, 3.0],
        "idf": [0.0, 0.5, 1.0],
    }

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Take each user's last products as the session to go on."""
        past = log.before(cut)
        sessions = make_sessions(
            past, params["gap_hours"], params["order_worth"]
        )
        n_sessions = len(sessions.begin) - 1
        held = np.maximum(np.diff(sessions.post_begin), 1)
        idf = np.log(1 + n_sessions / held) ** params["idf"]
        recent = last_products(past, params["recent"])
        shape = (len(past.users), DEPTH)
        items = np.full(shape, NONE, np.int32)
        values = np.zeros(shape)
        for row, user in enumerate(past.users):
            item, value = vote(sessions, recent[int(user)], params, idf)
            best = np.argsort(-value, kind="stable")[:DEPTH]
            items[row, : len(best)] = item[best]
            values[row, : len(best)] = value[best]
        return Scores(past.users, items, values)
