"""How the pictures of the slides look: typeface, colours, axes, numbers."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from vitrina_ops.plots import INK, QUIET

from vitrina_slides.facts import THIN

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


def share_bars(
    axes: Axes,
    names: list[str],
    shares: list[float],
    colors: list[str],
    words: Words,
    digits: int,
) -> None:
    """A bar a share, each with its per cent beside it."""
    bars = axes.barh(names, shares, color=colors, height=0.62)
    axes.bar_label(
        bars,
        [f"{number(100 * share, words, digits)}%" for share in shares],
        padding=8,
        fontweight="bold",
    )
    percent_axis(axes.xaxis, words)
    axes.tick_params(axis="y", length=0, labelsize=14)
    axes.spines["left"].set_visible(False)
