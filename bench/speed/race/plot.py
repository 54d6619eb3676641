"""How many times faster, as bars; and time and memory by rows."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib import ticker  # noqa: E402

GIB = 2**30


def draw(report: dict[str, Any], path: Path) -> None:
    """Write a picture with a bar a part and peer, on a logarithmic axis."""
    bars = [
        (f"{part['title']}, {name}", ratio)
        for part in report["parts"]
        for name, ratio in part["ratios"].items()
    ]
    if not bars:
        return
    labels, ratios = zip(*bars, strict=True)
    medians = [ratio["median"] for ratio in ratios]
    errors = [
        [ratio["median"] - ratio["low"] for ratio in ratios],
        [ratio["high"] - ratio["median"] for ratio in ratios],
    ]
    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.4 * len(bars)))
    axes.barh(labels, medians, xerr=errors, color="#4477aa", capsize=3)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.invert_yaxis()
    axes.set_xlabel("times as long as Vitrina (median, least and greatest)")
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    plt.close(figure)


def draw_growth(report: dict[str, Any], path: Path) -> None:
    """Time and memory by rows, both axes logarithmic, beside the bar."""
    points = sorted(report["scales"], key=lambda one: float(one["rows"]))
    rows = [point["rows"] / 1e6 for point in points]
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for part, label, colour in (
        ("run", "vitrina run", "#4477aa"),
        ("recommend", "recommend from a bundle", "#cc6677"),
    ):
        medians = [point[part]["seconds"]["median"] for point in points]
        left.plot(rows, medians, "o-", color=colour, label=label)
        peaks = [point[part]["peak_bytes"] / GIB for point in points]
        right.plot(rows, peaks, "o-", color=colour, label=label)
    first = points[0]["run"]["seconds"]["median"]
    left.plot(
        rows,
        [first * size / rows[0] for size in rows],
        ":",
        color="grey",
        label="in proportion to the rows",
    )
    for axes, unit in ((left, "seconds"), (right, "GiB at the peak")):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("rows of the log, millions")
        axes.set_ylabel(unit)
        axes.set_xticks(rows, [f"{size:.3g}" for size in rows])
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    left.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)
