"""LightGBM's own prediction by its Python package."""

import argparse
from typing import Any

import lightgbm
import numpy as np

from race.arrays import read_array, write_array
from race.timing import Watch, options, run_peer


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    folder = arguments.input
    model = lightgbm.Booster(model_file=folder / "model.txt")
    names = (folder / "columns.txt").read_text().split()
    rows = read_array(folder / "rows.f32").reshape(-1, len(names))
    with Watch() as watch:
        scores = model.predict(
            rows, raw_score=True, num_threads=arguments.threads
        )
    if arguments.answer:
        write_array(arguments.answer / "scores.f64", np.asarray(scores))
    return {"seconds": watch.seconds}


if __name__ == "__main__":
    run_peer(options(), run)
