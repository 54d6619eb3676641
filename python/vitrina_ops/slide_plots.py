"""The pictures of the slides: SVG, one palette, words in the deck's language.

Each takes the facts and the words of a deck and draws; nothing is computed
that is not a scale of the picture.
"""

import datetime as dt
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.dates as mdates  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib import font_manager  # noqa: E402
from matplotlib.colors import LinearSegmentedColormap  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: E402

from vitrina_ops.plots import INK, OTHER, QUIET, SUBJECT  # noqa: E402
from vitrina_ops.slide_facts import (  # noqa: E402
    ALIASES,
    RULES,
    THIN,
    Facts,
    effects,
)

SOFT = "#52606d"
PALE = "#b9cfe4"
STYLE: Any = {
    "font.family": "Manrope",
    "font.size": 13,
    "svg.fonttype": "path",
    "svg.hashsalt": "vitrina",
    "axes.edgecolor": QUIET,
    "axes.labelcolor": SOFT,
    "axes.labelsize": 12.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#e4e7eb",
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "legend.frameon": False,
}
WIDE = (9.6, 5.9)
Words = dict[str, Any]


def font_folder() -> Path:
    """Where the typeface's files are."""
    return Path(str(files("font_manrope"))) / "files"


def use_font() -> None:
    for path in sorted(font_folder().glob("Manrope-*.ttf")):
        if "Variable" not in path.name:
            font_manager.fontManager.addfont(path)


def number(value: float, words: Words, digits: int = 0) -> str:
    text = f"{value:,.{digits}f}".replace(",", THIN)
    return text.replace(".", ",") if words["lang"] == "ru" else text


def percent_axis(axis: Any, words: Words, digits: int = 0) -> None:
    axis.set_major_formatter(
        FuncFormatter(lambda v, _: f"{number(100 * v, words, digits)}%")
    )


def decimal_axis(axis: Any, words: Words, digits: int) -> None:
    axis.set_major_formatter(
        FuncFormatter(
            lambda v, _: number(v, words, digits).replace("-", "\u2212")
        )
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
    """Customers by the furthest step they took, on a log scale."""
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


def folds(facts: Facts, words: Words) -> Figure:
    """The reported windows: what is seen, what is judged."""
    log = facts["real"]["baskets"]
    begin = dt.datetime.fromisoformat(log["ingest"]["begin"])
    windows = [
        tuple(dt.datetime.fromisoformat(edge) for edge in window)
        for window in log["windows"]
    ]
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    for row, (cut, end) in enumerate(windows):
        seen = (cut - begin).total_seconds() / 86400
        judged = (end - cut).total_seconds() / 86400
        left = float(mdates.date2num(begin))  # type: ignore[no-untyped-call]
        axes.barh(row, seen, left=left, color=SUBJECT, height=0.5)
        axes.barh(row, judged, left=left + seen, color=OTHER, height=0.5)
        axes.text(
            left + seen / 2,
            row,
            words["history"] if row == 0 else "",
            color="white",
            ha="center",
            va="center",
            fontweight="bold",
        )
        axes.text(
            left + seen + judged / 2,
            row,
            words["label_window"] if row == 0 else "",
            ha="center",
            va="center",
            fontsize=11.5,
            fontweight="bold",
        )
    axes.set_yticks(
        range(len(windows)),
        [f"{words['cut']} {cut:%d.%m}" for cut, _ in windows],
    )
    axes.invert_yaxis()
    axes.xaxis_date()
    axes.xaxis.set_major_locator(mdates.DayLocator())  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(
        mdates.DateFormatter("%d.%m")  # type: ignore[no-untyped-call]
    )
    axes.tick_params(axis="y", length=0, labelsize=14)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    return figure


def ceilings(facts: Facts, words: Words) -> Figure:
    """What each generator proposes of what was bought."""
    rows = sorted(
        facts["shop"]["run"]["plots"]["ceilings"],
        key=lambda row: float(row["share_of_pairs"]),
    )
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    names = [
        words["union"]
        if row["generator"] == "union"
        else row["generator"].replace("_", " ")
        for row in rows
    ]
    shares = [float(row["share_of_pairs"]) for row in rows]
    colors = [
        OTHER if row["generator"] == "union" else SUBJECT for row in rows
    ]
    bars = axes.barh(names, shares, color=colors, height=0.62)
    axes.bar_label(
        bars,
        [f"{number(100 * s, words, 1)}%" for s in shares],
        padding=8,
        fontweight="bold",
    )
    axes.set(xlabel=words["ceilings_x"], xlim=(0, max(shares) * 1.16))
    percent_axis(axes.xaxis, words)
    axes.tick_params(axis="y", length=0, labelsize=14)
    axes.spines["left"].set_visible(False)
    return figure


def importance(facts: Facts, words: Words) -> Figure:
    """Share of the trees' gain by feature group."""
    gain = facts["real"]["baskets"]["gain_at_last_cut"]
    rows = sorted(gain.items(), key=lambda row: float(row[1]))
    rows = [row for row in rows if row[1] > 0]
    figure, axes = plt.subplots(figsize=(8.4, 5.8), layout="constrained")
    names = [name.replace("_", " ") for name, _ in rows]
    shares = [float(share) for _, share in rows]
    bars = axes.barh(names, shares, color=SUBJECT, height=0.62)
    axes.bar_label(
        bars,
        [f"{number(100 * s, words, 0)}%" for s in shares],
        padding=8,
        fontweight="bold",
    )
    axes.set(xlabel=words["importance_x"], xlim=(0, max(shares) * 1.14))
    percent_axis(axes.xaxis, words)
    axes.tick_params(axis="y", length=0, labelsize=14)
    axes.spines["left"].set_visible(False)
    return figure


def effects_plot(facts: Facts, words: Words) -> Figure:
    """Leave-one-out effects with their intervals."""
    rows = effects(facts["experiments"], ALIASES["baskets"])
    rows.sort(key=lambda row: (row["kind"], row["value"]), reverse=True)
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    for place, row in enumerate(rows):
        is_clear = row["low"] > 0 or row["high"] < 0
        color = SUBJECT if is_clear else QUIET
        axes.plot([row["low"], row["high"]], [place, place], color=color, lw=3)
        axes.plot(row["value"], place, "o", color=color, ms=8)
    axes.axvline(0, color=INK, lw=1)
    axes.set_yticks(
        range(len(rows)), [row["name"].replace("_", " ") for row in rows]
    )
    axes.set_xlabel(words["effect_axis"])
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    decimal_axis(axes.xaxis, words, 4)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    return figure


def results(facts: Facts, words: Words) -> Figure:
    """Reading A of Vitrina and of the rules on both real logs."""
    figure, panels = plt.subplots(
        2, 1, figsize=(8.6, 6.0), layout="constrained"
    )
    for axes, (alias, name) in zip(panels, ALIASES.items(), strict=True):
        log = facts["real"][alias]
        rows = [(words["vitrina"], log["vitrina"]["a"], OTHER)] + [
            (
                words["rules"][rule],
                log["rules"][rule]["readings"]["a"],
                SUBJECT,
            )
            for rule in RULES
        ]
        for place, (_, a, color) in enumerate(rows):
            axes.barh(place, a["value"], color=color, height=0.6)
            axes.plot([a["low"], a["high"]], [place, place], color=INK, lw=1.6)
            axes.annotate(
                number(a["value"], words, 4),
                (a["high"], place),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontweight="bold",
            )
        axes.set_yticks(range(len(rows)), [row[0] for row in rows])
        axes.invert_yaxis()
        axes.set_xlim(0, max(row[1]["high"] for row in rows) * 1.14)
        axes.set_title(
            words["logs"][name], loc="left", fontweight="bold", fontsize=14
        )
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        decimal_axis(axes.xaxis, words, 2)
    panels[1].set_xlabel(words["recall_axis"])
    return figure


def tuning(facts: Facts, words: Words) -> Figure:
    """The objective trial by trial, and the best so far."""
    found = facts["tuning"]
    figure, axes = plt.subplots(figsize=WIDE, layout="constrained")
    whole = [row for row in found["history"] if row["value"] is not None]
    x = [row["number"] for row in whole]
    values = [row["value"] for row in whole]
    best = [max(values[: i + 1]) for i in range(len(values))]
    axes.plot(x, values, "o", color=PALE, ms=8)
    axes.step(x, best, where="post", color=SUBJECT, lw=3)
    axes.axhline(found["default_objective"], color=OTHER, lw=2, ls="--")
    axes.set(xlabel=words["trial"], ylabel=words["objective"])
    decimal_axis(axes.yaxis, words, 4)
    axes.grid(axis="y")
    return figure


DRAW: dict[str, Callable[[Facts, Words], Figure]] = {
    "heatmap": heatmap,
    "funnel": funnel,
    "tail": tail,
    "basket": basket,
    "folds": folds,
    "ceilings": ceilings,
    "importance": importance,
    "effects": effects_plot,
    "results": results,
    "tuning": tuning,
}


def draw(name: str, facts: Facts, words: Words, to: Path) -> None:
    """Writes a picture; equal facts give equal bytes."""
    use_font()
    with plt.rc_context(STYLE):
        figure = DRAW[name](facts, words)
        figure.savefig(to, metadata={"Date": None, "Creator": None})
        plt.close(figure)
