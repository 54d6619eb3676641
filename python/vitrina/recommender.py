"""Answers from a packed bundle."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from vitrina import _vitrina
from vitrina.tables import PathLike, Source, moment, path_or_none

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
    """

    def __init__(self, native: _vitrina.Recommender) -> None:
        """Use `load` or `vitrina.fit`."""
        self._native = native

    @classmethod
    def load(cls, bundle: PathLike) -> "Recommender":
        """Reads the folder of a bundle, every file checked.

        It is not read again. Raises Error with the code `missing_input` or
        `incompatible_artifact`.
        """
        return cls(_vitrina.Recommender.load(Path(bundle)))

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits over the bundle's files."""
        return self._native.fingerprint

    def __repr__(self) -> str:
        return f"<vitrina.Recommender of bundle {self.fingerprint}>"

    def recommend(
        self,
        events: Source,
        *,
        max_users: int | None = None,
        k: int | None = None,
        as_of: str | datetime | None = None,
        only_users: Iterable[str] | None = None,
        exclude_users: Iterable[str] = (),
        exclude_products: Iterable[str] = (),
        schema: PathLike | None = None,
        max_bad_share: float = 0.2,
        threads: int = 0,
    ) -> pa.Table:
        """Who will buy, and what.

        `events` is a table with the columns user_id, action, date, products
        and, if there are any, loc_user_id and pageId, of any types that a
        log file may have (it is not copied), or the path of a log: a folder,
        whose own catalog is then used, or a file.

        `max_users` and `k` (products a customer) are the bundle's own when
        they are None: 3000 and 25 unless it was packed with others. Events
        from `as_of` on are not looked at; None means just after the last
        plausible one. `only_users` None means everybody. `schema` is a YAML
        file with the shop's own column names and action codes. `threads` 0
        means every processor; the answer does not depend on it.

        Returns a table with user_id (string), products (list of strings,
        best first), expected_recall and p_buy (probability that the customer
        buys anything), by expected recall descending, then by user_id.
        Raises Error, for example with the code `bad_data` or `config`.
        """
        options = _vitrina.RecommendOptions(
            max_users=max_users,
            k=k,
            as_of=moment(as_of),
            only_users=None if only_users is None else list(only_users),
            exclude_users=list(exclude_users),
            exclude_products=list(exclude_products),
            schema=path_or_none(schema),
            max_bad_share=max_bad_share,
            threads=threads,
        )
        if isinstance(events, str | os.PathLike):
            columns = self._native.recommend_path(Path(events), options)
        else:
            stream = events.__arrow_c_stream__()
            columns = self._native.recommend_stream(stream, options)
        return pa.table(list(columns), schema=ANSWER_SCHEMA)

    def similar(
        self, product: str, k: int = 10, *, by: str = _vitrina.SIMILAR_BY
    ) -> pa.Table:
        """Products that go with a product.

        `by` is one of the bundle's item-to-item models: a co-visitation
        matrix such as seen_together_1h, click_to_buy_6h (what was bought
        after it) or bought_together_14d, or titles (products hardly known
        yet with a title like that) where the bundle has it.

        Returns a table of at most `k` rows with product_id (string) and
        weight, best first; a product may have fewer neighbours or none. The
        first call unpacks the models. Raises Error with the code `config`
        for a product or a model that the bundle has not.
        """
        columns = self._native.similar(product, k, by)
        return pa.table(list(columns), schema=SIMILAR_SCHEMA)
