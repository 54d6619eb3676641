"""How many times faster, as bars."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


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
