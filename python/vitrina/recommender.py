"""Answers from a packed bundle."""

from collections.abc import Iterable
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
    number,
    path,
    path_or_empty,
    text,
)
from vitrina.tables import Source, native_source, tell

ANSWER_SCHEMA = pa.schema(
    [
        ("user_id", pa.string()),
        ("products", pa.list_(pa.string())),
        ("expected_recall", pa.float64()),
        ("p_buy", pa.float64()),
    ]
)


SIMILAR_SCHEMA = pa.schema(
    [("product_id", pa.string()), ("weight", pa.float64())]
)


class Recommender:
    """Answers from a packed bundle for the events of a shop.

    The users and products are those that `vitrina recommend` names, in the
    same order. A recommender may be used from several threads at once; the
    interpreter's lock is not held while it works.

    It can be pickled, for multiprocessing or joblib, by the path and the
    fingerprint of its bundle: where it is unpickled the bundle is loaded
    again. The bundle itself is not in the pickle.
    """

    _native: _vitrina.Recommender
    _bundle: Path | None  # where the bundle is kept

    def __init__(self, *_: object, **__: object) -> None:
        """Use `load` or `vitrina.fit`."""
        raise error(
            "Recommender: cannot be made like this, use "
            "Recommender.load(bundle) or vitrina.fit(events)"
        )

    @classmethod
    def _of(
        cls, native: _vitrina.Recommender, bundle: Path | None
    ) -> "Recommender":
        made = cls.__new__(cls)
        made._native = native
        made._bundle = None if bundle is None else bundle.absolute()
        return made

    @classmethod
    def load(cls, bundle: PathLike) -> "Recommender":
        """Reads the folder of a bundle, every file checked.

        It is not read again. Raises Error with the code `missing_input` or
        `incompatible_artifact`.
        """
        folder = path("bundle", bundle)
        return cls._of(_vitrina.Recommender.load(folder), folder)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits over the bundle's files."""
        return self._native.fingerprint

    @property
    def learned_from(self) -> str:
        """The bundle learned from events of this moment on, ISO time, ..."""
        return self._native.learned_from

    @property
    def learned_until(self) -> str:
        """... and before this one: it answers for no earlier moment."""
        return self._native.learned_until

    @property
    def products(self) -> list[str]:
        """The ids of the products that the bundle knows, in order."""
        return self._native.products

    def __repr__(self) -> str:
        return f"<vitrina.Recommender of bundle {self.fingerprint}>"

    def __copy__(self) -> "Recommender":
        return self  # nothing of it changes

    def __deepcopy__(self, memo: dict[int, Any]) -> "Recommender":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self._bundle is None:
            raise error(
                "Recommender: cannot be pickled, since its bundle is in "
                "memory alone; keep one by vitrina.fit(..., bundle=folder)"
            )
        return load_same, (str(self._bundle), self.fingerprint)

    def recommend(
        self,
        events: Source,
        *,
        max_users: int | None = None,
        k: int | None = None,
        as_of: Moment | None = None,
        at: Moment | None = None,
        only_users: Iterable[Id] | None = None,
        exclude_users: Iterable[Id] | None = None,
        exclude_products: Iterable[Id] | None = None,
        only_listed: bool = False,
        schema: PathLike | None = None,
        max_bad_share: float = 0.2,
        threads: int = 0,
        allow_future: bool = False,
        force_bundle: bool = False,
    ) -> pa.Table:
        """Who will buy, and what.

        `events` is a table with the columns user_id, action, date, products
        and, if there are any, loc_user_id and pageId, of any types that a
        log file may have (it is not copied; a LazyFrame of polars is
        collected), or the path of a log: a folder, whose own catalog is then
        used, or a file.

        `max_users` and `k` (products a customer, 1 to 1000) are the bundle's
        own when they are None: 3000 and 25 unless it was packed with others.
        Events from `as_of` on are not looked at, and the answer is as of the
        last one before it; None means just after the last plausible one. `at`,
        in place of it, answers as of that very moment by the events before
        it: customers split into several tables then get the answers that one
        table would give them. A moment is a date (its midnight), a datetime or
        an ISO text in the log's own clock; one with a zone is refused, since
        a log's times need not have any. Ids are texts; a whole number stands
        for its digits. `only_users` None means everybody; `exclude_users`
        and `exclude_products` are never named. `only_listed` proposes only
        products that the catalog lists, and not together with a moment, since
        the catalog is a snapshot of later. `schema` is a YAML
        file with the shop's own column names and action codes. Times with a
        zone are turned to its `time_zone`, else to the clock that the
        bundle's own log was read on. With a larger share of unusable rows
        than `max_bad_share` (0 to 1) nothing is answered. `threads` 0 means
        every processor; the answer does not depend on it.

        A moment before `learned_until` is refused, unless `allow_future`, and
        so is a log of whose products of the last week the bundle knows under
        a tenth, unless `force_bundle`: it is probably another shop's. What
        the caller should know is a UserWarning.

        Returns a table with user_id (string), products (list of strings,
        best first), expected_recall (share of what the customer buys that is
        expected among the products, 0 where nothing is bought) and p_buy
        (probability that the customer buys anything), both calibrated, by
        expected recall descending, then by user_id. Its schema metadata says
        when it was made and by which bundle, which `vitrina.score` looks at.
        Raises Error, for example with the code `bad_data` or `config`.
        """
        options = _vitrina.RecommendOptions(
            max_users=integer_or_none("max_users", max_users),
            k=integer_or_none("k", k),
            as_of=moment_or_empty("as_of", as_of),
            at=moment_or_empty("at", at),
            only_users=identifiers("only_users", only_users),
            exclude_users=identifiers("exclude_users", exclude_users) or [],
            exclude_products=(
                identifiers("exclude_products", exclude_products) or []
            ),
            only_listed=boolean("only_listed", only_listed),
            schema=path_or_empty("schema", schema),
            max_bad_share=number("max_bad_share", max_bad_share),
            threads=integer("threads", threads),
            allow_future=boolean("allow_future", allow_future),
            force_bundle=boolean("force_bundle", force_bundle),
        )
        source = native_source("events", events)
        if isinstance(source, Path):
            found = self._native.recommend_path(source, options)
        else:
            found = self._native.recommend_stream(source, options)
        columns, metadata, warnings = found
        tell(warnings)
        schema_found = ANSWER_SCHEMA.with_metadata(metadata)
        return pa.table(list(columns), schema=schema_found)

    def similar(
        self, product: Id, k: int = 10, *, by: str = _vitrina.SIMILAR_BY
    ) -> pa.Table:
        """Products that go with a product.

        `product` is named by its id. `by` is one of the bundle's item-to-item
        models: a co-visitation matrix such as seen_together_1h,
        click_to_buy_6h (what was bought after it) or bought_together_14d, or
        titles (products hardly known yet with a title like that) where the
        bundle has it.

        Returns a table of at most `k` rows with product_id (string) and
        weight (of that model, comparable within one list), best first; a
        product may have fewer neighbours or none. The first call unpacks the
        models. Raises Error with the code `config` for a product or a model
        that the bundle has not.
        """
        columns = self._native.similar(
            identifier("product", product), integer("k", k), text("by", by)
        )
        return pa.table(list(columns), schema=SIMILAR_SCHEMA)


def load_same(bundle: str, fingerprint: str) -> Recommender:
    """The recommender that was pickled, of the bundle that it was of."""
    loaded = Recommender.load(bundle)
    if loaded.fingerprint != fingerprint:
        raise error(
            f"bundle: {bundle} has fingerprint {loaded.fingerprint}, expected "
            f"{fingerprint} as when the recommender was pickled; load it "
            "again with Recommender.load",
            "incompatible_artifact",
        )
    return loaded
