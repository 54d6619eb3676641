"""Draws what a longer log is worth: reading A by the days that were read.

    .venv/bin/python scripts/measure/learning_curve.py out/ablation.json \\
        learning.svg

The first file is of `scripts/measure/ablation.py` with `days` among its kinds.
"""

import re
import sys
from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from vitrina_ops import plots
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json

LABEL = "whole log"


def points(variants: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """Reading A by length of the log, shortest first, the whole log last."""
    found = []
    for name, result in variants.items():
        match = re.fullmatch(r"last (\d+) days", name)
        if match:
            found.append((int(match[1]), result["readings"]["a"]))
    named = [(str(days), a) for days, a in sorted(found, key=lambda p: p[0])]
    return [*named, (LABEL, variants["default"]["readings"]["a"])]


def draw(report: Any, path: Path) -> None:
    """Every log that was shortened, in the picture at `path`."""
    logs = {
        name: points(found["variants"])
        for name, found in report["logs"].items()
        if any(v.startswith("last ") for v in found["variants"])
    }
    if not logs:
        raise OpsError(
            "found no log shortened to its last days; expected a report of "
            "`scripts/measure/ablation.py --kinds days`"
        )
    # the same bytes for the same report
    style = plots.STYLE | {"svg.hashsalt": "vitrina"}
    with plt.rc_context(style):
        figure, axes = plt.subplots(layout="constrained")
        colours = [plots.SUBJECT, plots.OTHER, plots.QUIET]
        for at, (name, curve) in enumerate(logs.items()):
            value = [a["value"] for _, a in curve]
            below = [a["value"] - a["low"] for _, a in curve]
            above = [a["high"] - a["value"] for _, a in curve]
            axes.errorbar(
                [days for days, _ in curve],
                value,
                yerr=[below, above],
                marker="o",
                capsize=3,
                color=colours[at % len(colours)],
                label=name,
            )
        axes.set_xlabel("days of log before the answer")
        axes.set_ylabel("reading A, interval of 95%")
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.legend(loc="lower right")
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def main(words: list[str]) -> None:
    if len(words) != 2:
        raise OpsError(f"found {len(words)} words, expected two files")
    draw(read_json(Path(words[0])), Path(words[1]))


if __name__ == "__main__":
    sys.exit(run_main("learning_curve", lambda: main(sys.argv[1:])))
