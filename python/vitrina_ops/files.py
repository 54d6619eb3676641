"""Reading and writing the files of the pipeline."""

import hashlib
import json
import math
import os
from pathlib import Path
from typing import Any

from vitrina_ops.errors import OpsError


def write_text(path: Path, text: str) -> None:
    """Writes the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_text(path: Path) -> str:
    """The whole file."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise OpsError(
            f"{path} is missing; run `dvc repro` (or `make run`) first"
        ) from None
    except UnicodeDecodeError:
        raise OpsError(f"{path}: is not UTF-8; make it again") from None
    except OSError as error:
        raise OpsError(f"{path}: cannot read: {cause(error)}") from None


def cause(error: OSError) -> str:
    """What the system said, without Python's own form of it."""
    return (error.strerror or type(error).__name__).lower()


def read_json(path: Path) -> Any:
    """What a JSON file says."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise OpsError(
            f"{path}:{error.lineno}: is no whole JSON file; "
            "run the pipeline again"
        ) from None


def finite(value: Any) -> Any:
    """`value` with None for every number that JSON has no word for."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return None if is_odd else value


def write_json(path: Path, value: Any, indent: int = 2) -> None:
    """Writes `value`; a number that is not finite is null."""
    whole = finite(value)
    text = json.dumps(
        whole, indent=indent, ensure_ascii=False, allow_nan=False
    )
    write_text(path, f"{text}\n")


def sha256_of(text: str) -> str:
    """The digest of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of_file(path: Path) -> str:
    """The digest of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
