"""What a table or a path is to the extension module."""

import os
import sys
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from vitrina._vitrina import Error
from vitrina.arguments import PathLike, described, error, path, wrong

TABLE = "a table of pandas, polars, pyarrow or the like"


class ArrowStream(Protocol):
    """A table that another library holds: pandas, polars, pyarrow, ..."""

    def __arrow_c_stream__(
        self, requested_schema: object | None = None
    ) -> object: ...


class LazyFrame(Protocol):
    """A query of polars, which is collected."""

    def collect(self) -> Any: ...


Table: TypeAlias = ArrowStream | LazyFrame
Source: TypeAlias = PathLike | Table


def is_path(source: object) -> bool:
    return isinstance(source, str | os.PathLike)


def native_source(
    name: str, source: object, what: str = "log"
) -> Path | object:
    """A Path of `what`, or a capsule with the table's stream of batches."""
    if is_path(source):
        return path(name, source)
    return native_stream(name, source, f"{TABLE}, or the path of a {what}")


def native_stream(name: str, table: object, expected: str = TABLE) -> object:
    """A capsule with the table's stream of batches."""
    polars = sys.modules.get("polars")
    try:
        if polars is not None and isinstance(table, polars.LazyFrame):
            table = table.collect()
        export = getattr(table, "__arrow_c_stream__", None)
        if export is None:
            raise wrong(name, table, expected + how_to_make_one(table))
        return export()
    except (Error, MemoryError):
        raise
    except Exception as reason:
        why = str(reason.args[0] if reason.args else reason)
        raise error(
            f"{name}: {described(table)} cannot be given as an Arrow table: "
            + why.partition("\n")[0].rstrip("."),
            "bad_data",
        ) from reason


def how_to_make_one(table: object) -> str:
    """The end of a message."""
    if isinstance(table, Mapping):
        return "; pyarrow.table(...) makes one of a dict of columns"
    if isinstance(table, list | tuple):
        return "; pyarrow.Table.from_pylist(...) makes one of a list of dicts"
    return ""


def tell(messages: Iterable[str]) -> None:
    """Raises what a call had to say as warnings where it was called from."""
    for message in messages:
        warnings.warn(message, UserWarning, stacklevel=3)
