"""The plots of a search: history, importance of parameters, slices."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from vitrina_ops.plots import OTHER, QUIET, STYLE, SUBJECT  # noqa: E402

Report = dict[str, Any]
SLICE_COLUMNS = 4


def complete(report: Report) -> list[dict[str, Any]]:
    return [row for row in report["history"] if row["value"] is not None]


def history(report: Report) -> Figure:
    """The objective by trial, the best so far, the parameters as they were."""
    rows = complete(report)
    numbers = [row["number"] for row in rows]
    values = [row["value"] for row in rows]
    best = [max(values[: i + 1]) for i in range(len(values))]
    figure, axes = plt.subplots(layout="constrained")
    axes.plot(numbers, values, "o", color=QUIET, label="trial")
    axes.step(numbers, best, where="post", color=SUBJECT, lw=2, label="best")
    base = report["default_objective"]
    axes.axhline(base, color=OTHER, ls="--", label="present parameters")
    axes.set(
        title="The search, trial by trial",
        xlabel="trial",
        ylabel="mean reading A over the cuts",
    )
    axes.legend(loc="lower right")
    axes.grid(axis="y")
    return figure


def importance(report: Report) -> Figure:
    """Share of each parameter in the spread of the objective."""
    rows = sorted(report["importance"].items(), key=lambda row: float(row[1]))
    figure, axes = plt.subplots(layout="constrained")
    axes.barh([key for key, _ in rows], [v for _, v in rows], color=SUBJECT)
    axes.set(
        title="What the objective depends on (fANOVA)",
        xlabel="share of the spread",
    )
    axes.grid(axis="x")
    return figure


def slices(report: Report) -> Figure:
    """The objective by each parameter."""
    rows = complete(report)
    keys = list(report["best"])
    height = -(-len(keys) // SLICE_COLUMNS)
    figure, panels = plt.subplots(
        height,
        SLICE_COLUMNS,
        figsize=(3.2 * SLICE_COLUMNS, 2.5 * height),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for axes, key in zip(panels.flat, keys, strict=False):
        x = [row["values"][key] for row in rows]
        axes.plot(x, [row["value"] for row in rows], "o", color=SUBJECT, ms=4)
        axes.axvline(report["best"][key], color=OTHER, lw=1)
        axes.set_title(key, fontsize=9)
    for axes in panels.flat[len(keys) :]:
        axes.set_visible(False)
    return figure


def draw_all(report: Report, folder: Path) -> None:
    """PNG files of what there is to draw."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"history": history, "slices": slices}
    if report["importance"]:
        figures["importance"] = importance
    for name, draw in figures.items():
        with plt.rc_context(STYLE):
            figure = draw(report)
            figure.savefig(folder / f"{name}.png", metadata={"Software": ""})
            plt.close(figure)
