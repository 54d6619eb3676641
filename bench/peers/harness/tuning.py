"""Random search over a peer's parameters, at the earlier cuts alone."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .choice import (
    Ground,
    Recipe,
    make_blender,
    make_lists,
    order_users,
    recipes,
)
from .evaluate import Answer, judge
from .lists import Scores
from .logs import KINDS, ORDER, VIEW, Array, Pairs
from .models.base import Params, Peer, Space


@dataclass(frozen=True)
class Stand:
    """One cut: what is known there, what is bought later, how many go."""

    cut: str
    at: int
    ground: Ground
    bought: Pairs
    sizes: dict[str, int]  # customers sent, by name of the size


@dataclass(frozen=True)
class Trial:
    """Parameters, the best recipe for their scores, and its worth."""

    params: Mapping[str, Any]
    recipe: Recipe
    worth: float
    recall: Mapping[str, float]  # reading A by size


def told_apart(space: Space, kinds: Sequence[int]) -> Space:
    """Leave out the weights that say nothing in a log of these kinds."""
    idle = set()
    if VIEW not in kinds:
        idle.add("view")
    if set(kinds) <= {VIEW} or set(kinds) <= {ORDER}:
        idle.add("order")
    return {name: space[name] for name in space if name not in idle}


def draw_params(
    peer: Peer, trials: int, kinds: Sequence[int] = KINDS
) -> list[Params]:
    """Draw distinct sets for a log of some kinds; the plain one is first."""
    space = told_apart(peer.space, kinds)
    rng = np.random.default_rng(zlib.crc32(peer.name.encode()))
    sets: list[Params] = [dict(peer.plain)]
    for _ in range(1000):
        if len(sets) >= min(trials, peer.trials):
            break
        one = dict(peer.plain) | {
            name: values[int(rng.integers(len(values)))]
            for name, values in space.items()
        }
        if one not in sets:
            sets.append(one)
    return sets


def worth(recall: Mapping[str, float]) -> float:
    """Geometric mean of reading A over the sizes: neither is ignored."""
    logs = [np.log(max(value, 0.0) + 1e-4) for value in recall.values()]
    return float(np.exp(np.mean(logs)))


def recall_by_size(
    stands: list[Stand], gains: list[Array], orders: list[Array]
) -> dict[str, float]:
    """Reading A, pooled over the cuts, for each number of customers.

    `gains` is the recall of each known user's list, 0 for who does not
    buy; `orders` ranks the users.
    """
    buyers = sum(len(np.unique(stand.bought.user)) for stand in stands)
    found = {}
    for size in stands[0].sizes:
        total = 0.0
        for stand, gain, order in zip(stands, gains, orders, strict=True):
            total += float(gain[order[: stand.sizes[size]]].sum())
        found[size] = total / buyers
    return found


def gain_by_user(stand: Stand, lists: Array) -> Array:
    """Recall of each known user if everybody were sent their list."""
    users = stand.ground.users
    judged = judge(Answer(users, lists), stand.bought)
    gain = np.zeros(len(users))
    known = np.isin(judged.user, users)
    gain[np.searchsorted(users, judged.user[known])] = judged.recall[known]
    return gain


def best_recipe(
    stands: list[Stand], scores: list[Scores], with_own: bool
) -> tuple[Recipe, dict[str, float]]:
    """Try all recipes on the same scores."""
    best: tuple[float, Recipe, dict[str, float]] | None = None
    both = list(zip(stands, scores, strict=True))
    blenders = [make_blender(s.ground.own, peer) for s, peer in both]
    gains: dict[Any, list[Array]] = {}
    for recipe in recipes(with_own):
        key = (recipe.share, recipe.scale)
        if key not in gains:
            gains[key] = [
                gain_by_user(s, make_lists(s.ground, peer, recipe, blender))
                for (s, peer), blender in zip(both, blenders, strict=True)
            ]
        orders = [order_users(s.ground, peer, recipe.way) for s, peer in both]
        recall = recall_by_size(stands, gains[key], orders)
        value = worth(recall)
        if best is None or value > best[0]:
            best = value, recipe, recall
    assert best is not None
    return best[1], best[2]


def judge_params(
    stands: list[Stand],
    scores: list[Scores],
    params: Params,
    with_own: bool,
) -> Trial:
    """Say what a set of parameters is worth at the earlier cuts."""
    recipe, recall = best_recipe(stands, scores, with_own)
    return Trial(params, recipe, worth(recall), recall)
