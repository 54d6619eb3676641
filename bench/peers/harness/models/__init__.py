"""The peers, one small class each, and their register."""

from . import (
    base,
    factors,
    linear,
    neighbours,
    next_basket,
    sequence,
    sessions,
    two_stage,
)


def all_peers() -> list[base.Peer]:
    """Name every peer that is fitted here, fast ones first."""
    return [
        next_basket.TopFrequency(),
        next_basket.TifuKnn(),
        next_basket.UpCf(),
        neighbours.ItemNeighbours(),
        factors.Als(),
        factors.Bpr(),
        linear.Ease(),
        sessions.SessionNeighbours(),
        two_stage.TwoStage(),
        sequence.SasRec(),
    ]
