"""The table of a recorded run of `make bench-live`."""

from typing import Any

from race import table

LOADS = {
    "answers_1000": "full answers, 64 connections",
    "explained_1000": "the same, each product with its reasons",
    "answers_13000": "full answers, 64 connections",
    "similar_35000": "similar products, 64 connections",
    "events_5000": "events, one a request, 256 connections",
    "events_35000": "the same",
    "events_by_20": "events, 20 a request, 64 connections",
}
HEAD = [
    "what",
    "offered a second",
    "p50",
    "p90",
    "p99",
    "not answered",
    "server's time a request",
    "p99 of the floor",
]


def milliseconds(value: float) -> str:
    """`0.21 ms`, `7.4 ms`, `38 ms`."""
    return f"{value:.2f} ms" if value < 1 else f"{value:.3g} ms"


def offered(load: Any) -> str:
    """Events where they come several at a time, not requests."""
    return f"{load['offered_per_second'] * load['batch']:,.0f}"


def row(name: str, load: Any) -> str:
    lost = load["failed"] + load["unanswered"]
    return table.row(
        [
            LOADS[name],
            offered(load),
            *(milliseconds(load[p]) for p in ("p50_ms", "p90_ms", "p99_ms")),
            f"{lost:,}" if lost else "0",
            f"{load['server_us']:.0f} µs",
            milliseconds(load["floor"]["p99_ms"]),
        ]
    )


def commits(load: Any) -> str:
    """How far durable events are from rows that SQLite alone writes."""
    alone = load["sqlite"]
    done = load["offered_per_second"] * load["batch"]
    return (
        f"{done:,.0f} events a second are {done / alone['rows_a_second']:.2f} "
        f"of the rows that SQLite alone makes durable with "
        f"{alone['rows_a_commit']} in a commit"
    )


def page(report: Any) -> str:
    """The table, and what stands beside it, in Markdown."""
    start, about = report["start"], report["machine"]
    named = [name for name in LOADS if name in report]
    lines = [
        f"Simulated shop, version 1, scale {report['scale']:g}, seed "
        f"{report['seed']}: {start['customers']:,.0f} customers in memory. "
        f"Machine: {about['processor']}, {about['processors']} processors, "
        f"which the load tool shares; {report['seconds']:g} s a load; "
        f"measured on {report['measured']}.",
        "",
        table.row(HEAD),
        table.row(["---", *["--:"] * (len(HEAD) - 1)]),
        *(row(name, report[name]) for name in named),
        "",
        f"Ready {start['ready_seconds']:.2g} s after a start with a snapshot, "
        f"{report['first_start']['ready_seconds']:.2g} s without one and the "
        f"log to read; {start['memory_mb']:.0f} MB resident after the loads. "
        f"{commits(report['events_35000'])}; "
        f"{commits(report['events_by_20'])}.",
    ]
    checked = sum(report[name]["checked"] for name in named)
    wrong = sum(report[name]["wrong"] for name in named)
    lines[-1] += f" Answers checked: {checked:,}, wrong: {wrong}."
    return "\n".join(lines) + "\n"
