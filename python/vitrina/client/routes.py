"""The routes that the client knows, by its method's name.

A new route of the server is a row here and a method of `Client`; a test fails
until both are there.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Wait(Enum):
    """Whose time-out a call has."""

    ASK = auto()
    TELL = auto()
    FORGET = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """What is sent. `is_repeatable`: sent twice, it does what once does."""

    operation: str
    method: str
    path: str
    wait: Wait = Wait.ASK
    is_repeatable: bool = True


ROUTES = {
    "add_events": Route("postEvents", "POST", "/v1/events", Wait.TELL),
    "recommend": Route("postRecommendations", "POST", "/v1/recommendations"),
    "similar": Route("getSimilar", "GET", "/v1/products/{id}/similar"),
    "bought_with": Route(
        "getBoughtWith", "GET", "/v1/products/{id}/bought-with"
    ),
    "popular": Route("getPopular", "GET", "/v1/popular"),
    # sent again late, older facts would take the place of newer ones
    "put_products": Route(
        "putProducts", "PUT", "/v1/products", Wait.TELL, False
    ),
    "product": Route("getProduct", "GET", "/v1/products/{id}", Wait.TELL),
    "link": Route("linkUser", "POST", "/v1/users/{id}/link", Wait.TELL),
    "user": Route("getUser", "GET", "/v1/users/{id}", Wait.TELL),
    # sent again, it would say that there was nothing to erase
    "forget": Route(
        "deleteUser", "DELETE", "/v1/users/{id}", Wait.FORGET, False
    ),
    "visit": Route("getVisit", "GET", "/v1/visits/{id}", Wait.TELL),
    "forget_visit": Route(
        "deleteVisit", "DELETE", "/v1/visits/{id}", Wait.FORGET, False
    ),
    "health": Route("getHealth", "GET", "/healthz"),
    "ready": Route("getReady", "GET", "/readyz"),
    "openapi": Route("getOpenapi", "GET", "/openapi.json", Wait.TELL),
}
