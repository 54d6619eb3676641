"""Writes docs/features.md: every feature column, and what it brings.

Names, meanings and scopes are what ``vitrina features`` says, figures those
of docs/measured/importance.json (scripts/measure/column_importance.py).
``feature_docs.py [PROGRAM]`` writes the page, ``feature_docs.py --check
[PROGRAM]`` exits with 1 when the page is not what it would write. PROGRAM is
build/vitrina by default.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cli_docs import output_of, write_or_check
from vitrina_ops.files import read_json

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "features.md"
MEASURED = ROOT / "docs" / "measured" / "importance.json"

HEAD = """\
# Feature columns

{columns} columns in {groups} groups, {columns_on} of them on by default \
(`features.<group>.enabled` and `candidates.<generator>.enabled` switch). \
A column is named `group__column`. Not a number means «unknown» to the \
trees. This page is what `vitrina features` says, with the figures of \
`docs/measured/importance.json`; `make docs` writes it.

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

## Figures
Measured with `scripts/measure/column_importance.py`, as of {as_of}: \
{data}. The ranker is that of the valid fold, the figures are of the valid \
fold.

- **gain**: share of the trees' total gain, in percent.
- **A**: what reading A loses when the column's values are exchanged among \
the candidates of all scored users, in thousandths of recall. Below 0, \
chance has helped.
- **loss**: what the cross-entropy of w rises by then, in percent of itself: \
the smoother measure.

Permuting a column says what the trained trees take from it, not what they \
would miss without it: columns that tell the same share it. Columns that are \
on by default have the figures of a run with the defaults, the others those \
of a run with every generator and group on. 0 is a column that no tree \
splits on, «–» one that was not measured.

The same of your own log, as JSON:

```sh
build/vitrina run --data shop/ --out answer/ --keep-stages stages/
build/vitrina importance --workspace stages/ --json importance.json
```
"""
FIGURES = ("gain", "A", "loss")


def said(program: Path) -> Any:
    """What the program says of its registries."""
    return json.loads(output_of(program, "features"))


def number(value: float | None) -> str:
    if value is None:
        return "–"
    if value == 0:
        return "0"
    text = f"{value:.2f}" if abs(value) < 9.995 else f"{value:.1f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def figures_of(run: Any, kind: str, name: str) -> list[str]:
    """Gain, A and loss of a column, a group or the base in one run."""
    row = run["base"] if run and kind == "base" else (run or {}).get(kind)
    if row is not None and kind != "base":
        row = row.get(name)
    if row is None:
        return ["–"] * len(FIGURES)
    scales = (100, 1000, 100 / run["cross_entropy"])
    return [
        number(None if value is None else scale * value)
        for value, scale in zip(row, scales, strict=True)
    ]


def cells(measured: Any, kind: str, name: str, is_on: bool) -> list[str]:
    """Gain of each data set, then A, then loss."""
    which = "default" if is_on else "everything_on"
    rows = [
        figures_of(runs.get(which), kind, name)
        for runs in measured["data"].values()
    ]
    return [row[at] for at in range(len(FIGURES)) for row in rows]


def table_head(measured: Any, *titles: str) -> list[str]:
    """A head with three columns of figures for every data set."""
    letters = [letter(name) for name in measured["data"]]
    figures = [f"{figure} {x}" for figure in FIGURES for x in letters]
    rules = ["---"] * len(titles) + ["--:"] * len(figures)
    return [row([*titles, *figures]), row(rules)]


def letter(name: str) -> str:
    """F for full logs, B for baskets, S for the simulated shop."""
    return name.removeprefix("taobao2017-")[0].upper()


def row(values: Any) -> str:
    return "| " + " | ".join(values) + " |"


def times(repeats: int) -> str:
    return f"{repeats} permutation{'' if repeats == 1 else 's'}"


def described(measured: Any) -> str:
    """The data sets with their sizes."""
    texts = []
    for name, runs in measured["data"].items():
        run = runs["default"]
        if not run["buyers"]:
            texts.append(
                f"**{letter(name)}** {name} (scale "
                f"{measured['simulated_scale']:g}, {run['trees']} trees; no "
                f"buyer among the {run['users']:,} sampled users, so that "
                "the gain alone is told)"
            )
            continue
        text = (
            f"**{letter(name)}** {name} ({run['users']:,} of "
            f"{run['scored_users']:,} scored users, {run['buyers']:,} "
            f"buyers, {times(run['repeats'])} of each column, reading A "
            f"{run['recall_a']:.4f}, {run['trees']} trees; everything on: "
        )
        other = runs.get("everything_on")
        text += f"{other['recall_a']:.4f}" if other else "not measured"
        texts.append(text + ")")
    return ", ".join(texts)


def overview(registries: Any, measured: Any) -> list[str]:
    """The table of groups."""
    lines = ["\n## Groups"]
    head = ("group", "scope", "columns", "default")
    lines += table_head(measured, *head)
    base = ["own-history base", "user x product", "–", "on"]
    lines.append(row(base + cells(measured, "base", "", True)))
    for group in registries["groups"]:
        values = [
            f"[{group['name']}](#{group['name']})",
            group["scope"],
            str(len(group["columns"])),
            "on" if group["on"] else "off",
        ]
        figures = cells(measured, "groups", group["name"], group["on"])
        lines.append(row(values + figures))
    lines.append(
        "\nThe base is the calibrated own-history score from which the trees "
        "start; it is no column. A group is permuted as a whole, all its "
        "columns by one permutation."
    )
    return lines


def section(group: Any, measured: Any) -> list[str]:
    """The heading and the table of one group."""
    state = "On" if group["on"] else "Off"
    lines = [
        f"\n## {group['name']}",
        f"{group['summary'].capitalize()}. Scope: {group['scope']}. "
        f"{state} by default (`{group['section']}.enabled`). "
        f"Reads: {group['as_of']}.\n",
    ]
    lines += table_head(measured, "column", "meaning")
    for column in group["columns"]:
        name = column["name"]
        own = name.removeprefix(group["name"] + "__")
        if group["on"] and not column["on"]:
            own += " (off)"
        values = [own, column["meaning"]]
        figures = cells(measured, "columns", name, column["on"])
        lines.append(row(values + figures))
    return lines


def page(program: Path) -> str:
    """The text of docs/features.md for a program."""
    registries = said(program)
    measured = read_json(MEASURED)
    lines = [
        HEAD.format(
            columns=registries["columns"],
            columns_on=registries["columns_on"],
            groups=len(registries["groups"]),
            as_of=measured["as_of"],
            data=described(measured),
        ).rstrip()
    ]
    lines += overview(registries, measured)
    for group in registries["groups"]:
        lines += section(group, measured)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(write_or_check(PAGE, page, sys.argv[1:]))
