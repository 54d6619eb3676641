"""Asks a server of `vitrina serve` over HTTP.

    from vitrina.client import Client

    with Client("http://127.0.0.1:8000") as client:
        client.add_events(
            [{"user_id": "7", "action": "view", "products": ["1234"]}]
        )
        client.recommend("7", k=3)["products"]

This folder needs Python 3.11 and nothing else: a site without the wheel may
copy it and import it under any name.
"""

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
    Product,
    PutDone,
    Reason,
    Reasons,
    Recommendation,
    Status,
    Stored,
    Timeline,
    UserEvent,
    VisitTimeline,
)
from .client import Client, with_event_ids
from .errors import RequestError

__all__ = [
    "Client",
    "Erased",
    "ErasedVisit",
    "Event",
    "Exclude",
    "Facts",
    "Filter",
    "Id",
    "Linked",
    "List",
    "Product",
    "PutDone",
    "Reason",
    "Reasons",
    "Recommendation",
    "RequestError",
    "Status",
    "Stored",
    "Timeline",
    "UserEvent",
    "VisitTimeline",
    "with_event_ids",
]
