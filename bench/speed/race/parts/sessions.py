"""Session neighbours: predictions against the paper's figure."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from race.arrays import read_array
from race.contest import DisagreementError, Part
from race.peers.sessions_reference import Reference
from race.workshop import Workshop

PREDICTIONS = 10_000
CHECKED = 200
K = 25
# sums of floats here and of doubles there
TOLERANCE = 1e-4


def check_user(
    expected: dict[int, float], found: dict[int, float], user: int
) -> None:
    """The best products of a user by both; ties may change places."""
    best = sorted(expected.values(), reverse=True)[:K]
    if len(found) != len(best):
        raise DisagreementError(
            f"user {user}: found {len(found)} products, expected {len(best)}"
        )
    for item, score in found.items():
        want = expected.get(item, 0.0)
        if abs(score - want) > TOLERANCE * max(want, best[0]):
            raise DisagreementError(
                f"user {user}, product {item}: found {score:.6g}, expected "
                f"{want:.6g}"
            )
    gaps = np.abs(np.array(sorted(found.values(), reverse=True)) - best)
    if len(gaps) and gaps.max() > TOLERANCE * best[0]:
        raise DisagreementError(f"user {user}: a better product is left out")


def agree(workshop: Workshop, answers: Mapping[str, Path]) -> str:
    """Lists of some users against the reference."""
    folder = answers["vitrina"]
    user = read_array(folder / "user.u32")
    item = read_array(folder / "item.u32")
    score = read_array(folder / "score.f32")
    all_users = np.unique(user)
    step = max(1, len(all_users) // CHECKED)
    users = [int(one) for one in all_users[::step]]
    reference = Reference(workshop.events, users)
    for one in users:
        of_user = user == one
        found = dict(
            zip(item[of_user].tolist(), score[of_user].tolist(), strict=True)
        )
        check_user(dict(reference.predict(one)), found, one)
    return f"lists of {len(users)} users equal the reference's"


def part(workshop: Workshop) -> Part:
    return Part(
        name="sessions",
        title="session neighbours (VMIS-kNN): the index",
        bar="p90 of a prediction at most 0.3 ms (paper: 1.7 ms), index 1 s",
        contestants=[
            workshop.ours(
                *("sessions", "--input", workshop.shop, "--k", str(K)),
                *("--users", str(PREDICTIONS)),
                name="vitrina",
            ),
        ],
        agree=lambda answers: agree(workshop, answers),
    )
