"""The extension module; the package's own classes are what users call."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__version__: str
build_id: str
SIMILAR_BY: str

Columns = tuple[list[str], list[list[str]], list[float], list[float]]
Warnings = list[str]
Answered = tuple[Columns, dict[str, str], Warnings]

class Error(RuntimeError):
    code: str

class RecommendOptions:
    def __init__(
        self,
        *,
        max_users: int | None,
        k: int | None,
        as_of: str,
        at: str,
        only_users: Sequence[str] | None,
        exclude_users: Sequence[str],
        exclude_products: Sequence[str],
        only_listed: bool,
        schema: str | Path,
        max_bad_share: float,
        threads: int,
        allow_future: bool,
        force_bundle: bool,
    ) -> None: ...

class Recommender:
    @staticmethod
    def load(bundle: str | Path) -> Recommender: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def learned_from(self) -> str: ...
    @property
    def learned_until(self) -> str: ...
    @property
    def products(self) -> list[str]: ...
    def similar(
        self, product: str, k: int, by: str
    ) -> tuple[list[str], list[float]]: ...
    def recommend_path(
        self, data: str | Path, options: RecommendOptions
    ) -> Answered: ...
    def recommend_stream(
        self, stream: object, options: RecommendOptions
    ) -> Answered: ...

class LiveEvent:
    def __init__(
        self,
        *,
        user_id: str,
        visit_id: str,
        action: str,
        products: Sequence[str],
        page: int,
        device: str,
        time: str,
    ) -> None: ...

class LiveQuery:
    def __init__(
        self,
        *,
        user_id: str,
        visit_id: str,
        k: int | None,
        exclude: Sequence[str],
        only: Sequence[str] | None,
        exclude_touched: bool,
        exclude_seen: bool,
        exclude_in_basket: bool,
        exclude_bought: bool,
        categories: Sequence[str],
        min_price: float | None,
        max_price: float | None,
        only_listed: bool,
        also_unavailable: bool,
        beside: str,
        by: Sequence[str],
        max_touched: int | None,
        at: str,
        explain: bool,
    ) -> None: ...

class ProductFacts:
    def __init__(
        self,
        *,
        product_id: str,
        price: float | None,
        available: bool | None,
        category: str | None,
        title: str | None,
        url: str | None,
        picture: str | None,
    ) -> None: ...

class Live:
    @property
    def fingerprint(self) -> str: ...
    @property
    def learned_until(self) -> str: ...
    @property
    def n_events(self) -> int: ...
    @property
    def n_customers(self) -> int: ...
    def add(self, events: Sequence[LiveEvent]) -> int: ...
    def add_path(
        self, data: str | Path, before: str
    ) -> tuple[int, Warnings]: ...
    def add_stream(
        self, stream: object, before: str
    ) -> tuple[int, Warnings]: ...
    def recommend(
        self, query: LiveQuery
    ) -> tuple[
        tuple[list[str], list[float], list[str]],
        list[dict[str, Any]],
        dict[str, str],
    ]: ...
    def put(self, products: Sequence[ProductFacts]) -> None: ...
    def product(self, product_id: str) -> dict[str, Any] | None: ...
    def similar(
        self, product: str, k: int, by: str
    ) -> tuple[list[str], list[float]]: ...
    def forget(self, user_id: str) -> int: ...
    def forget_visit(self, visit_id: str) -> int: ...
    def link(self, visit_id: str, user_id: str) -> bool: ...
    def swap(self, bundle: str | Path, catalog: str | Path) -> Warnings: ...

def open_live(
    bundle: str | Path,
    *,
    catalog: str | Path,
    time_zone: str,
    schema: str | Path,
    threads: int,
    allow_future: bool,
) -> tuple[Live, Warnings]: ...

class FitOptions:
    def __init__(
        self,
        *,
        params: Mapping[str, str],
        as_of: str,
        horizon_days: float | None,
        schema: str | Path,
        workspace: str | Path,
        bundle: str | Path,
        seed: int,
        threads: int,
    ) -> None: ...

def fit_path(
    data: str | Path, options: FitOptions
) -> tuple[Recommender, Warnings]: ...
def fit_streams(
    events: object, catalog: object | None, options: FitOptions
) -> tuple[Recommender, Warnings]: ...

class ScoreOptions:
    def __init__(
        self,
        *,
        start: str,
        end: str,
        k: int,
        draws: int,
        seed: int,
        schema: str | Path,
        max_bad_share: float,
        threads: int,
        allow_overlap: bool,
    ) -> None: ...

class Reading:
    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...

class Scores:
    @property
    def a(self) -> Reading: ...
    @property
    def b(self) -> Reading: ...
    @property
    def c(self) -> Reading: ...
    @property
    def precision(self) -> Reading: ...
    @property
    def buyers(self) -> int: ...
    @property
    def sent(self) -> int: ...
    @property
    def buyers_sent(self) -> int: ...
    @property
    def buyers_hit(self) -> int: ...
    @property
    def bought(self) -> int: ...
    @property
    def hits(self) -> int: ...
    @property
    def recall_by_k(self) -> list[float]: ...
    @property
    def as_of(self) -> str: ...

def score(
    answer: object, truth: object, options: ScoreOptions
) -> tuple[Scores, Warnings]: ...
