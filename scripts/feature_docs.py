"""Writes docs/features.md: every feature column.

Names, meanings and scopes are what ``vitrina features`` says.
``feature_docs.py [PROGRAM]`` writes the page, ``feature_docs.py --check
[PROGRAM]`` exits with 1 when the page is not what it would write. PROGRAM is
build/vitrina by default.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cli_docs import output_of, write_or_check

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "features.md"

HEAD = """\
# Feature columns

{columns} columns in {groups} groups, {columns_on} of them on by default \
(`features.<group>.enabled` and `candidates.<generator>.enabled` switch). \
A column is named `group__column`. Not a number means «unknown» to the \
trees. This page is what `vitrina features` says; `make docs` writes it.

## Nothing after `as_of`
A group sees three things: the history of the user (a prefix of the events, \
cut at `as_of`), models fitted on events before `as_of`, and the catalog. \
The catalog is a snapshot of the end of the log, so that only its lasting \
facts are read (category, title, vector); prices, `add_date` and \
who is listed are not, and a product's age is that of its first event. Each \
section says which of the three the group reads. The contract tests \
(`tests/contract/features_test.cpp`) compute every group for logs that differ \
only at or after `as_of` (no future, shuffled, more events, other users and \
products, other add dates and prices) and ask for equal bits; and they hold \
the word «catalog» of each section against what happens without one.

## What a column brings
On your own log, as JSON: its share of the trees' gain, and what reading A \
loses and the cross-entropy of w rises by when its values are exchanged among \
the candidates of all scored users. That says what the trained trees take \
from a column, not what they would miss without it: columns that tell the \
same share it.

```sh
build/vitrina run --data shop/ --out answer/ --keep-stages stages/
build/vitrina importance --workspace stages/ --json importance.json
```
"""


def said(program: Path) -> Any:
    """What the program says of its registries."""
    return json.loads(output_of(program, "features"))


def row(values: Any) -> str:
    return "| " + " | ".join(values) + " |"


def table_head(*titles: str) -> list[str]:
    return [row(titles), row(["---"] * len(titles))]


def overview(registries: Any) -> list[str]:
    """The table of groups."""
    lines = [
        "\n## Groups",
        *table_head("group", "scope", "columns", "default"),
    ]
    for group in registries["groups"]:
        values = [
            f"[{group['name']}](#{group['name']})",
            group["scope"],
            str(len(group["columns"])),
            "on" if group["on"] else "off",
        ]
        lines.append(row(values))
    return lines


def section(group: Any) -> list[str]:
    """The heading and the table of one group."""
    state = "On" if group["on"] else "Off"
    lines = [
        f"\n## {group['name']}",
        f"{group['summary'].capitalize()}. Scope: {group['scope']}. "
        f"{state} by default (`{group['section']}.enabled`). "
        f"Reads: {group['as_of']}.\n",
    ]
    lines += table_head("column", "meaning")
    for column in group["columns"]:
        name = column["name"]
        own = name.removeprefix(group["name"] + "__")
        if group["on"] and not column["on"]:
            own += " (off)"
        lines.append(row([own, column["meaning"]]))
    return lines


def page(program: Path) -> str:
    """The text of docs/features.md for a program."""
    registries = said(program)
    lines = [
        HEAD.format(
            columns=registries["columns"],
            columns_on=registries["columns_on"],
            groups=len(registries["groups"]),
        ).rstrip()
    ]
    lines += overview(registries)
    for group in registries["groups"]:
        lines += section(group)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page, sys.argv[1:]))
