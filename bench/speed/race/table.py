"""The tables that a report becomes, in Markdown."""

from typing import Any

Report = dict[str, Any]
MIB = 2**20


def seconds(value: float) -> str:
    """Seconds with three digits that matter."""
    if value < 0.1:
        return f"{1000 * value:.3g} ms"
    digits = max(0, 2 - len(str(int(value))) + (value < 1))
    return f"{value:.{digits}f} s"


def times(value: float) -> str:
    return f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def memory(n_bytes: int) -> str:
    return f"{n_bytes / MIB:.0f} MiB"


def row(values: list[str]) -> str:
    return "| " + " | ".join(values) + " |"


def with_spread(summary: dict[str, float]) -> str:
    """The median and how far the extremes are from it."""
    if summary["median"] == 0:
        return "–"
    spread = (summary["high"] - summary["low"]) / 2 / summary["median"]
    return f"{seconds(summary['median'])} ±{100 * spread:.0f}%"


def ratio(summary: dict[str, float]) -> str:
    """How many times longer the peer took, and the extremes."""
    low, high = times(summary["low"]), times(summary["high"])
    return f"**{times(summary['median'])}** [{low}, {high}]"


def part_rows(part: Report) -> list[str]:
    """A row a peer; a part without peers has one row."""
    (our_name, ours), *peers = part["contestants"].items()
    own = [with_spread(ours["seconds"]), memory(ours["peak_bytes"])]
    note = " (disturbed)" if part["is_disturbed"] else ""
    title = part["title"] + note
    if not peers:
        return [row([title, *own, "–", "–", "–", "–"])]
    return [
        row(
            [
                title if at == 0 else "",
                *(own if at == 0 else ["", ""]),
                name,
                with_spread(peer["seconds"]),
                memory(peer["peak_bytes"]),
                ratio(part["ratios"][name]),
            ]
        )
        for at, (name, peer) in enumerate(peers)
    ]


def main_table(report: Report) -> list[str]:
    head = ["part", "Vitrina", "peak", "peer", "peer's time", "peak", "times"]
    rule = ["---", "--:", "--:", "---", "--:", "--:", "--:"]
    lines = [row(head), row(rule)]
    for part in report["parts"]:
        lines += part_rows(part)
    return lines


def conditions(report: Report) -> str:
    """On what and how it was measured."""
    data, machine = report["data"], report["machine"]
    made = data["simulation"]
    log = (
        f"simulated shop, version {made['simulator_version']}, scale "
        f"{made['scale']:g}, seed {made['seed']}"
        if made
        else "a log of one's own"
    )
    versions = ", ".join(
        f"{name} {version}" for name, version in report["versions"].items()
    )
    return (
        f"Log: {log}: {data['events']:,} exploded rows of {data['users']:,} "
        f"users and {data['products']:,} products. Machine: "
        f"{machine['processor']}, {machine['processors']} processors, "
        f"{machine['memory_bytes'] / 2**30:.0f} GiB; {report['threads']} "
        f"threads on each side. {report['repeats']} rounds a part, sides "
        f"in turns; measured on {report['made']}. Peers: {versions}."
    )


def disturbed(report: Report) -> str:
    """Which rounds do not count, in a sentence."""
    rounds = [one for part in report["parts"] for one in part["rounds"]]
    dropped = sum(not one["is_kept"] for one in rounds)
    limit = 100 * report["max_other_load"]
    text = (
        f"{dropped} of {len(rounds)} rounds were dropped because other "
        f"processes used more than {limit:.0f}% of the processors."
    )
    if any(part["is_disturbed"] for part in report["parts"]):
        text += (
            " Parts marked «disturbed» had no quiet round: all of theirs "
            "are kept, and the figures are no result."
        )
    return text


def figure(key: str, value: float) -> str:
    """A measured figure with its unit, which its name ends with."""
    if key.endswith("_us"):
        return f"{key.removesuffix('_us')} {value:.3g} µs"
    if key.endswith("_seconds"):
        return f"{key.removesuffix('_seconds')} {seconds(value)}"
    if key == "columns":
        return f"{value:.0f} columns"
    name = key.removesuffix("_per_second").replace("_", " ")
    if value >= 1e9:
        return f"{value / 1e9:.3g} G {name}/s"
    return f"{value:,.0f} {name}/s"


def figures(part: Report) -> str:
    """What the sides measured beside their seconds, a sentence each."""
    text = ""
    for name, contestant in part["contestants"].items():
        measured = [
            figure(key, value)
            for key, value in contestant["figures"].items()
            if key == "columns"
            or key.endswith(("_us", "_seconds", "_per_second"))
        ]
        if measured:
            text += f" {name.capitalize()}: {', '.join(measured)}."
    return text


def agreements(report: Report) -> list[str]:
    """What was found to agree before anything was timed, and figures."""
    return [
        f"- {part['title']}: {part['agreement']}.{figures(part)} Bar: "
        f"{part['bar']}."
        for part in report["parts"]
    ]


def page(report: Report) -> str:
    """The whole report as text."""
    lines = [conditions(report), "", disturbed(report), ""]
    lines += [*main_table(report), "", *agreements(report)]
    return "\n".join(lines) + "\n"
