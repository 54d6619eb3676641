"""The tables of growth, in Markdown."""

from typing import Any

from race.growth import slope
from race.table import memory, row, seconds, with_spread

Report = dict[str, Any]
GIB = 2**30
BAR_GROWTH = 1.1
BAR_THREADS = 1.7


def taken(report: Report, summary: dict[str, float]) -> str:
    """Seconds; with their spread where there is more than one run."""
    if report["repeats"] > 1:
        return with_spread(summary)
    return seconds(summary["median"])


def scale_table(report: Report) -> list[str]:
    """A row a scale: rows, users, products, the run, the bundle."""
    head = ["scale", "rows", "users", "products", "`vitrina run`", "peak"]
    head += ["`recommend` from a bundle", "peak"]
    lines = [row(head), row(["--:"] * len(head))]
    for point in report["scales"]:
        run, answer = point["run"], point["recommend"]
        lines.append(
            row(
                [
                    f"{point['scale']:g}",
                    f"{point['rows']:,}",
                    f"{point['users']:,}",
                    f"{point['products']:,}",
                    taken(report, run["seconds"]),
                    memory(run["peak_bytes"]),
                    taken(report, answer["seconds"]),
                    memory(answer["peak_bytes"]),
                ]
            )
        )
    return lines


def stage_table(report: Report) -> list[str]:
    """A row a stage, a column a scale, one thread beside two."""
    points, threads = report["scales"], report["threads"]
    head = ["stage", *(f"scale {point['scale']:g}" for point in points)]
    if threads:
        head += [f"1 thread, scale {threads['scale']:g}", "2 threads", "times"]
    lines = [row(head), row(["---"] + ["--:"] * (len(head) - 1))]
    for stage in points[0]["stages"]:
        cells = [seconds(point["stages"][stage]) for point in points]
        if threads:
            cells += [
                seconds(threads["one"][stage]),
                seconds(threads["two"][stage]),
                f"{threads['times'].get(stage, 1):.2f}",
            ]
        lines.append(row([stage, *cells]))
    return lines


def conditions(report: Report) -> str:
    """On what machine, when, and how quietly."""
    machine = report["machine"]
    loads = [
        point[part]["other_load"]
        for point in report["scales"]
        for part in ("run", "recommend")
    ]
    runs = (
        f"median of {report['repeats']} runs"
        if report["repeats"] > 1
        else "one run"
    )
    return (
        f"Simulated shops, seed {report['seed']}. Machine: "
        f"{machine['processor']}, {machine['processors']} processors, "
        f"{machine['memory_bytes'] / GIB:.0f} GiB. 2 threads; {runs} "
        f"a scale; measured on {report['made']}. "
        f"Other processes used at most {100 * max(loads):.1f}% of the "
        "processors during a run."
    )


def verdict(report: Report) -> list[str]:
    """The bars, and what was reached."""
    points = report["scales"]
    largest = max(points, key=lambda point: float(point["rows"]))
    lines = []
    if len(points) > 1:
        lines.append(
            "- From one scale to the next time grew by at most "
            f"{slope(points):.2f} times what the rows did. Bar: {BAR_GROWTH}."
        )
    lines.append(
        f"- Scale {largest['scale']:g} took at most "
        f"{largest['run']['peak_bytes'] / GIB:.1f} GiB."
    )
    if report["threads"]:
        lines.append(
            "- Two threads against one, "
            f"{', '.join(report['threads']['parallel_stages'])} together: "
            f"{report['threads']['parallel_times']:.2f} times as fast. Bar: "
            f"{BAR_THREADS}."
        )
    return lines


def page(report: Report) -> str:
    """The whole report as text."""
    lines = [conditions(report), "", *scale_table(report), ""]
    lines += [*stage_table(report), "", *verdict(report)]
    return "\n".join(lines) + "\n"
