"""Arrays on disk: the numbers alone, the file's suffix tells the type.

The same convention as bench/speed/arrays.hpp: ``offsets.u64`` holds
little-endian unsigned 64-bit numbers.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
TYPES = {
    ".u8": "<u1",
    ".u32": "<u4",
    ".u64": "<u8",
    ".i64": "<i8",
    ".f32": "<f4",
    ".f64": "<f8",
}


def read_array(path: Path) -> Array:
    """The numbers of a file, one-dimensional."""
    return np.fromfile(path, dtype=TYPES[path.suffix])


def write_array(path: Path, values: Array) -> None:
    """Write numbers, row-major, as the type of the file's suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.ascontiguousarray(values, dtype=TYPES[path.suffix]).tofile(path)
