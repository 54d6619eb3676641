"""The contest's figures as a Markdown page."""

from typing import Any

HEAD = (
    "| method | choice of customers | A | B | C | Vitrina ahead in A "
    "| A, N = 10% | B | C | Vitrina ahead in A | tried | fit, s |"
)
RULE = "| --- " * 2 + "| ---: " * 10 + "|"


def number(value: float | None) -> str:
    """Write a share without its leading zero; over nobody there is none."""
    if value is None or value != value:
        return "-"
    return f"{value:.4f}".replace("0.", ".", 1)


def ahead(found: dict[str, Any]) -> str:
    """Write how far Vitrina is ahead in reading A."""
    return lead_text(found["vitrina_ahead"]["a"])


def lead_text(lead: dict[str, float]) -> str:
    """Write a difference with its paired interval, bold if clear of 0."""
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


def between(values: list[int]) -> str:
    """Write the least and the largest of some counts."""
    low, high = f"{min(values):,}", f"{max(values):,}"
    return low if low == high else f"{low} to {high}"


def heading(result: dict[str, Any]) -> str:
    """Say where a log was cut and who was there."""
    cuts = list(result["cuts"])
    about = list(result["cuts"].values())
    counts = {
        name: between([one[name] for one in about])
        for name in ("users", "buyers", "sent_share")
    }
    made = ", ".join(
        f"{name} {version}" for name, version in result["versions"].items()
    )
    return (
        f"Tuned at {', '.join(result['tuning_cuts'])}; reported at "
        f"{', '.join(cuts)}. At a cut {counts['users']} users are known, "
        f"{counts['buyers']} of them buy; 10% is {counts['sent_share']}. "
        f"{result['program']['version']}; {made}."
    )


def best_peer(result: dict[str, Any], size: str) -> dict[str, Any]:
    """Find the entry with the best reading A that is not Vitrina's."""
    rows = [row for row in result["entries"] if row["name"] != "vitrina"]
    best = max(rows, key=lambda row: row["sizes"][size]["pooled"]["a"])
    return dict(best)


def short(report: dict[str, Any]) -> str:
    """Write one line a log and number of customers: the best peer of all."""
    lines = [
        "| log | customers named | Vitrina, A | best peer | its A "
        "| Vitrina ahead |",
        "| --- | --- | ---: | --- | ---: | ---: |",
    ]
    for result in report["logs"]:
        ours = next(r for r in result["entries"] if r["name"] == "vitrina")
        for size, name in (("n", f"{report['max_users']}"), ("share", "10%")):
            best = best_peer(result, size)
            found = best["sizes"][size]
            cells = [
                result["log"],
                name,
                number(ours["sizes"][size]["pooled"]["a"]),
                best["title"],
                number(found["pooled"]["a"]),
                ahead(found),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def markdown(report: dict[str, Any]) -> str:
    """Write the tables of all logs."""
    lines = [
        f"{report['horizon_days']:g} days ahead; readings are pooled over "
        "the cuts (mean over buyer and cut). Intervals: 95%, paired, "
        f"{report['draws']} draws of buyers with all their cuts; bold is "
        "clear of 0. The first readings are at N = "
        f"{report['max_users']}. «Tried» counts sets of parameters; the "
        "seconds are of one fit on a busy machine.",
    ]
    for result in report["logs"]:
        lines += ["", f"### {result['log']}", "", heading(result), ""]
        lines += table(result)
    return "\n".join(lines) + "\n"
