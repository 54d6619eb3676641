"""Scores of boosted trees, against LightGBM's own prediction."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from race.arrays import read_array
from race.contest import DisagreementError, Part
from race.workshop import Workshop

USERS, CANDIDATES = 30_000, 120


def prepare(workshop: Workshop) -> Path:
    """A model of the default size and rows of the default columns."""
    folder = workshop.folder / "trees"
    if not (folder / "model.txt").exists():
        folder.mkdir(parents=True, exist_ok=True)
        workshop.call(
            *(workshop.bench, "features", "--input", workshop.shop),
            *("--kind", "trees", "--users", str(USERS)),
            *("--candidates", str(CANDIDATES), "--answer", folder),
            *("--threads", str(workshop.threads)),
            *("--result", folder / "result.json"),
        )
    return folder


def agree(answers: Mapping[str, Path]) -> str:
    """The same doubles, bit for bit."""
    ours, peer = (
        read_array(answers[name] / "scores.f64")
        for name in ("vitrina", "lightgbm")
    )
    if ours.tobytes() != peer.tobytes():
        n = int((ours != peer).sum()) if len(ours) == len(peer) else -1
        raise DisagreementError(
            f"scores: {n} of {len(peer)} differ from LightGBM's; expected "
            f"equal bits"
        )
    if len(np.unique(ours)) < 2:
        raise DisagreementError("scores: all are equal; the model is empty")
    return f"{len(ours):,} scores with equal bits"


def part(workshop: Workshop) -> Part:
    words = ("--input", prepare(workshop))
    return Part(
        name="trees",
        title="scores of 100 trees of 12 leaves",
        bar="3 times faster with equal bits",
        contestants=[
            workshop.ours("trees", *words, name="vitrina"),
            workshop.peer("trees", *words, name="lightgbm"),
        ],
        agree=agree,
    )
