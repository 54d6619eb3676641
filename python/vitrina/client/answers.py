"""What goes over the wire, by the names that /openapi.json gives it.

A test compares the fields with those of a running server.
"""

from collections.abc import Sequence
from typing import Literal, NotRequired, TypeAlias, TypedDict

Id: TypeAlias = str | int


class Event(TypedDict):
    """What somebody did; `user_id`, or `visit_id` of who has not signed in."""

    event_id: NotRequired[Id]
    user_id: NotRequired[Id]
    visit_id: NotRequired[Id]
    action: Id
    products: NotRequired[Sequence[Id]]
    page: NotRequired[int]
    device: NotRequired[Id]
    time: NotRequired[str]
    recommendation_id: NotRequired[Id]


class Stored(TypedDict):
    """Of an event: stored now, or before under the same `event_id`."""

    statuses: list[Literal["stored", "repeated"]]


class Exclude(TypedDict, total=False):
    """What not to name."""

    seen: bool
    in_basket: bool
    bought: bool
    products: Sequence[Id]


class Filter(TypedDict, total=False):
    """What alone to name."""

    categories: Sequence[Id]
    min_price: float
    max_price: float
    listed: bool
    available: bool
    products: Sequence[Id]


class Facts(TypedDict):
    """What a product is now; what is not given stays as it was."""

    product_id: Id
    price: NotRequired[float]
    available: NotRequired[bool]
    category: NotRequired[Id]
    title: NotRequired[str]
    url: NotRequired[str]
    picture: NotRequired[str]


class PutDone(TypedDict):
    """How many products were put."""

    n_stored: int


class Reason(TypedDict):
    """A feature, its value where it is known, and what it adds."""

    feature: str
    value: NotRequired[float]
    contribution: float


class Reasons(TypedDict):
    """Why a score: base + contributions + other = logit."""

    logit: float
    base: float
    features: list[Reason]
    other: float


class Product(TypedDict):
    """One of an answer's products; with `details` what was put of it."""

    product_id: str
    score: float
    source: str
    reasons: NotRequired[Reasons]
    price: NotRequired[float]
    available: NotRequired[bool]
    category: NotRequired[str]
    title: NotRequired[str]
    url: NotRequired[str]
    picture: NotRequired[str]


class List(TypedDict):
    """Products, best first, and who answered as of when."""

    recommendation_id: str
    bundle: str
    as_of: str
    fallback: Literal["none", "popular"]
    products: list[Product]


class Recommendation(List):
    """The same for somebody, and how sure the engine is."""

    expected_recall: NotRequired[float]  # not where all are neighbours
    p_buy: NotRequired[float]


class UserEvent(TypedDict):
    """An event as it is kept: one product, or none."""

    time: str
    action: str
    product_id: NotRequired[str]
    page: NotRequired[int]
    device: NotRequired[str]


class Timeline(TypedDict):
    """What is kept of a customer, newest first."""

    user_id: str
    n_events: int
    events: list[UserEvent]


class VisitTimeline(TypedDict):
    """The same of a visit."""

    visit_id: str
    n_events: int
    events: list[UserEvent]


class Linked(TypedDict):
    """Whose a visit is now."""

    user_id: str
    visit_id: str


class Erased(TypedDict):
    """How many rows of a customer the store had, and the receipt."""

    user_id: str
    n_erased: int
    forgotten_at: str
    receipt: str
    overwritten: bool


class ErasedVisit(TypedDict):
    """The same of a visit."""

    visit_id: str
    n_erased: int
    forgotten_at: str
    receipt: str
    overwritten: bool


class Status(TypedDict):
    """`ok` or `ready`."""

    status: str
