"""YAML as the program reads it: the core schema of YAML 1.2.

PyYAML's own loader is of YAML 1.1, where 010 is 8, 1e2 a text and 2024-09-29
a date: parameters would be logged and compared that nobody used.
"""

import re
from typing import Any

import yaml

TAG = "tag:yaml.org,2002:"


class CoreLoader(yaml.SafeLoader):
    """Plain scalars: null, true, false, decimal numbers; the rest is text."""

    yaml_implicit_resolvers: dict[str, Any] = {}


def whole(loader: CoreLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node), 10)


def real(loader: CoreLoader, node: yaml.ScalarNode) -> float:
    return float(
        loader.construct_scalar(node).lstrip("+").replace(".inf", "inf")
    )


for name, pattern, first in (
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf",
        "-+.0123456789",
    ),
):
    CoreLoader.add_implicit_resolver(
        TAG + name, re.compile(f"^(?:{pattern})$"), list(first)
    )
CoreLoader.add_constructor(TAG + "int", whole)
CoreLoader.add_constructor(TAG + "float", real)


def load(text: str) -> Any:
    """What one document says. Throws yaml.YAMLError."""
    loader = CoreLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
