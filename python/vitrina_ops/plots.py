"""The figures of a run, drawn from what the stages wrote, in English
and Russian."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.ticker import Formatter, PercentFormatter  # noqa: E402

from vitrina_ops.language import LANGUAGES, Say, sayer  # noqa: E402

# One palette for all figures: the subject, what it is held against, helpers.
SUBJECT = "#0b5394"
OTHER = "#e69138"
OTHER_INK = "#9c5a10"  # the same, dark enough for text
QUIET = "#9aa5b1"
INK = "#1f2933"

STYLE: Any = {
    "figure.figsize": (7.2, 4.2),
    "figure.dpi": 100,
    "savefig.dpi": 160,
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#e4e7eb",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
N_COLUMNS = 20

# Columns of the figures' tables that dvc.yaml plots.
PLOTTED = {"importance_groups": ["group", "share"], "lift": ["group", "lift"]}

# Ends of the files' names by language.
SUFFIXES = {"en": ".png", "ru": ".ru.png"}

RUSSIAN_ANSWERS = {
    "organisers": "правило организаторов",
    "own_history": "собственная история",
    "popularity": "популярные товары",
}

Rows = list[dict[str, str]]
Metrics = dict[str, Any]


def read_rows(path: Path) -> Rows:
    """The rows of a CSV file by column."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(rows: Rows, path: Path) -> None:
    """The same as a CSV file. Without rows there is no file, but for what
    dvc.yaml plots: that has its columns, or `dvc plots` says it failed."""
    columns = list(rows[0]) if rows else PLOTTED.get(path.stem)
    if not columns:
        return
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


class WithComma(Formatter):
    """Another formatter's texts, with decimal commas."""

    def __init__(self, inner: Formatter) -> None:
        self.inner = inner

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.inner(x, pos).replace(".", ",")

    def set_axis(self, axis: Any) -> None:
        self.inner.set_axis(axis)

    def set_locs(self, locs: Any) -> None:
        self.inner.set_locs(locs)


def answer_name(name: str, say: Say) -> str:
    """What an answer of reports/metrics.json is called on a page."""
    return say(name.replace("_", " "), RUSSIAN_ANSWERS.get(name, name))


def spread(values: list[float], gap: float) -> list[float]:
    """The values moved up where needed, so that labels do not overlap."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    places = list(values)
    for below, above in zip(order, order[1:], strict=False):
        places[above] = max(places[above], places[below] + gap)
    return places


def draw_recall_by_k(
    axes: Axes, rows: Rows, metrics: Metrics, say: Say
) -> None:
    """Reading A by list length, with the baselines' at the full length."""
    k = [int(row["k"]) for row in rows]
    recall = [float(row["recall_a"]) for row in rows]
    ends = {"vitrina": recall[-1]}
    for name, values in metrics.get("baselines", {}).items():
        if values["recall_a"] is not None:
            ends[answer_name(name, say)] = values["recall_a"]
    axes.plot(k, recall, color=SUBJECT, linewidth=2.2, marker="o", ms=4)
    top = max([*ends.values(), *recall, 0.01]) * 1.08
    places = spread(list(ends.values()), top * 0.065)
    for (name, value), place in zip(ends.items(), places, strict=True):
        is_subject = name == "vitrina"
        if not is_subject:
            axes.hlines(
                value, 1, k[-1], color=OTHER, linewidth=1.2, linestyle="--"
            )
        axes.annotate(
            f"{name} {value:.3f}",
            (k[-1], place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            color=SUBJECT if is_subject else OTHER_INK,
            fontweight="bold" if is_subject else "normal",
            annotation_clip=False,
        )
    axes.set(
        title=say(
            "How many products are worth proposing",
            "Сколько товаров стоит предлагать",
        ),
        xlabel=say("products a customer", "товаров на покупателя"),
        ylabel=say(
            "recall, all buyers of the valid fold",
            "recall по всем покупателям валидации",
        ),
        xlim=(0.5, k[-1] + 0.5),
        ylim=(0, top),
    )
    axes.grid(axis="y")


def draw_ceilings(axes: Axes, rows: Rows, metrics: Metrics, say: Say) -> None:
    """What each generator proposes of what was bought."""
    rows = sorted(rows, key=lambda row: float(row["share_of_pairs"]))
    names = [row["generator"].replace("_", " ") for row in rows]
    shares = [float(row["share_of_pairs"]) for row in rows]
    colors = [SUBJECT if name == "union" else QUIET for name in names]
    bars = axes.barh(names, shares, color=colors)
    axes.bar_label(bars, [f"{100 * s:.1f}%" for s in shares], padding=4)
    axes.set(
        title=say(
            "What could be found: bought pairs among the candidates",
            "Что можно было найти: купленные пары среди кандидатов",
        ),
        xlabel=say(
            "share of the pairs bought in the valid fold",
            "доля пар, купленных в валидационном окне",
        ),
        xlim=(0, max(shares, default=1.0) * 1.12 or 1.0),
    )
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x")


def draw_calibration(
    axes: Axes, rows: Rows, metrics: Metrics, say: Say
) -> None:
    """Achieved against expected recall of the named, in equal groups."""
    expected = [float(row["expected"]) for row in rows]
    achieved = [float(row["achieved"]) for row in rows]
    top = max([*expected, *achieved, 1e-3]) * 1.5
    # Most groups are near 0: the axes are straight up to 0.001, then log.
    axes.set_xscale("symlog", linthresh=1e-3)
    axes.set_yscale("symlog", linthresh=1e-3)
    line = [0.0, *(top * 10 ** (-i / 20) for i in range(80, -1, -1))]
    axes.plot(
        line,
        line,
        color=QUIET,
        linewidth=1.2,
        label=say("as expected", "как ожидалось"),
    )
    axes.plot(
        expected,
        achieved,
        color=SUBJECT,
        marker="o",
        linewidth=0,
        clip_on=False,
        label=say(
            "a tenth of the named customers",
            "десятая часть названных покупателей",
        )
        if len(rows) == 10
        else say(
            "a group of the named customers",
            "группа названных покупателей",
        ),
    )
    axes.set(
        title=say(
            "Does the achieved recall match the expected",
            "Совпадает ли достигнутый recall с ожидаемым",
        ),
        xlabel=say("expected recall", "ожидаемый recall"),
        ylabel=say("achieved recall", "достигнутый recall"),
        xlim=(0, top),
        ylim=(-5e-5, top),
    )
    axes.legend(loc="upper left")
    axes.grid()


def draw_importance(
    axes: Axes, rows: Rows, metrics: Metrics, say: Say
) -> None:
    """The columns that the trees gained most from."""
    rows = rows[:N_COLUMNS][::-1]
    names = [row["column"].replace("__", ": ", 1) for row in rows]
    gains = [float(row["share"]) for row in rows]
    axes.barh(names, gains, color=SUBJECT)
    axes.tick_params(axis="y", labelsize=9)
    axes.margins(y=0.01)
    axes.set(
        title=say(
            f"What the ranker uses: the top {len(rows)} features",
            f"На что смотрит ранжирующая модель: первые {len(rows)} признаков",
        ),
        xlabel=say(
            "share of the trees' total gain", "доля суммарного gain деревьев"
        ),
    )
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x")


def draw_lift(axes: Axes, rows: Rows, metrics: Metrics, say: Say) -> None:
    """How much more recall a tenth of the named gave than the average one."""
    lifts = [float(row["lift"]) for row in rows]
    places = range(1, len(rows) + 1)
    bars = axes.bar(places, lifts, color=SUBJECT)
    axes.bar_label(bars, [f"{lift:.1f}" for lift in lifts], padding=3)
    axes.axhline(1, color=OTHER, linewidth=1.2, linestyle="--")
    axes.set(
        title=say(
            "Lift of the ranking of customers",
            "Lift ранжирования покупателей",
        ),
        xlabel=say(
            "group of the named customers, the most promising first",
            "группа названных покупателей, первая — самая перспективная",
        ),
        ylabel=say(
            "achieved recall against the average",
            "достигнутый recall относительно среднего",
        ),
        ylim=(0, max([*lifts, 1]) * 1.12),
    )
    axes.set_xticks(list(places))


def draw_segments(axes: Axes, rows: Rows, metrics: Metrics, say: Say) -> None:
    """Reading A by how much the shop knew of the buyer."""
    places = range(len(rows))
    width = 0.38
    for side, column, label, color in (
        (-0.5, "recall_a", "Vitrina", SUBJECT),
        (
            0.5,
            "own_history",
            say(
                "own history, learned decay",
                "собственная история, обученное затухание",
            ),
            OTHER,
        ),
    ):
        values = [float(row[column]) for row in rows]
        bars = axes.bar(
            [place + side * width for place in places],
            values,
            width,
            color=color,
            label=label,
        )
        axes.bar_label(bars, [f"{value:.3f}" for value in values], padding=3)
    axes.set_xticks(
        list(places),
        [
            say(
                row["events_before"],
                row["events_before"]
                .replace(" to ", "–")
                .replace(" or more", " и больше"),
            )
            + "\n"
            + say(
                f"{int(row['buyers']):,} buyers,\n{int(row['named']):,} named",
                f"купили {int(row['buyers'])},\nназваны {int(row['named'])}",
            )
            for row in rows
        ],
    )
    axes.set(
        title=say(
            "Recall by how much is known about a customer",
            "Recall в зависимости от истории покупателя",
        ),
        xlabel=say("events before the cut", "событий до среза"),
        ylabel=say(
            "recall, all buyers of the group",
            "recall по всем покупателям группы",
        ),
    )
    axes.margins(y=0.45)  # room for the legend
    axes.legend(loc="upper left")
    axes.grid(axis="y")


def draw_timings(axes: Axes, rows: Rows, metrics: Metrics, say: Say) -> None:
    """What each stage cost."""
    names = [row["stage"] for row in rows]
    seconds = [float(row["seconds"]) for row in rows]
    bars = axes.barh(names, seconds, color=SUBJECT)
    unit = say("s", "с")
    axes.bar_label(bars, [f"{s:.1f} {unit}" for s in seconds], padding=4)
    axes.invert_yaxis()
    axes.set(
        title=say("Time of each stage", "Время каждой стадии"),
        xlabel=say("seconds", "секунды"),
        xlim=(0, max([*seconds, 0.1]) * 1.14),
    )
    axes.grid(axis="x")


Draw = Callable[[Axes, Rows, Metrics, Say], None]
FIGURES: dict[str, Draw] = {
    "recall_by_k": draw_recall_by_k,
    "segments": draw_segments,
    "ceilings": draw_ceilings,
    "calibration": draw_calibration,
    "importance": draw_importance,
    "lift": draw_lift,
    "timings": draw_timings,
}


def with_decimal_commas(axes: Axes) -> None:
    """Numbers on the axes and beside the marks as Russian writes them."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(WithComma(axis.get_major_formatter()))
    for text in axes.texts:
        text.set_text(re.sub(r"(?<=\d)\.(?=\d)", ",", text.get_text()))


def draw_all(tables: dict[str, Rows], metrics: Metrics, folder: Path) -> None:
    """Draws two PNG files for each table of FIGURES that has rows:
    NAME.png in English and NAME.ru.png in Russian."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in FIGURES.items():
        rows = tables.get(name, [])
        for language in LANGUAGES if rows else ():
            with plt.rc_context(STYLE):
                figure, axes = plt.subplots(layout="constrained")
                if name == "importance":
                    height = 1.4 + 0.25 * min(len(rows), 20)
                    figure.set_size_inches(7.2, height)
                draw(axes, rows, metrics, sayer(language))
                if language == "ru":
                    with_decimal_commas(axes)
                # No date and no version inside: equal data, equal bytes.
                path = folder / f"{name}{SUFFIXES[language]}"
                figure.savefig(path, metadata={"Software": ""})
                plt.close(figure)
