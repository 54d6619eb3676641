"""Answers inside a visit: events go in, the next answer counts them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from vitrina import _vitrina
from vitrina.arguments import (
    Id,
    Moment,
    PathLike,
    boolean,
    error,
    identifier,
    identifiers,
    integer,
    integer_or_none,
    moment_or_empty,
    number_or_none,
    path,
    path_or_empty,
    text,
    wrong,
)
from vitrina.live_input import Event, Facts, native_event, native_facts
from vitrina.recommender import SIMILAR_SCHEMA
from vitrina.tables import Source, is_path, native_source, tell

LIVE_SCHEMA = pa.schema(
    [
        ("product_id", pa.string()),
        ("score", pa.float64()),
        ("source", pa.string()),
    ]
)

# Of a product that is explained.
REASONS = pa.struct(
    [
        ("logit", pa.float64()),
        ("base", pa.float64()),
        (
            "features",
            pa.list_(
                pa.struct(
                    [
                        ("feature", pa.string()),
                        ("value", pa.float64()),
                        ("contribution", pa.float64()),
                    ]
                )
            ),
        ),
        ("other", pa.float64()),
    ]
)


class Live:
    """The engine inside a visit, in this process.

    It is told events as they happen, and the next answer counts them. Given
    the bundle, the events and the moment, an answer names the products, in
    the order, that `Recommender.recommend` names with `at` for the log of
    those events. A live engine may be used from several threads at once; the
    interpreter's lock is not held while it works.
    """

    _native: _vitrina.Live

    def __init__(self, *_: object, **__: object) -> None:
        """Use `open`."""
        raise error("Live: cannot be made like this, use Live.open(bundle)")

    @classmethod
    def open(
        cls,
        bundle: PathLike,
        *,
        catalog: PathLike | None = None,
        time_zone: str = "",
        schema: PathLike | None = None,
        threads: int = 0,
        allow_future: bool = False,
    ) -> "Live":
        """Reads the folder of a bundle, every file checked.

        `catalog`, a folder or a file, is used in the place of the bundle's
        own: what only it lists can be proposed too. `time_zone` is the clock
        of events and questions without a time, such as `Europe/Moscow`; it
        should be the log's own, and unless named it is that of `schema`,
        else the bundle's, else UTC. `schema` is a YAML file with the shop's
        own column names and action codes. `threads` is what reading a log may
        use, 0: every processor. A moment before the bundle had learned is
        refused, unless `allow_future`.
        """
        made = cls.__new__(cls)
        made._native, warnings = _vitrina.open_live(
            path("bundle", bundle),
            catalog=path_or_empty("catalog", catalog),
            time_zone=text("time_zone", time_zone),
            schema=path_or_empty("schema", schema),
            threads=integer("threads", threads),
            allow_future=boolean("allow_future", allow_future),
        )
        tell(warnings)
        return made

    @property
    def fingerprint(self) -> str:
        """Of the present bundle: sixteen hexadecimal digits."""
        return self._native.fingerprint

    @property
    def learned_until(self) -> str:
        """The present bundle answers for no earlier moment; ISO time."""
        return self._native.learned_until

    @property
    def n_events(self) -> int:
        """Events that are kept, a product an event."""
        return self._native.n_events

    @property
    def n_customers(self) -> int:
        """Users and visits with events."""
        return self._native.n_customers

    def __repr__(self) -> str:
        return (
            f"<vitrina.Live of bundle {self.fingerprint}, "
            f"{self.n_events} events of {self.n_customers} customers>"
        )

    def add(
        self,
        events: Event | Iterable[Event] | Source,
        *,
        before: Moment | None = None,
    ) -> int:
        """Takes events in, all or none; how many were new.

        One event is a dict with `user_id`, or `visit_id` for somebody who
        has not signed in (given both, it is the user's); `action`, by its
        name or the case's code; and, if there are any, `products` (a list of
        ids), `page` (a number),
        `device` and `time` (a datetime or ISO text in the log's own clock;
        without one: now). Several are a list of dicts. A log is a table or a
        path, as `Recommender.recommend` takes it; of a log only events
        before `before` are taken where it is given. The very same event
        counts once, and each of its products counts as one.
        """
        if isinstance(events, Mapping):
            return self._add_events([events], before)
        methods = ("__arrow_c_stream__", "collect")
        if is_path(events) or any(hasattr(events, m) for m in methods):
            n_new, warnings = self._add_log(events, before)
            tell(warnings)
            return n_new
        if not isinstance(events, Iterable):
            raise wrong("events", events, "a dict, a list of dicts or a log")
        return self._add_events(events, before)

    def _add_events(self, events: Iterable[Any], before: Moment | None) -> int:
        if before is not None:
            raise error("before: found with events, expected with a log")
        return self._native.add(
            [native_event(place, event) for place, event in enumerate(events)]
        )

    def _add_log(
        self, log: object, before: Moment | None
    ) -> tuple[int, Iterable[str]]:
        """How many were new, and what is to be said where `add` was called
        from."""
        source = native_source("events", log)
        limit = moment_or_empty("before", before, takes_zone=True)
        if isinstance(source, Path):
            return self._native.add_path(source, limit)
        return self._native.add_stream(source, limit)

    def recommend(
        self,
        user_id: Id | None = None,
        *,
        visit_id: Id | None = None,
        k: int | None = None,
        exclude: Iterable[Id] | None = None,
        only: Iterable[Id] | None = None,
        exclude_touched: bool = False,
        exclude_seen: bool = False,
        exclude_in_basket: bool = False,
        exclude_bought: bool = False,
        categories: Iterable[Id] | None = None,
        min_price: float | None = None,
        max_price: float | None = None,
        only_listed: bool = False,
        also_unavailable: bool = False,
        beside: Id | None = None,
        by: str | Iterable[str] = _vitrina.SIMILAR_BY,
        max_touched: int | None = None,
        at: Moment | None = None,
        explain: bool = False,
    ) -> pa.Table:
        """What a customer will buy.

        By the events of `user_id`, of `visit_id`, or of both (a customer who
        signed in during the visit); without either, and for who is not
        known, it is what sells. `k` products, as many as the bundle was
        packed with when it is None. `exclude` are never proposed, `only`
        alone may be, and with `exclude_touched` nothing is that the
        customer's events name; with `exclude_seen` nothing that they look at
        or like, with `exclude_in_basket` nothing that is in the basket at
        that moment, with `exclude_bought` nothing that they order. By the
        catalog and by what `put` has said, only products of the
        `categories`, of a price from `min_price` to `max_price`, or those
        that the catalog lists (`only_listed`) are proposed, and those that
        are not available only with `also_unavailable`. The neighbours of the
        product `beside` come first, by the models `by` in turn (see
        `similar`); with their weight as score and their model as source. At
        most `max_touched` of the products are such as the customer's events
        name, while there are others. `at` is the moment of the answer, by
        the events before it; None: now.

        Returns a table with product_id (string), score (share of what the
        customer buys next that the product is expected to be) and source
        (the generator that ranked it best), best first. Its schema metadata
        has `vitrina.as_of`, `vitrina.bundle`, `vitrina.fallback` (empty, or
        `popular` where nothing is known of who or what was asked about) and,
        unless all are neighbours of `beside`, `vitrina.expected_recall` and
        `vitrina.p_buy`. With `explain` it has a column
        `reasons` too: the score is 1 / (1 + exp(-logit)), and logit = base +
        the contributions of the five `features` that matter most + other;
        contributions are Shapley values (path-dependent TreeSHAP). Raises
        Error.
        """
        query = _vitrina.LiveQuery(
            user_id="" if user_id is None else identifier("user_id", user_id),
            visit_id=(
                "" if visit_id is None else identifier("visit_id", visit_id)
            ),
            k=integer_or_none("k", k),
            exclude=identifiers("exclude", exclude) or [],
            only=identifiers("only", only),
            exclude_touched=boolean("exclude_touched", exclude_touched),
            exclude_seen=boolean("exclude_seen", exclude_seen),
            exclude_in_basket=boolean("exclude_in_basket", exclude_in_basket),
            exclude_bought=boolean("exclude_bought", exclude_bought),
            categories=identifiers("categories", categories) or [],
            min_price=number_or_none("min_price", min_price),
            max_price=number_or_none("max_price", max_price),
            only_listed=boolean("only_listed", only_listed),
            also_unavailable=boolean("also_unavailable", also_unavailable),
            beside="" if beside is None else identifier("beside", beside),
            by=[by] if isinstance(by, str) else [text("by", b) for b in by],
            max_touched=integer_or_none("max_touched", max_touched),
            at=moment_or_empty("at", at, takes_zone=True),
            explain=boolean("explain", explain),
        )
        columns, reasons, metadata = self._native.recommend(query)
        answer = pa.table(
            list(columns), schema=LIVE_SCHEMA.with_metadata(metadata)
        )
        if explain:
            answer = answer.append_column(
                "reasons", pa.array(reasons, type=REASONS)
            )
        return answer

    def put(self, products: Facts | Iterable[Facts]) -> None:
        """Takes in what the shop says of its products, all or nothing.

        One product is a dict with `product_id` and, of `price`, `available`
        (False: it is not proposed), `category`, `title`, `url` and
        `picture`, what is to be said; what is not given or None stays as it
        was. Several are a list of dicts. The next answer knows it: prices
        and categories count for what a question asks of them; what the
        engine learned, it learned from the bundle's. Raises Error.
        """
        if isinstance(products, Mapping):
            products = [products]
        if not isinstance(products, Iterable) or isinstance(products, str):
            raise wrong("products", products, "a dict or a list of dicts")
        self._native.put(
            [native_facts(place, said) for place, said in enumerate(products)]
        )

    def product(self, product_id: Id) -> dict[str, Any] | None:
        """All that `put` was told of a product; None where it never was."""
        return self._native.product(identifier("product_id", product_id))

    def similar(
        self, product: Id, k: int = 10, *, by: str = _vitrina.SIMILAR_BY
    ) -> pa.Table:
        """Products that go with a product, as `Recommender.similar`.

        They are the bundle's own: what `put` said of them is not looked at.
        `recommend(beside=product)` looks at it.
        """
        columns = self._native.similar(
            identifier("product", product), integer("k", k), text("by", by)
        )
        return pa.table(list(columns), schema=SIMILAR_SCHEMA)

    def forget(
        self, user_id: Id | None = None, *, visit_id: Id | None = None
    ) -> int:
        """Drops the events of a customer or a visit; how many there were.

        Raises Error for a visit that is linked to a user: its events are the
        user's, who is to be forgotten.
        """
        if (user_id is None) == (visit_id is None):
            raise error("forget: give one of user_id and visit_id")
        if user_id is not None:
            return self._native.forget(identifier("user_id", user_id))
        return self._native.forget_visit(identifier("visit_id", visit_id))

    def link(self, visit_id: Id, user_id: Id) -> bool:
        """Makes a visit's events a user's: those there are, those to come.

        Returns whether they are: a visit that is another user's already
        stays theirs.
        """
        return self._native.link(
            identifier("visit_id", visit_id), identifier("user_id", user_id)
        )

    def swap(
        self, bundle: PathLike, *, catalog: PathLike | None = None
    ) -> None:
        """Answers by another bundle from now on.

        Answers on their way end with the one they began with. When it raises
        Error, nothing has changed.
        """
        tell(
            self._native.swap(
                path("bundle", bundle), path_or_empty("catalog", catalog)
            )
        )
