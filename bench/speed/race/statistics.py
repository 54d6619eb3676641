"""Medians, spreads and the rounds that other work disturbed."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Summary:
    """What repeated measurements of one thing come to."""

    median: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Half the range as a share of the median."""
        if self.median == 0:
            return 0.0
        return (self.high - self.low) / 2 / self.median


def summarise(values: Sequence[float]) -> Summary:
    """Median, least and greatest; at least one value is needed."""
    if not values:
        raise ValueError("no measurements; expected at least one")
    return Summary(median(values), min(values), max(values))


def ratios(peer: Sequence[float], ours: Sequence[float]) -> list[float]:
    """How many times longer the peer took, round by round."""
    return [a / b for a, b in zip(peer, ours, strict=True)]


def kept(other_loads: Sequence[float], limit: float) -> list[bool]:
    """Which rounds count: those with no more other load than ``limit``.

    When every round was disturbed all are kept: the caller says so.
    """
    calm = [load <= limit for load in other_loads]
    return calm if any(calm) else [True] * len(calm)
