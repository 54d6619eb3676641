"""Arguments as the extension module takes them, or Error with their name."""

import operator
import os
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from numbers import Real
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from vitrina._vitrina import Error

PathLike: TypeAlias = str | os.PathLike[str]
Moment: TypeAlias = str | date | np.datetime64
Id: TypeAlias = str | int

# What the extension module holds in 32 bits; narrower limits are its own.
INT32 = range(-(2**31), 2**31)
UINT64 = range(2**64)


def error(message: str, code: str = "config") -> Error:
    """An Error of the package itself."""
    made = Error(message)
    made.code = code
    return made


def wrong(name: str, found: object, expected: str) -> Error:
    """The Error for an argument that is not what it should be."""
    return error(f"{name}: found {described(found)}, expected {expected}")


def described(value: object) -> str:
    """A short value itself, another one by its type."""
    if value is None or isinstance(value, bool | int | float | str | date):
        shown = str(value) if isinstance(value, date) else repr(value)
        if len(shown) <= 60:
            return shown
    kind = type(value)
    name = kind.__name__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__.split('.')[0]} {name}"
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def plain(value: object) -> object:
    """A scalar of pyarrow as the Python value that it is."""
    return value.as_py() if isinstance(value, pa.Scalar) else value


def text(name: str, value: object, expected: str = "a text") -> str:
    """A str that the extension module can read."""
    if not isinstance(value, str):
        raise wrong(name, value, expected)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise error(
            f"{name}: found {ascii(value)}, expected text that is Unicode"
        ) from None
    return str(value)


def integer(name: str, value: object, limits: range = INT32) -> int:
    """A whole number of any kind."""
    value = plain(value)
    if isinstance(value, bool | np.bool_):
        raise wrong(name, value, "a whole number")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise wrong(name, value, "a whole number") from None
    if number < limits[0]:
        raise wrong(name, number, f"{limits[0]} or more")
    if number > limits[-1]:
        raise wrong(name, number, f"{limits[-1]} or less")
    return number


def integer_or_none(name: str, value: object) -> int | None:
    return None if value is None else integer(name, value)


def boolean(name: str, value: object) -> bool:
    """True or False, numpy's too."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise wrong(name, value, "True or False")


def number(name: str, value: object) -> float:
    """A number of any kind."""
    value = plain(value)
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise wrong(name, value, "a number")
    return float(value)


def number_or_none(name: str, value: object) -> float | None:
    return None if value is None else number(name, value)


def path(name: str, value: object) -> Path:
    """A Path; relative ones are of the current folder."""
    if not isinstance(value, str | os.PathLike):
        raise wrong(name, value, "a path")
    given = os.fspath(value)
    try:
        if (
            isinstance(given, str)
            and given
            and b"\0" not in os.fsencode(given)
        ):
            return Path(given)
    except UnicodeEncodeError:
        pass  # no file can be called so
    raise error(f"{name}: found {ascii(given)}, expected a path")


def path_or_empty(name: str, value: object) -> Path | str:
    """A Path; empty where there is none."""
    return "" if value is None else path(name, value)


def moment(name: str, value: object, *, takes_zone: bool = False) -> str:
    """A time as the program reads it. A date is its midnight."""
    value = plain(value)
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
    if isinstance(value, str) and value:
        if not takes_zone:
            check_has_no_zone(name, value)
        return text(name, value)
    if isinstance(value, datetime):
        if value.tzinfo is not None and not takes_zone:
            raise zoned(name, value)
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise wrong(name, value, "a date, a datetime or an ISO text")


def moment_or_empty(
    name: str, value: object, *, takes_zone: bool = False
) -> str:
    """A time as the program reads it; empty where there is none."""
    return "" if value is None else moment(name, value, takes_zone=takes_zone)


def check_has_no_zone(name: str, value: str) -> None:
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return  # what is wrong with it is told by who reads it
    if read.tzinfo is not None:
        raise zoned(name, read)


def zoned(name: str, value: datetime) -> Error:
    return error(
        f"{name}: found {value.isoformat()}, expected a time without a zone, "
        "in the log's own clock (UTC where the log's times have a zone); "
        "value.astimezone(zone).replace(tzinfo=None) makes one"
    )


def identifier(name: str, value: object) -> str:
    """The text of an id; a whole number is the text of its digits."""
    value = plain(value)
    if isinstance(value, str):
        return text(name, value)
    expected = "an id, a text or a whole number"
    if isinstance(value, bool | np.bool_):
        raise wrong(name, value, expected)
    try:
        return str(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        raise wrong(name, value, expected) from None


def identifiers(name: str, values: object) -> list[str] | None:
    """The texts of ids: of a list, a set, an array, a Series, or None."""
    if values is None:
        return None
    expected = "a list of ids, texts or whole numbers"
    if isinstance(values, str | bytes | Mapping):
        raise wrong(name, values, expected)
    if hasattr(type(values), "columns"):
        raise wrong(name, values, f"{expected}; give one of its columns")
    try:
        each = iter(values)  # type: ignore[call-overload]
    except TypeError:
        raise wrong(name, values, expected) from None
    return [
        identifier(f"{name}[{place}]", value)
        for place, value in enumerate(each)
    ]


def parameters(values: object) -> dict[str, str]:
    """Parameters by name, written as `--set` takes them."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise wrong("params", values, 'a dict such as {"train.rounds": 20}')
    return {
        text("params", name, "names as texts"): value_text(
            f"params[{name!r}]", value
        )
        for name, value in values.items()
    }


def value_text(name: str, value: Any) -> str:
    value = plain(value)
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str):
        return text(name, value)
    if isinstance(value, Real):
        # numpy's numbers say their type in repr alone
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, bytes | Mapping):
        return ", ".join(value_text(name, part) for part in value)
    raise wrong(name, value, "a text, a number, a bool or a list of these")
