"""Which customers are sent, and what of a peer and of their own history.

A peer scores products; most have no notion of who will buy. All get the
same ways of ranking customers, and keep the one that did best at the
earlier cuts:

own       the sum of the 25 best own-history scores;
buys      P(buys) by a boosted model of activity, trained before the cut;
expected  the recall that own history is expected to achieve, by the same
          model and features;
self      the sum of the peer's own 25 best scores.
"""

from dataclasses import dataclass

import numpy as np

from .evaluate import Answer, judge
from .history import Rule, fade, rank
from .lists import NONE, Scores, fill, popular
from .logs import KINDS, US_PER_DAY, Array, Log

K = 25
HORIZON_DAYS = 3.0
OWN_DEPTH = 50
WAYS = ("own", "buys", "expected", "self")
SHARES = (0.01, 0.03, 0.1, 0.3, 1.0)
SCALES = ("max", "rank")
TRAIN_PACES = 4  # that the boosted models look back
CHUNK = 1024  # users compared at once


@dataclass(frozen=True)
class Recipe:
    """How an answer is made from a peer's scores."""

    way: str  # of choosing customers
    share: float | None = None  # of the peer beside own history; None: alone
    scale: str = "max"

    def name(self) -> str:
        """Describe in a word or two."""
        if self.share is None:
            return self.way
        return f"{self.way}, own + {self.share:g} x {self.scale}"


@dataclass(frozen=True)
class Ground:
    """What every peer's answer at one cut of one log stands on."""

    users: Array  # known at the cut, ascending
    own: Scores  # own history, OWN_DEPTH deep
    spare: Array  # popular products, to fill short lists
    values: dict[str, Array]  # of customers, by way


def activity(log: Log, cut: int, own: Scores) -> Array:
    """Describe each known user at the cut by how active they are."""
    past = log.before(cut)
    users = past.users
    row = np.searchsorted(users, past.user)
    age = past.age(cut)
    columns: list[Array] = []
    for kind in KINDS:
        of_kind = past.action == kind
        for paces in (0.25, 1.0, 3.0, np.inf):
            recent = of_kind & (age <= paces)
            columns.append(np.bincount(row[recent], minlength=len(users)))
        last = np.full(len(users), 99.0)
        np.minimum.at(last, row[of_kind], age[of_kind])
        columns.append(last)
    first = np.zeros(len(users))
    np.maximum.at(first, row, age)
    columns.append(first)
    active = np.unique(row * 1000 + age.astype(int)) // 1000
    columns.append(np.bincount(active, minlength=len(users)))
    for depth in (1, 5, K):
        columns.append(own.values[:, :depth].sum(axis=1))
    columns.append((own.items >= 0).sum(axis=1))
    return np.stack(columns, axis=1).astype(np.float64)


@dataclass(frozen=True)
class Examples:
    """Users at earlier cuts, and what became of them soon after."""

    features: Array
    buys: Array
    recall: Array  # achieved by own history; 0 for who did not buy


def examples(log: Log, cut: int, rule: Rule) -> Examples:
    """Look at windows that end by the cut, one after another.

    They are no longer than what is asked, nor than the log's pace: in a
    short log a day each.
    """
    past = log.before(cut)
    pace = log.pace_days * US_PER_DAY
    length = int(min(pace, HORIZON_DAYS * US_PER_DAY))
    features, buys, recall = [], [], []
    for number in range(1, round(TRAIN_PACES * pace / length) + 1):
        start = cut - number * length
        if start < past.begin + pace / 2:
            break
        own = rank(fade(past, start, rule.kinds), rule, K)
        features.append(activity(past, start, own))
        bought = past.bought(start, start + length)
        judged = judge(Answer(own.users, own.items), bought)
        achieved = np.zeros(len(own.users))
        bought_any = np.isin(own.users, judged.user)
        at = np.searchsorted(judged.user, own.users[bought_any])
        achieved[bought_any] = judged.recall[at]
        buys.append(bought_any.astype(float))
        recall.append(achieved)
    return Examples(
        np.concatenate(features), np.concatenate(buys), np.concatenate(recall)
    )


def boosted(features: Array, label: Array, at: Array) -> Array:
    """Fit a small calibrated model and answer for other rows."""
    import lightgbm as lgb

    model = lgb.train(
        {
            "objective": "cross_entropy",
            "learning_rate": 0.05,
            "num_leaves": 7,
            "min_data_in_leaf": 50,
            "lambda_l2": 10.0,
            "num_threads": 2,
            "seed": 1,
            "deterministic": True,
            "verbosity": -1,
        },
        lgb.Dataset(features, label),
        num_boost_round=80,
    )
    return np.asarray(model.predict(at))


def make_ground(log: Log, cut: int, rule: Rule) -> Ground:
    """Prepare what all peers share at a cut."""
    own = rank(fade(log, cut, rule.kinds), rule, OWN_DEPTH)
    past = examples(log, cut, rule)
    now = activity(log, cut, own)
    values = {
        "own": own.values[:, :K].sum(axis=1),
        "buys": boosted(past.features, past.buys, now),
        "expected": boosted(past.features, past.recall, now),
    }
    spare = popular(log.before(cut), cut, 2 * K)
    return Ground(own.users, own, spare, values)


def scaled(scores: Scores, scale: str) -> Array:
    """Make scores of users comparable: the best is 1."""
    if scale == "rank":
        place = np.arange(1, scores.items.shape[1] + 1)
        return np.where(scores.items >= 0, 1 / np.sqrt(place), 0.0)
    there = scores.items >= 0
    low = np.where(there, scores.values, np.inf).min(axis=1, keepdims=True)
    low = np.where(np.isfinite(low), np.minimum(low, 0), 0)
    shifted = np.where(there, scores.values - low, 0.0)
    top = shifted.max(axis=1, keepdims=True)
    return np.asarray(shifted / np.where(top > 0, top, 1.0))


@dataclass(frozen=True)
class Blender:
    """Own history and a peer's scores side by side, to add up quickly."""

    own: Scores
    peer: Scores
    twin: Array  # for each own product its place in the peer's list, or NONE

    def blend(self, share: float, scale: str) -> Array:
        """List the K best by own history plus a share of the peer."""
        own = scaled(self.own, "max")
        peer = share * scaled(self.peer, scale)
        found = np.take_along_axis(peer, np.maximum(self.twin, 0), axis=1)
        own = own + np.where(self.twin == NONE, 0.0, found)
        items = np.concatenate([self.own.items, self.peer.items], axis=1)
        values = np.concatenate([own, peer], axis=1)
        row, column = np.nonzero(self.twin != NONE)
        # counted with own history: not once more
        values[row, own.shape[1] + self.twin[row, column]] = -np.inf
        values[items == NONE] = -np.inf
        order = np.argsort(-values, axis=1, kind="stable")[:, :K]
        best = np.take_along_axis(items, order, axis=1)
        value = np.take_along_axis(values, order, axis=1)
        return np.where(np.isfinite(value), best, NONE)


def make_blender(own: Scores, peer: Scores) -> Blender:
    """Find the products that both lists hold."""
    twin = np.full(own.items.shape, NONE)
    for begin in range(0, len(own.items), CHUNK):
        rows = slice(begin, begin + CHUNK)
        same = own.items[rows][:, :, None] == peer.items[rows][:, None, :]
        same &= (own.items[rows] != NONE)[:, :, None]
        twin[rows] = np.where(same.any(axis=2), same.argmax(axis=2), NONE)
    return Blender(own, peer, twin)


def recipes(with_own: bool) -> list[Recipe]:
    """Name all ways that are tried at the earlier cuts."""
    if not with_own:
        return [Recipe(way) for way in WAYS]
    return [
        Recipe(way, share, scale)
        for share in SHARES
        for scale in SCALES
        for way in WAYS
    ]


def make_lists(
    ground: Ground,
    peer: Scores,
    recipe: Recipe,
    blender: Blender | None = None,
) -> Array:
    """List the products of each known user; short lists are filled."""
    if recipe.share is None:
        items = peer.items[:, :K]
    else:
        blender = blender or make_blender(ground.own, peer)
        items = blender.blend(recipe.share, recipe.scale)
    return fill(items, ground.spare)


def order_users(ground: Ground, peer: Scores, way: str) -> Array:
    """Rank customers, best first, as rows; ties go to the lower user."""
    value = ground.values.get(way)
    if value is None:
        value = np.maximum(peer.values[:, :K], 0).sum(axis=1)
    return np.argsort(-value, kind="stable")


def make_answer(ground: Ground, peer: Scores, recipe: Recipe) -> Answer:
    """Answer for a cut."""
    lists = make_lists(ground, peer, recipe)
    order = order_users(ground, peer, recipe.way)
    return Answer(ground.users[order], lists[order])
