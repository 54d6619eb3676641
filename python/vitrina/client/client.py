"""The client's methods: one a route of routes.py."""

import ssl
import uuid
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias, cast

from .answers import (
    Erased,
    ErasedVisit,
    Event,
    Exclude,
    Facts,
    Filter,
    Id,
    Linked,
    List,
    PutDone,
    Recommendation,
    Status,
    Stored,
    Timeline,
    VisitTimeline,
)
from .caller import Caller
from .routes import Wait

Place: TypeAlias = Literal[
    "home", "product", "category", "basket", "email", "discovery"
]


class Client:
    """Asks one server; may be used from many threads at once.

    `url` is where the server is, `key` one of its keys. Time-outs are seconds
    for a call as a whole, its retries included, only not for resolving the
    name of the host: `timeout` for questions (a shop's page does not wait),
    `tell_timeout` for events and what is kept of a customer,
    `forget_timeout` for forgetting, which reads the whole store.
    Every method takes a `timeout` of its own. Up to `retries` times a call is
    sent again where that is safe: after a failure of questions, events (which
    have an `event_id`) and links, and of anything that had not left yet or
    came too often (429); and no sooner than the server says. `max_idle`
    connections are kept alive. `context` is for https.

    All methods raise RequestError, and ValueError before anything is sent for
    an id, a key, an address or a time-out that cannot be one.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: float = 0.5,
        tell_timeout: float = 5.0,
        forget_timeout: float = 60.0,
        retries: int = 2,
        max_idle: int = 16,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._caller = Caller(
            url,
            key,
            timeouts={
                Wait.ASK: timeout,
                Wait.TELL: tell_timeout,
                Wait.FORGET: forget_timeout,
            },
            retries=retries,
            max_idle=max_idle,
            context=context,
        )
        self._call = self._caller.call

    def add_events(
        self,
        events: Event | Iterable[Event],
        *,
        timeout: float | None = None,
    ) -> Stored:
        """Stores 1 to 1000 events, all or none; they are on the disk then.

        Those without an `event_id`, or with None, are given one, so that a
        retry stores nothing twice. To send the same again after a
        RequestError, have ids of your own, or make them by `with_event_ids`
        first.
        """
        if isinstance(events, Mapping):
            events = [cast(Event, events)]
        told = {"events": with_event_ids(events)}
        stored = self._call("add_events", body=told, timeout=timeout)
        return cast(Stored, stored)

    def recommend(
        self,
        user_id: Id | None = None,
        *,
        visit_id: Id | None = None,
        k: int | None = None,
        place: Place | None = None,
        product_id: Id | None = None,
        category: Id | None = None,
        exclude: Exclude | None = None,
        filter: Filter | None = None,
        details: bool | None = None,
        explain: bool | None = None,
        timeout: float | None = None,
    ) -> Recommendation:
        """What a customer, a visit or somebody unknown wants next.

        The place product needs `product_id`, the place category `category`.
        """
        question = {
            "user_id": user_id,
            "visit_id": visit_id,
            "k": k,
            "place": place,
            "product_id": product_id,
            "category": category,
            "exclude": exclude,
            "filter": filter,
            "details": details,
            "explain": explain,
        }
        answer = self._call("recommend", body=question, timeout=timeout)
        return cast(Recommendation, answer)

    def similar(
        self,
        id: Id,
        *,
        k: int | None = None,
        by: str | None = None,
        details: bool | None = None,
        timeout: float | None = None,
    ) -> List:
        """What goes with a product, by a model of the bundle."""
        query = {"k": k, "by": by, "details": details}
        return cast(List, self._call("similar", id, query, timeout=timeout))

    def bought_with(
        self,
        id: Id,
        *,
        k: int | None = None,
        details: bool | None = None,
        timeout: float | None = None,
    ) -> List:
        """What goes into one order with a product."""
        query = {"k": k, "details": details}
        answer = self._call("bought_with", id, query, timeout=timeout)
        return cast(List, answer)

    def popular(
        self,
        *,
        k: int | None = None,
        category: Id | None = None,
        details: bool | None = None,
        timeout: float | None = None,
    ) -> List:
        """What sells, of a category where one is given."""
        query = {"k": k, "category": category, "details": details}
        return cast(List, self._call("popular", query=query, timeout=timeout))

    def put_products(
        self,
        products: Facts | Iterable[Facts],
        *,
        timeout: float | None = None,
    ) -> PutDone:
        """Says what 1 to 1000 products are now, all or none.

        They are on the disk then, and the next answer knows it; needs a key
        of the scope admin. Once sent, they are not sent again: older facts
        that come late would take the place of newer ones.
        """
        if isinstance(products, Mapping):
            products = [cast(Facts, products)]
        told = {"products": list(products)}
        done = self._call("put_products", body=told, timeout=timeout)
        return cast(PutDone, done)

    def product(self, id: Id, *, timeout: float | None = None) -> Facts:
        """What was put of a product; needs a key of the scope admin."""
        return cast(Facts, self._call("product", id, timeout=timeout))

    def link(
        self, id: Id, visit_id: Id, *, timeout: float | None = None
    ) -> Linked:
        """Makes a visit's events a user's, who has signed in."""
        body = {"visit_id": visit_id}
        return cast(Linked, self._call("link", id, body=body, timeout=timeout))

    def user(self, id: Id, *, timeout: float | None = None) -> Timeline:
        """What is kept of a customer; needs a key of the scope admin."""
        return cast(Timeline, self._call("user", id, timeout=timeout))

    def forget(self, id: Id, *, timeout: float | None = None) -> Erased:
        """Erases a customer; needs a key of the scope admin."""
        return cast(Erased, self._call("forget", id, timeout=timeout))

    def visit(self, id: Id, *, timeout: float | None = None) -> VisitTimeline:
        """What is kept of a visit; needs a key of the scope admin."""
        return cast(VisitTimeline, self._call("visit", id, timeout=timeout))

    def forget_visit(
        self, id: Id, *, timeout: float | None = None
    ) -> ErasedVisit:
        """Erases a visit; needs a key of the scope admin.

        One that is linked to a user is refused (status 409): forget the user.
        """
        answer = self._call("forget_visit", id, timeout=timeout)
        return cast(ErasedVisit, answer)

    def health(self, *, timeout: float | None = None) -> Status:
        """Whether the server lives."""
        return cast(Status, self._call("health", timeout=timeout))

    def ready(self, *, timeout: float | None = None) -> Status:
        """Whether requests should be sent there: status 503 while it stops."""
        return cast(Status, self._call("ready", timeout=timeout))

    def openapi(self, *, timeout: float | None = None) -> dict[str, Any]:
        """All that the server can be asked for, OpenAPI 3.1."""
        document = self._call("openapi", timeout=timeout)
        return cast(dict[str, Any], document)

    def close(self) -> None:
        """Ends the connections; the client cannot be used any more."""
        self._caller.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Client of {self._caller.url}>"


def with_event_ids(events: Iterable[Event]) -> list[Event]:
    """The events, each with an `event_id`: its own or a random one.

    Raises ValueError for what is no mapping.
    """
    events = list(events)
    for place, event in enumerate(events):
        if not isinstance(event, Mapping):
            raise ValueError(
                f"events[{place}]: found {event!r}, expected a mapping"
            )
    return [
        event
        if event.get("event_id") is not None
        else cast(Event, {**event, "event_id": uuid.uuid4().hex})
        for event in events
    ]
