"""The client's methods: one a route of routes.py."""

import ssl
import uuid
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Literal, Self, cast

from .answers import (
    Erased,
    Event,
    Exclude,
    Filter,
    Id,
    List,
    Recommendation,
    Status,
    Stored,
    Timeline,
)
from .caller import Caller
from .routes import Wait


class Client:
    """Asks one server; may be used from many threads at once.

    `url` is where the server is, `key` one of its keys. Time-outs are seconds
    for a call as a whole, its retries included: `timeout` for questions (a
    shop's page does not wait), `tell_timeout` for events and what is kept of
    a customer, `forget_timeout` for forgetting, which reads the whole store.
    Every method takes a `timeout` of its own. Up to `retries` times a call is
    sent again where that is safe: after a failure of questions and events
    (which have an `event_id`), and of anything that had not left yet; and no
    sooner than the server says. `max_idle` connections are kept alive.
    `context` is for https.

    All methods raise RequestError.
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
        self, events: Iterable[Event], *, timeout: float | None = None
    ) -> Stored:
        """Stores 1 to 1000 events, all or none; they are on the disk then.

        Those without an `event_id` are given one, so that a retry stores
        nothing twice. To send the same again after a RequestError, have ids
        of your own, or make them by `with_event_ids` first.
        """
        told = {"events": with_event_ids(events)}
        stored = self._call("add_events", body=told, timeout=timeout)
        return cast(Stored, stored)

    def recommend(
        self,
        user_id: Id | None = None,
        *,
        visit_id: Id | None = None,
        k: int | None = None,
        place: Literal["home", "basket", "discovery"] | None = None,
        exclude: Exclude | None = None,
        filter: Filter | None = None,
        timeout: float | None = None,
    ) -> Recommendation:
        """What a customer, a visit or somebody unknown wants next."""
        question = {
            "user_id": user_id,
            "visit_id": visit_id,
            "k": k,
            "place": place,
            "exclude": exclude,
            "filter": filter,
        }
        answer = self._call("recommend", body=question, timeout=timeout)
        return cast(Recommendation, answer)

    def similar(
        self,
        id: Id,
        *,
        k: int | None = None,
        by: str | None = None,
        timeout: float | None = None,
    ) -> List:
        """What goes with a product, by a model of the bundle."""
        query = {"k": k, "by": by}
        return cast(List, self._call("similar", id, query, timeout=timeout))

    def popular(
        self,
        *,
        k: int | None = None,
        category: Id | None = None,
        timeout: float | None = None,
    ) -> List:
        """What sells, of a category where one is given."""
        query = {"k": k, "category": category}
        return cast(List, self._call("popular", query=query, timeout=timeout))

    def user(self, id: Id, *, timeout: float | None = None) -> Timeline:
        """What is kept of a customer; needs a key of the scope admin."""
        return cast(Timeline, self._call("user", id, timeout=timeout))

    def forget(self, id: Id, *, timeout: float | None = None) -> Erased:
        """Erases a customer; needs a key of the scope admin."""
        return cast(Erased, self._call("forget", id, timeout=timeout))

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
    """The events, each with an `event_id`: its own or a random one."""
    return [
        event
        if "event_id" in event
        else cast(Event, {**event, "event_id": uuid.uuid4().hex})
        for event in events
    ]
