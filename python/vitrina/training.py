"""Learns a shop: what `vitrina run` does up to the packed bundle."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from vitrina import _vitrina
from vitrina.arguments import (
    UINT64,
    Moment,
    PathLike,
    error,
    integer,
    moment_or_empty,
    number,
    parameters,
    path,
    path_or_empty,
)
from vitrina.recommender import Recommender
from vitrina.tables import (
    Source,
    Table,
    is_path,
    native_source,
    native_stream,
    tell,
)

Value: TypeAlias = bool | int | float | str | Sequence[float]


def fit(
    events: Source,
    catalog: Table | None = None,
    *,
    params: Mapping[str, Value] | None = None,
    as_of: Moment | None = None,
    horizon_days: float | None = None,
    schema: PathLike | None = None,
    workspace: PathLike | None = None,
    bundle: PathLike | None = None,
    seed: int = 42,
    threads: int = 0,
) -> Recommender:
    """Learns a shop and returns what answers for it.

    `events` is a table as `Recommender.recommend` takes it, a row an event,
    or the path of a log: a folder, whose own catalog is then used, or a
    file. `catalog` is a table with product_id and, if there are any,
    category_id, price, old_price, add_date and title, a row a product; it
    goes with a table of events only. Tables are read where they are, through
    the Arrow C stream interface, and not copied as a whole.

    `params` are those of params.yaml by name, {"train.rounds": 20}; the
    built-in values otherwise. Events from `as_of` on, a moment as
    `Recommender.recommend` takes it, are not looked at. `horizon_days` (3)
    is how far ahead purchases are predicted. `schema` is a YAML file with
    the shop's own column names and action codes.

    `workspace` keeps the files of all stages, with the metrics of the valid
    fold in reports/metrics.json; else they are in a temporary folder until
    this returns. `bundle` keeps the packed bundle, for `Recommender.load`
    and for pickling what is returned. It is the program's to the byte, for
    the same log, parameters and `seed`. `threads` 0 means every processor;
    the result does not depend on it.

    Ctrl-C ends it within a moment with KeyboardInterrupt, and nothing is
    left; other Python threads go on meanwhile. Raises Error with the
    program's text: `missing_input`, `bad_data`, `config`.
    """
    options = _vitrina.FitOptions(
        params=parameters(params),
        as_of=moment_or_empty("as_of", as_of),
        horizon_days=(
            None
            if horizon_days is None
            else number("horizon_days", horizon_days)
        ),
        schema=path_or_empty("schema", schema),
        workspace=path_or_empty("workspace", workspace),
        bundle=path_or_empty("bundle", bundle),
        seed=integer("seed", seed, UINT64),
        threads=integer("threads", threads),
    )
    kept = None if bundle is None else path("bundle", bundle)
    source = native_source("events", events)
    if isinstance(source, Path):
        if catalog is not None:
            raise error(
                "catalog: found one beside the path of a log, expected none; "
                "put it into the folder, or give both as tables"
            )
        native, warnings = _vitrina.fit_path(source, options)
    else:
        stream = catalog_stream(catalog)
        native, warnings = _vitrina.fit_streams(source, stream, options)
    tell(warnings)
    return Recommender._of(native, kept)


def catalog_stream(catalog: object) -> object | None:
    """A capsule with the table; None where there is none."""
    if catalog is None:
        return None
    if is_path(catalog):
        raise error(
            "catalog: found a path beside a table of events, expected a "
            "table; read it first, or give the folder of both as events"
        )
    return native_stream("catalog", catalog)
