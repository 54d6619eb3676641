"""Learns a shop: what `vitrina run` does up to the packed bundle."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from vitrina import _vitrina
from vitrina.recommender import Recommender
from vitrina.tables import (
    ArrowStream,
    PathLike,
    Source,
    moment,
    path_or_none,
)

Value: TypeAlias = bool | int | float | str | Sequence[float]


def text_of(value: Value) -> str:
    """A parameter's value as `--set` takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return ", ".join(str(number) for number in value)


def fit(
    events: Source,
    catalog: ArrowStream | None = None,
    *,
    params: Mapping[str, Value] | None = None,
    as_of: str | datetime | None = None,
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
    built-in values otherwise. Events from `as_of` on are not looked at.
    `horizon_days` (3) is how far ahead purchases are foretold. `schema` is a
    YAML file with the shop's own column names and action codes.

    `workspace` keeps the files of all stages, with the metrics of the valid
    fold in reports/metrics.json; else they are in a temporary folder until
    this returns. `bundle` keeps the packed bundle, for `Recommender.load`.
    It is the program's to the byte, for the same log, parameters and seed.

    Not to be interrupted; other Python threads go on meanwhile. Raises
    Error with the program's text: `missing_input`, `bad_data`, `config`.
    """
    given = {name: text_of(value) for name, value in (params or {}).items()}
    if as_of is not None:
        given["ingest.as_of"] = moment(as_of)
    if horizon_days is not None:
        given["split.horizon_days"] = str(horizon_days)
    if schema is not None:
        given["ingest.schema"] = str(Path(schema))
    options = _vitrina.FitOptions(
        params=given,
        workspace=path_or_none(workspace),
        bundle=path_or_none(bundle),
        seed=seed,
        threads=threads,
    )
    if isinstance(events, str | os.PathLike):
        if catalog is not None:
            raise TypeError(
                "catalog: found a table beside a path of events; put the "
                "catalog into the folder, or give both as tables"
            )
        return Recommender(_vitrina.fit_path(Path(events), options))
    catalog_stream = None if catalog is None else catalog.__arrow_c_stream__()
    stream = events.__arrow_c_stream__()
    return Recommender(_vitrina.fit_streams(stream, catalog_stream, options))
