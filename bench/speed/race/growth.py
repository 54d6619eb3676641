"""How time and memory of the whole run grow with the log and the threads.

The program is run on simulated shops of one seed, a process a run, as
``race.vitrina_run`` does for the race of the whole pipeline.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from race.contest import BenchError
from race.process import Finished, finish
from race.statistics import summarise

# what one more thread can help: all but reading, training and writing
PARALLEL_STAGES = ("fit", "examples", "evaluate", "recommend")


def measure(words: Sequence[str | Path]) -> Finished:
    """Run the program once; its own message is seen when it fails."""
    done = finish(words, stdout=subprocess.DEVNULL)
    if done.code != 0:
        raise BenchError(
            f"{' '.join(map(str, words))}: ended with code {done.code}, "
            "expected 0"
        )
    return done


@dataclass(frozen=True)
class Shop:
    """A simulated shop, there only while it is measured."""

    program: Path
    folder: Path
    scale: float
    seed: int

    def __enter__(self) -> "Shop":
        self.simulate()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder)

    def simulate(self) -> None:
        """Draw the shop's four files."""
        measure(
            [
                *(self.program, "simulate", "--out", self.folder / "shop"),
                *("--scale", str(self.scale), "--seed", str(self.seed)),
                *("--progress", "none"),
            ]
        )

    def run(self, threads: int) -> tuple[Finished, dict[str, Any]]:
        """The whole job; a packed bundle is kept. The report with it."""
        out = self.folder / "answer"
        run = measure(
            [
                *(self.program, "run", "--data", self.folder / "shop"),
                *("--out", out, "--bundle", self.folder / "bundle"),
                *("--threads", str(threads), "--progress", "none"),
            ]
        )
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        return run, report

    def recommend(self, threads: int) -> Finished:
        """The answer from the packed bundle alone, without training."""
        return measure(
            [
                *(self.program, "recommend", "--data", self.folder / "shop"),
                *("--bundle", self.folder / "bundle"),
                *("--out", self.folder / "again"),
                *("--workspace", self.folder),
                *("--threads", str(threads), "--progress", "none"),
            ]
        )


def median_stages(reports: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Median seconds of every stage."""
    return {
        stage: summarise([one["seconds"][stage] for one in reports]).median
        for stage in reports[0]["seconds"]
    }


def summary_of(runs: Sequence[Finished]) -> dict[str, Any]:
    """What runs of one thing come to."""
    return {
        "seconds": asdict(summarise([run.seconds for run in runs])),
        "peak_bytes": max(run.peak_bytes for run in runs),
        "other_load": max(run.load.other for run in runs),
    }


def at_scale(shop: Shop, threads: int, repeats: int) -> dict[str, Any]:
    """A point of the plot: runs, stages, and answers from the bundle."""
    done = [shop.run(threads) for _ in range(repeats)]
    reports = [report for _, report in done]
    return {
        "scale": shop.scale,
        "rows": reports[0]["ingest"]["rows_read"],
        "users": reports[0]["ingest"]["users"],
        "products": reports[0]["ingest"]["products"],
        "run": summary_of([run for run, _ in done]),
        "stages": median_stages(reports),
        "recommend": summary_of(
            [shop.recommend(threads) for _ in range(repeats)]
        ),
    }


def by_threads(shop: Shop, repeats: int) -> dict[str, Any]:
    """One thread and two, in turns; seconds a stage and how they compare."""
    reports: dict[int, list[dict[str, Any]]] = {1: [], 2: []}
    for _ in range(repeats):
        for threads, found in reports.items():
            found.append(shop.run(threads)[1])
    one, two = (median_stages(found) for found in reports.values())
    parallel = sum(one[stage] for stage in PARALLEL_STAGES)
    return {
        "scale": shop.scale,
        "one": one,
        "two": two,
        "times": {
            stage: one[stage] / two[stage] for stage in one if two[stage] > 0
        },
        "parallel_stages": list(PARALLEL_STAGES),
        "parallel_times": parallel
        / sum(two[stage] for stage in PARALLEL_STAGES),
    }


def slope(points: Sequence[dict[str, Any]]) -> float:
    """The most that time grew against rows between neighbouring scales.

    1 is growth in proportion, the bar is 1.1.
    """
    ordered = sorted(points, key=lambda point: float(point["rows"]))
    worst = 0.0
    for small, large in zip(ordered, ordered[1:], strict=False):
        seconds = [p["run"]["seconds"]["median"] for p in (small, large)]
        rows = large["rows"] / small["rows"]
        worst = max(worst, seconds[1] / seconds[0] / rows)
    return worst
