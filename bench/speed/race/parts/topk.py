"""The best of all products for many users, against implicit."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from race.arrays import read_array, write_array
from race.contest import DisagreementError, Part
from race.parts import ials
from race.workshop import Workshop

USERS = 20_000
FACTORS = 64
K = 25
ONE = {"OPENBLAS_NUM_THREADS": "1"}
# scores are sums of floats in another order
TOLERANCE = 1e-4


def prepare(workshop: Workshop) -> Path:
    """Factors that Vitrina's own iALS finds: users evenly over all."""
    folder = workshop.folder / "topk"
    if (folder / "items.f32").exists():
        return folder
    matrix = ials.prepare(workshop)
    ials.prepare_start(matrix, FACTORS)
    fitted = folder / "fitted"
    fitted.mkdir(parents=True, exist_ok=True)
    workshop.call(
        *(workshop.bench, "ials", "--input", matrix, "--answer", fitted),
        *("--factors", str(FACTORS), "--iterations", str(ials.ITERATIONS)),
        *("--result", folder / "fitted.json"),
    )
    users = read_array(fitted / "users.f32").reshape(-1, FACTORS)
    count = min(USERS, len(users))
    chosen = np.arange(count) * len(users) // count
    write_array(folder / "users.f32", users[chosen])
    write_array(folder / "items.f32", read_array(fitted / "items.f32"))
    return folder


def agree(answers: Mapping[str, Path]) -> str:
    """Equal scores place by place; equal products but where scores tie."""
    ours, peer = answers["vitrina"], answers["implicit"]
    scores = [
        read_array(answer / "scores.f32").reshape(-1, K)
        for answer in (ours, peer)
    ]
    items = [
        read_array(answer / "items.u32").reshape(-1, K)
        for answer in (ours, peer)
    ]
    if scores[0].shape != scores[1].shape:
        raise DisagreementError(
            f"lists: found {scores[0].shape}, expected {scores[1].shape}"
        )
    best = np.abs(scores[1]).max(axis=1, keepdims=True)
    gap = float((np.abs(scores[0] - scores[1]) / (best + 1e-12)).max())
    if not gap <= TOLERANCE:
        raise DisagreementError(
            f"scores: found a difference of {gap:.1e} of the user's best, "
            f"expected at most {TOLERANCE:.0e}"
        )
    missing = 0
    for mine, theirs in zip(*items, strict=True):
        missing += len(np.setdiff1d(theirs, mine, assume_unique=True))
    # a product of one side alone has the score of the other's last one,
    # which equal scores at every place have just shown
    if missing > items[0].size * TOLERANCE:
        raise DisagreementError(
            f"lists: {missing} products are on one side only; expected "
            f"ties alone, {TOLERANCE:.0e} of all at most"
        )
    return (
        f"{len(items[0]):,} lists of {K}, {missing} products tied for a "
        f"last place, scores within {gap:.0e} of the best"
    )


def part(workshop: Workshop) -> Part:
    folder = prepare(workshop)
    words = ("--input", folder, "--factors", str(FACTORS))
    k = ("--k", str(K))
    return Part(
        name="topk",
        title=f"top {K} of all products for {USERS:,} users",
        bar="5 times faster than implicit, at least 0.6 of the product alone",
        contestants=[
            workshop.ours("topk", *words, *k, name="vitrina"),
            # both have threads of their own
            workshop.peer("topk", *words, *k, name="implicit", **ONE),
            workshop.peer("gemm", *words, name="product alone (BLAS)", **ONE),
        ],
        agree=agree,
    )
