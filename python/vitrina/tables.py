"""What a table or a path is to the extension module."""

import os
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias


class ArrowStream(Protocol):
    """A table that another library holds: pandas, polars, pyarrow, ..."""

    def __arrow_c_stream__(
        self, requested_schema: object | None = None
    ) -> object: ...


PathLike: TypeAlias = str | os.PathLike[str]
Source: TypeAlias = PathLike | ArrowStream


def native_source(source: Source) -> object:
    """A Path, or a capsule with the table's stream of batches."""
    if isinstance(source, str | os.PathLike):
        return Path(source)
    return source.__arrow_c_stream__()


def path_or_none(path: PathLike | None) -> Path | str:
    """A Path; empty where there is none."""
    return "" if path is None else Path(path)


def moment(time: str | datetime | None) -> str:
    """A time as the program reads it; empty where there is none."""
    return time.isoformat() if isinstance(time, datetime) else time or ""
