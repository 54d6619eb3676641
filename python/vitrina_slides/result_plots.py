"""Pictures of what was measured on the real logs."""

import datetime as dt

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from vitrina_ops.plots import INK, OTHER, QUIET, SUBJECT

from vitrina_slides.derived import (
    ALIASES,
    GROCERIES,
    RULES,
    Facts,
    effects,
    found_alone,
)
from vitrina_slides.style import (
    PALE,
    WIDE,
    Words,
    decimal_axis,
    number,
    percent_axis,
    share_bars,
)


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


def importance(facts: Facts, words: Words) -> Figure:
    """Share of the trees' gain by feature group."""
    gain = facts["real"]["baskets"]["gain_at_last_cut"]
    rows = sorted(gain.items(), key=lambda row: float(row[1]))
    rows = [row for row in rows if row[1] > 0]
    names = [name.replace("_", " ") for name, _ in rows]
    shares = [float(share) for _, share in rows]
    figure, axes = plt.subplots(figsize=(8.4, 5.8), layout="constrained")
    share_bars(axes, names, shares, [SUBJECT] * len(rows), words, digits=0)
    axes.set(xlabel=words["importance_x"], xlim=(0, max(shares) * 1.14))
    return figure


def ceilings(facts: Facts, words: Words) -> Figure:
    """What each generator finds of what was bought, log by log."""
    logs = facts["learning"]["logs"]
    figure, panels = plt.subplots(
        2, 2, figsize=(10.4, 6.4), layout="constrained"
    )
    for place, (axes, name) in enumerate(
        zip(panels.flat, (*ALIASES.values(), *GROCERIES), strict=True)
    ):
        shares = {
            generator.replace("_", " "): share
            for generator, share in found_alone(logs[name]).items()
        }
        best = max(shares, key=shares.__getitem__)
        colors = [SUBJECT if key == best else PALE for key in shares]
        kept = logs[name]["ceilings"]["candidates"]["share_of_pairs"]
        shares[words["kept"]] = float(kept)
        names = list(reversed(shares))
        share_bars(
            axes,
            names,
            [shares[key] for key in names],
            [OTHER, *reversed(colors)],
            words,
            digits=1,
        )
        axes.set_xlim(0, max(shares.values()) * 1.22)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.tick_params(axis="y", labelsize=12.5)
        if place % 2:
            axes.set_yticklabels([])
        axes.set_title(
            words["logs"][name], loc="left", fontweight="bold", fontsize=14
        )
    figure.supxlabel(words["ceilings_x"], fontsize=12.5)
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
    figure, axes = plt.subplots(figsize=(6.2, 3.7), layout="constrained")
    whole = [row for row in found["history"] if row["value"] is not None]
    x = [row["number"] for row in whole]
    values = [row["value"] for row in whole]
    best = [max(values[: i + 1]) for i in range(len(values))]
    axes.plot(x, values, "o", color=PALE, ms=8)
    axes.plot([], [], "o", color=PALE, ms=8, label=words["tuning"]["trial"])
    axes.step(
        x,
        best,
        where="post",
        color=SUBJECT,
        lw=3,
        label=words["tuning"]["best"],
    )
    axes.axhline(
        found["default_objective"],
        color=OTHER,
        lw=2,
        ls="--",
        label=words["tuning"]["default"],
    )
    axes.legend(loc="lower right", fontsize=12)
    axes.set(xlabel=words["trial"], ylabel=words["objective"])
    decimal_axis(axes.yaxis, words, 4)
    axes.grid(axis="y")
    return figure


def inside_visit(facts: Facts, words: Words) -> Figure:
    """Share of what was wanted that a list names: the day's, and live."""
    logs = facts["replay"]["logs"]
    figure, panels = plt.subplots(
        len(logs), 1, figsize=(8.8, 6.0), layout="constrained", squeeze=False
    )
    for axes, (name, log) in zip(panels.flat, logs.items(), strict=True):
        rates = {
            target: found["hit_rates"][0]
            for target, found in log["targets"].items()
        }
        for side, key, color in (
            (-0.2, "frozen", PALE),
            (0.2, "live", SUBJECT),
        ):
            bars = axes.barh(
                [place + side for place in range(len(rates))],
                [rate[key] for rate in rates.values()],
                color=color,
                height=0.38,
                label=words["visit"][key],
            )
            axes.bar_label(
                bars,
                [
                    f"{number(100 * rate[key], words, 1)}%"
                    for rate in rates.values()
                ],
                padding=6,
                fontweight="bold",
            )
        axes.set_yticks(
            range(len(rates)), [words["visit"][target] for target in rates]
        )
        axes.invert_yaxis()
        percent_axis(axes.xaxis, words)
        axes.set_xlim(0, max(rate["live"] for rate in rates.values()) * 1.14)
        axes.set_title(
            words["logs"][name], loc="left", fontweight="bold", fontsize=14
        )
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    panels[0][0].legend(loc="lower right", fontsize=13)
    panels[-1][0].set_xlabel(words["visit_x"])
    return figure
