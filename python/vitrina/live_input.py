"""What a live engine is told, as the extension module takes it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from vitrina import _vitrina
from vitrina.arguments import (
    boolean,
    error,
    identifier,
    identifiers,
    integer,
    moment_or_empty,
    number_or_none,
    text,
    wrong,
)

Event: TypeAlias = Mapping[str, Any]
Facts: TypeAlias = Mapping[str, Any]

EVENT_KEYS = (
    "user_id",
    "visit_id",
    "action",
    "products",
    "page",
    "device",
    "time",
)
FACTS_KEYS = (
    "product_id",
    "price",
    "available",
    "category",
    "title",
    "url",
    "picture",
)
PAGES = range(2**32)


def entries(
    name: str, given: object, keys: Iterable[str], example: str
) -> Event:
    """A dict of no other keys than these, or Error with its name."""
    if not isinstance(given, Mapping):
        raise wrong(name, given, f"a dict such as {example}")
    for key in given:
        if key not in keys:
            raise error(
                f"{name}: found the key {key!r}, expected some of "
                + ", ".join(keys),
                "bad_data",
            )
    return given


def native_event(place: int, given: object) -> _vitrina.LiveEvent:
    """A dict as an event."""
    name = f"event {place}"
    event = entries(name, given, EVENT_KEYS, "{'user_id': '7', ...}")

    def text_of(key: str) -> str:
        value = event.get(key)
        return "" if value is None else identifier(f"{name}: {key}", value)

    page = event.get("page")
    return _vitrina.LiveEvent(
        user_id=text_of("user_id"),
        visit_id=text_of("visit_id"),
        action=text_of("action"),
        products=(
            identifiers(f"{name}: products", event.get("products")) or []
        ),
        page=0 if page is None else integer(f"{name}: page", page, PAGES),
        device=text_of("device"),
        time=moment_or_empty(
            f"{name}: time", event.get("time"), takes_zone=True
        ),
    )


def native_facts(place: int, given: object) -> _vitrina.ProductFacts:
    """A dict as what a shop says of a product."""
    name = f"product {place}"
    facts = entries(name, given, FACTS_KEYS, "{'product_id': '7', ...}")

    def text_of(key: str) -> str | None:
        value = facts.get(key)
        return None if value is None else identifier(f"{name}: {key}", value)

    def shown(key: str) -> str | None:
        value = facts.get(key)
        return None if value is None else text(f"{name}: {key}", value)

    available = facts.get("available")
    return _vitrina.ProductFacts(
        product_id=text_of("product_id") or "",
        price=number_or_none(f"{name}: price", facts.get("price")),
        available=(
            None
            if available is None
            else boolean(f"{name}: available", available)
        ),
        category=text_of("category"),
        title=shown("title"),
        url=shown("url"),
        picture=shown("picture"),
    )
