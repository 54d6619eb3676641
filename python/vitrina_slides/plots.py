"""The pictures of the slides: SVG, one palette, words in the deck's language.

Each takes the facts and the words of a deck and draws; nothing is computed
that is not a scale of the picture.
"""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from vitrina_slides import result_plots, shop_plots, style
from vitrina_slides.derived import Facts
from vitrina_slides.style import Words

DRAW: dict[str, Callable[[Facts, Words], Figure]] = {
    "heatmap": shop_plots.heatmap,
    "funnel": shop_plots.funnel,
    "tail": shop_plots.tail,
    "basket": shop_plots.basket,
    "folds": result_plots.folds,
    "ceilings": result_plots.ceilings,
    "importance": result_plots.importance,
    "effects": result_plots.effects_plot,
    "results": result_plots.results,
    "tuning": result_plots.tuning,
    "inside_visit": result_plots.inside_visit,
}


def draw(name: str, facts: Facts, words: Words, to: Path) -> None:
    """Writes a picture; equal facts give equal bytes."""
    style.use_font()
    with plt.rc_context(style.STYLE):
        figure = DRAW[name](facts, words)
        figure.savefig(to, metadata={"Date": None, "Creator": None})
        plt.close(figure)
