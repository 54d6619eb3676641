"""Pictures of the simulated shop's log."""

import datetime as dt

import matplotlib.pyplot as plt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from vitrina_ops.plots import OTHER, QUIET, SUBJECT

from vitrina_slides.derived import Facts
from vitrina_slides.style import (
    PALE,
    SOFT,
    WIDE,
    Words,
    number,
    percent_axis,
)


def heatmap(facts: Facts, words: Words) -> Figure:
    """Actions by day of the log and hour of the day."""
    found = facts["shop"]["log"]["by_day_and_hour"]
    days = [dt.date.fromisoformat(day) for day in found["days"]]
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    colors = LinearSegmentedColormap.from_list(
        "window", ["#f5f7fa", PALE, SUBJECT, "#0a2a4a"]
    )
    image = axes.imshow(found["events"], aspect="auto", cmap=colors)
    axes.set_xticks(
        range(0, 24, 3), [f"{hour}:00" for hour in range(0, 24, 3)]
    )
    places = range(0, len(days), 3)
    axes.set_yticks(places, [f"{days[i]:%d.%m}" for i in places])
    axes.set(xlabel=words["hour"], ylabel=words["day"])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, fraction=0.035, pad=0.02)
    bar.outline.set_visible(False)
    bar.set_label(words["actions_axis"])
    bar.ax.yaxis.set_major_formatter(
        FuncFormatter(lambda v, _: number(v, words))
    )
    return figure


def funnel(facts: Facts, words: Words) -> Figure:
    """Users by the furthest step they took, on a log scale."""
    values = list(facts["shop"]["log"]["funnel"].values())
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    names = words["funnel"]
    colors = [PALE, "#7fa8cf", SUBJECT, OTHER]
    axes.barh(names, values, color=colors, height=0.62)
    axes.set_xscale("log")
    axes.set_xlim(min(values) / 6, max(values) * 8)
    axes.invert_yaxis()
    for row, value in enumerate(values):
        share = number(100 * value / values[0], words, 1 if row else 0)
        axes.annotate(
            f"{number(value, words)}   {share}%",
            (value, row),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
        )
    axes.tick_params(axis="y", length=0, labelsize=14)
    axes.set_xlabel(words["users"])
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda v, _: number(v, words))
    )
    axes.spines["left"].set_visible(False)
    return figure


def tail(facts: Facts, words: Words) -> Figure:
    """Share of the events of the most popular products."""
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    colors = {"view": PALE, "basket_add": SUBJECT, "order": OTHER}
    for name, shares in facts["shop"]["log"]["long_tail"].items():
        x = [i / (len(shares) - 1) for i in range(len(shares))]
        axes.plot(
            x, shares, color=colors[name], lw=3, label=words["tail"][name]
        )
    axes.plot([0, 1], [0, 1], color=QUIET, lw=1.2, ls=(0, (4, 4)))
    axes.axvline(0.1, color=QUIET, lw=1)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.01),
        xlabel=words["tail_x"],
        ylabel=words["tail_y"],
    )
    percent_axis(axes.xaxis, words)
    percent_axis(axes.yaxis, words)
    axes.legend(loc="lower right", fontsize=14)
    axes.grid(axis="y")
    return figure


def basket(facts: Facts, words: Words) -> Figure:
    """What became of additions to a basket, by hours since."""
    life = facts["shop"]["log"]["basket_life"]
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    for name, color, label in (
        ("basket_delete", QUIET, words["no_basket_delete"]),
        ("order", OTHER, words["order"]),
    ):
        axes.plot(life["hours"], life[name], color=color, lw=3, marker="o")
        axes.annotate(
            label,
            (life["hours"][-1], life[name][-1]),
            xytext=(10, 0),
            textcoords="offset points",
            va="center",
            color=SOFT if name != "order" else "#9c5a10",
            fontweight="bold",
            annotation_clip=False,
        )
    axes.set_xscale("log")
    marks = [0.5, 1, 3, 6, 12, 24, 72, 240]
    axes.set_xticks(
        marks, [number(m, words, 1 if m < 1 else 0) for m in marks]
    )
    axes.minorticks_off()
    top = max(max(life["order"]), max(life["basket_delete"]))
    axes.set(
        ylim=(0, top * 1.12),
        xlabel=words["basket_x"],
        ylabel=words["basket_y"],
    )
    percent_axis(axes.yaxis, words)
    axes.grid(axis="y")
    return figure
