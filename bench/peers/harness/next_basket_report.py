"""The figures of next baskets as Markdown tables."""

from typing import Any

from .report import lead_text, number
from .split import FEWEST, MOST

COLUMNS = (
    ("nDCG@10", "ndcg@10"),
    ("nDCG@20", "ndcg@20"),
    ("PHR@10", "phr@10"),
    ("PHR@20", "phr@20"),
    ("repeat@10", "repeat@10"),
    ("explore@10", "explore@10"),
    ("repeat@20", "repeat@20"),
    ("explore@20", "explore@20"),
)
HEAD = (
    "| method | Recall@10 | Vitrina ahead | Recall@20 | Vitrina ahead | "
    + " | ".join(title for title, _ in COLUMNS)
    + " |"
)
RULE = "| --- |" + " ---: |" * (4 + len(COLUMNS))


def table(split: dict[str, Any]) -> list[str]:
    """Write the methods of a split, best first."""
    rows = sorted(
        split["entries"],
        key=lambda row: -row["metrics"]["recall@10"]["value"],
    )
    lines = [HEAD, RULE]
    for row in rows:
        found, cells = row["metrics"], [row["title"]]
        for name in ("recall@10", "recall@20"):
            cells.append(number(found[name]["value"]))
            is_peer = row["name"] != "vitrina"
            lead = lead_text(found[name]["vitrina_ahead"]) if is_peer else ""
            cells.append(lead)
        cells += [number(found[name]["value"]) for _, name in COLUMNS]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def about(split: dict[str, Any]) -> str:
    """Say who is judged, and what is known that comes later."""
    later = split["targets_before"]
    known = (
        "nothing that is learned from is later than a target"
        if later == 0
        else f"for {later:.0%} of the targets something that is learned "
        "from is later, for every method"
    )
    return (
        f"{split['customers']:,} customers, {split['products']:,} products, "
        f"{split['target_size']:.1f} in a target basket; learned until "
        f"{split['learned_until']}: {known}."
    )


def markdown(report: dict[str, Any]) -> str:
    """Write the tables of all logs and splits."""
    lines = [
        f"{report['program']['version']} (SHA-256 "
        f"{report['program']['sha256'][:16]}). Customers with {FEWEST} to "
        f"{MOST} baskets; at most {report['trials']} sets of parameters a "
        "method. Intervals: 95%, paired, "
        f"{report['draws']} draws of customers; bold is clear of 0. "
        "«Repeat» and «explore» are the recall of what a customer had and "
        "had not bought before.",
    ]
    for result in report["logs"]:
        for split in result["splits"]:
            lines += ["", f"### {result['log']}, {split['split']}", ""]
            lines += [about(split), "", *table(split)]
    return "\n".join(lines) + "\n"
