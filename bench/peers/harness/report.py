"""The contest's figures as a Markdown page."""

from typing import Any

HEAD = (
    "| method | choice of customers | A | B | C | Vitrina ahead in A "
    "| A, N = 10% | B | C | Vitrina ahead in A | tried | fit, s |"
)
RULE = "| --- " * 2 + "| ---: " * 10 + "|"


def number(value: float) -> str:
    """Write a share without its leading zero."""
    if value != value:
        return "-"
    return f"{value:.4f}".replace("0.", ".", 1)


def ahead(found: dict[str, Any]) -> str:
    """Write how far Vitrina is ahead, with the paired interval."""
    lead = found["vitrina_ahead"]["a"]
    low, high = f"{lead['low']:+.4f}", f"{lead['high']:+.4f}"
    clear = lead["low"] > 0 or lead["high"] < 0
    mark = "**" if clear else ""
    return f"{mark}{lead['value']:+.4f}{mark} [{low}, {high}]"


def table(result: dict[str, Any]) -> list[str]:
    """Write the pooled table of a log, best first."""
    rows = sorted(
        result["entries"], key=lambda row: -row["sizes"]["n"]["pooled"]["a"]
    )
    lines = [HEAD, RULE]
    for row in rows:
        cells = [row["title"], row["choice"]]
        for size in ("n", "share"):
            found = row["sizes"][size]
            cells += [number(found["pooled"][name]) for name in "abc"]
            cells.append("" if row["name"] == "vitrina" else ahead(found))
        cells.append(str(len(row["tried"])) if row.get("tried") else "")
        seconds = row.get("seconds")
        cells.append(f"{sum(seconds) / len(seconds):.1f}" if seconds else "")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def cut_table(result: dict[str, Any], size: str) -> list[str]:
    """Write the readings of each cut."""
    cuts = list(result["cuts"])
    head = "| method |" + "".join(f" {cut} A | B | C |" for cut in cuts)
    lines = [head, "| --- |" + " ---: |" * (3 * len(cuts))]
    for row in result["entries"]:
        cells = [row["title"]]
        for cut in cuts:
            found = row["sizes"][size]["cuts"][cut]
            cells += [number(found[name]) for name in "abc"]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def markdown(report: dict[str, Any]) -> str:
    """Write the tables of all logs."""
    made = ", ".join(
        f"{name} {version}" for name, version in report["versions"].items()
    )
    lines = [
        f"{report['program']['version']} (SHA-256 "
        f"{report['program']['sha256'][:16]}); {made}.",
        f"Tuned at {', '.join(report['tuning_cuts'])}, reported at "
        f"{', '.join(report['cuts'])}, {report['horizon_days']:g} days ahead; "
        "readings are pooled over the cuts (mean over buyer and cut). "
        f"Intervals: 95%, paired, {report['draws']} draws of buyers with "
        "all their cuts; bold is clear of 0. «Tried» counts sets of "
        "parameters; the seconds are of one fit on a busy machine.",
    ]
    for result in report["logs"]:
        lines += ["", f"## {result['log']}, N = {report['max_users']}", ""]
        counts = "; ".join(
            f"{cut}: {about['users']} users, {about['buyers']} buyers, "
            f"10% is {about['sent_share']}"
            for cut, about in result["cuts"].items()
        )
        lines += [counts, "", *table(result)]
        for size, name in (
            ("n", f"N = {report['max_users']}"),
            ("share", "N = 10% of users"),
        ):
            lines += ["", f"### {result['log']}, by cut, {name}", ""]
            lines += cut_table(result, size)
    return "\n".join(lines) + "\n"
