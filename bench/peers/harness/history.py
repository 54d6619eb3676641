"""Own history: what a user touched, each kind fading at its own pace."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .lists import Scores, top_k
from .logs import ADD, LIKE, ORDER, VIEW, Array, Log

HALF_LIVES = (0.04, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)  # paces
FACTORS = (0.0, 0.25, 0.5, 2.0, 4.0, -0.5)
START = {VIEW: 0.3, LIKE: 0.5, ADD: 1.0, ORDER: 0.3}


@dataclass(frozen=True)
class Rule:
    """Weight and half-life (a position in HALF_LIVES) of each kind."""

    kinds: tuple[int, ...]
    weight: tuple[float, ...]
    half_life: tuple[int, ...]

    def describe(self) -> dict[str, list[float]]:
        """Name each action code's weight and half-life in paces of the log."""
        both = zip(self.kinds, self.weight, self.half_life, strict=True)
        return {str(k): [w, HALF_LIVES[h]] for k, w, h in both}


def first_rule(log: Log) -> Rule:
    """Guess before anything is learned."""
    kinds = tuple(log.kinds)
    return Rule(
        kinds,
        tuple(START.get(kind, 0.0) for kind in kinds),
        (5,) * len(kinds),
    )


@dataclass(frozen=True)
class Faded:
    """The pairs a log holds before a cut, with the faded counts of each."""

    users: Array  # all known users, ascending
    user: Array
    item: Array
    sums: Array  # [pairs, kinds, half-lives]


def fade(log: Log, cut: int, kinds: tuple[int, ...]) -> Faded:
    """Sum 0.5 ^ (age / half-life) by pair and kind."""
    past = log.before(cut)
    width = len(log.item_ids)
    key = past.user.astype(np.int64) * width + past.item
    pair, at = np.unique(key, return_inverse=True)
    age = past.age(cut)
    sums = np.zeros((len(pair), len(kinds), len(HALF_LIVES)), np.float32)
    for k, kind in enumerate(kinds):
        of_kind = past.action == kind
        for h, half_life in enumerate(HALF_LIVES):
            worth = 0.5 ** (age[of_kind] / half_life)
            sums[:, k, h] = np.bincount(at[of_kind], worth, len(pair))
    return Faded(past.users, pair // width, pair % width, sums)


def score_pairs(faded: Faded, rule: Rule) -> Array:
    """Score each pair by the rule."""
    score = np.zeros(len(faded.user))
    for k, (weight, h) in enumerate(
        zip(rule.weight, rule.half_life, strict=True)
    ):
        score += weight * faded.sums[:, k, h]
    return score


def rank(faded: Faded, rule: Rule, k: int) -> Scores:
    """List the touched products with a positive score, best first."""
    score = score_pairs(faded, rule)
    keep = score > 0
    return top_k(
        faded.users, faded.user[keep], faded.item[keep], score[keep], k
    )


def learn_rule(
    start: Rule, worth: Callable[[Rule], float], passes: int = 2
) -> tuple[Rule, int]:
    """Search weights and half-lives one by one; tell how many were tried."""
    best, value, tried = start, worth(start), 1
    for _ in range(passes):
        for k in range(len(start.kinds)):
            for other in neighbours(best, k):
                found = worth(other)
                tried += 1
                if found > value * 1.001:
                    best, value = other, found
    return best, tried


def neighbours(rule: Rule, k: int) -> list[Rule]:
    """Vary one kind's half-life or weight."""
    rules = []
    for h in range(len(HALF_LIVES)):
        if h != rule.half_life[k]:
            half_life = rule.half_life[:k] + (h,) + rule.half_life[k + 1 :]
            rules.append(replace(rule, half_life=half_life))
    now = rule.weight[k] or 1.0
    for factor in FACTORS:
        weight = rule.weight[:k] + (now * factor,) + rule.weight[k + 1 :]
        rules.append(replace(rule, weight=weight))
    return rules
