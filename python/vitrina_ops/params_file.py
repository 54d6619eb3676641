"""Changing values of params.yaml in place: its comments stay."""

import re
from typing import Any

from vitrina_ops.errors import OpsError

LINE = re.compile(r"^( *)([A-Za-z_]\w*):(?: (.*))?$")


def written(value: Any) -> str:
    """A value as YAML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def edited(name: str, text: str, values: dict[str, Any]) -> str:
    """The text with new values of `section.field` keys."""
    left = dict(values)
    path: list[tuple[int, str]] = []
    lines = []
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            indent = len(match[1])
            path = [entry for entry in path if entry[0] < indent]
            path.append((indent, match[2]))
            key = ".".join(part for _, part in path)
            if key in left and match[3]:
                line = f"{match[1]}{match[2]}: {written(left.pop(key))}"
        lines.append(line)
    if left:
        raise OpsError(f"{name}: has no {', '.join(left)}; run `make docs`")
    return "\n".join(lines) + "\n"
