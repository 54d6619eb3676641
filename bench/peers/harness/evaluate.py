"""Readings A, B and C of answers, pooled over cuts, and paired intervals.

Checked against `vitrina score`, which was written apart from this.
"""

from dataclasses import dataclass

import numpy as np

from .logs import Array, Pairs

READINGS = ("a", "b", "c", "precision")


@dataclass(frozen=True)
class Answer:
    """Who is sent what: users best first, products best first."""

    users: Array  # [n]
    items: Array  # [n, k], -1 where a list is short

    def first(self, n: int) -> "Answer":
        """Keep the n best customers."""
        return Answer(self.users[:n], self.items[:n])


@dataclass(frozen=True)
class Judged:
    """What became of each buyer of one window, and how many were sent."""

    user: Array  # buyers, ascending
    recall: Array  # 0 for those not sent
    sent: Array  # 1 for those sent
    n_sent: int
    sent_user: Array  # all the sent, ascending


def judge(answer: Answer, bought: Pairs) -> Judged:
    """Hold an answer against the purchases of the window after its cut."""
    buyers, n_bought = np.unique(bought.user, return_counts=True)
    width = int(max(bought.item.max(initial=0), answer.items.max(initial=0)))
    width += 1
    wanted = bought.user.astype(np.int64) * width + bought.item
    there = answer.items >= 0
    user = np.broadcast_to(answer.users[:, None], answer.items.shape)[there]
    offered = np.unique(user.astype(np.int64) * width + answer.items[there])
    hit = bought.user[np.isin(wanted, offered)]
    n_hits = np.bincount(np.searchsorted(buyers, hit), minlength=len(buyers))
    return Judged(
        buyers,
        n_hits / n_bought,
        np.isin(buyers, answer.users).astype(np.float64),
        len(answer.users),
        np.sort(answer.users),
    )


def sums_by_user(windows: list[Judged], users: Array) -> Array:
    """Sum what the readings need over each user's windows.

    One row a user; columns: recall, buyer, buyer sent, buyer hit, sent.
    """
    total = np.zeros((len(users), 5))
    for one in windows:
        at = np.searchsorted(users, one.user)
        total[at, 0] += one.recall
        total[at, 1] += 1
        total[at, 2] += one.sent
        total[at, 3] += one.recall > 0
        at = np.searchsorted(users, one.sent_user)
        total[at, 4] += 1
    return total


def ratios(total: Array) -> Array:
    """Readings A, B, C and precision of sums in the last axis."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack(
            [
                total[..., 0] / total[..., 1],
                total[..., 0] / total[..., 2],
                total[..., 0] / total[..., 3],
                total[..., 2] / total[..., 4],
            ],
            axis=-1,
        )


def everybody(answers: list[list[Judged]]) -> Array:
    """Users who bought or were sent in any window of any answer."""
    parts = [part.user for one in answers for part in one]
    parts += [part.sent_user for one in answers for part in one]
    return np.unique(np.concatenate(parts))


def readings(windows: list[Judged]) -> dict[str, float]:
    """Pool the windows: the mean over buyer and window."""
    users = everybody([windows])
    values = ratios(sums_by_user(windows, users).sum(axis=0))
    return dict(zip(READINGS, map(float, values), strict=True))


def bootstrap(
    answers: list[list[Judged]], draws: int = 2000, seed: int = 42
) -> Array:
    """Draw buyers with all their windows; the same draws for all answers.

    Returns the readings, [answers, draws, 3]: A, B and C. The judged
    windows of all answers are of the same purchases.
    """
    buyers = np.unique(np.concatenate([part.user for part in answers[0]]))
    total = []
    for one in answers:
        everyone = everybody([one])
        rows = np.searchsorted(everyone, buyers)
        total.append(sums_by_user(one, everyone)[rows])
    sums = np.stack(total, axis=1)  # [buyers, answers, 5]
    rng = np.random.default_rng(seed)
    n = len(buyers)
    wide = sums.reshape(n, -1)
    found = np.empty((draws, len(answers), 5))
    for draw in range(draws):
        times = np.bincount(rng.integers(0, n, n), minlength=n)
        found[draw] = (times @ wide).reshape(len(answers), 5)
    return np.moveaxis(ratios(found)[..., :3], 0, 1)


def interval(values: Array) -> tuple[float, float]:
    """Give the ends that hold 95% of the values that exist."""
    known = values[np.isfinite(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)
