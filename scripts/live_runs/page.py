"""The table of long runs in docs/serving.md."""

from typing import Any

HEAD = """\
| `make` | seen | of which | commit |
| --- | --: | --- | --- |
"""
VERBS = {"kill": "kill-live", "swap": "swap-live", "stop": "stop-live"}
VERBS |= {"half-open": "half-open", "soak": "soak", "fuzz": "fuzz-api"}


def words(name: str, value: float) -> str:
    """`max_p99_ms 2.51` as `p99 ms at most 2.51`."""
    number = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    text = name.replace("_", " ")
    if text.startswith("max "):
        return f"{text.removeprefix('max ')} at most {number}"
    return f"{number} {text}"


def markdown(report: Any) -> str:
    """A row a run; what it was to see comes first."""
    rows = []
    for run, entry in report.items():
        (unit,) = entry["wanted"]
        seen = dict(entry["seen"])
        del seen["parts"]
        cells = [VERBS[run], words(unit, seen.pop(unit))]
        cells.append(", ".join(words(*item) for item in seen.items()))
        rows.append(f"| {' | '.join([*cells, entry['commit']])} |")
    return HEAD + "\n".join(rows) + "\n"
