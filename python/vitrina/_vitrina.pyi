"""The extension module; the package's own classes are what users call."""

from collections.abc import Sequence
from pathlib import Path

__version__: str
build_id: str

Columns = tuple[list[str], list[list[str]], list[float], list[float]]

class Error(RuntimeError):
    code: str

class RecommendOptions:
    def __init__(
        self,
        *,
        max_users: int | None,
        k: int | None,
        as_of: str,
        only_users: Sequence[str] | None,
        exclude_users: Sequence[str],
        exclude_products: Sequence[str],
        schema: str | Path,
        max_bad_share: float,
        threads: int,
    ) -> None: ...

class Recommender:
    @staticmethod
    def load(bundle: str | Path) -> Recommender: ...
    @property
    def fingerprint(self) -> str: ...
    def recommend_path(
        self, data: str | Path, options: RecommendOptions
    ) -> Columns: ...
    def recommend_stream(
        self, stream: object, options: RecommendOptions
    ) -> Columns: ...
