"""What a peer is."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..lists import Scores
from ..logs import Log

Params = Mapping[str, Any]
Space = Mapping[str, Sequence[Any]]
SEED = 42
THREADS = 2


class Peer(Protocol):
    """A recommender that scores products for the users of a log."""

    @property
    def name(self) -> str:
        """Short name, also of its folder in the cache."""

    @property
    def title(self) -> str:
        """What the table calls it."""

    @property
    def trials(self) -> int:
        """Sets of parameters tried at the earlier cuts."""

    @property
    def plain(self) -> Params:
        """The set that is tried first."""

    @property
    def space(self) -> Space:
        """Values that the other sets are drawn from."""

    def fit(self, log: Log, cut: int, params: Params) -> Scores:
        """Score products for the known users from events before the cut."""
