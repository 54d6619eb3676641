"""Long runs on a live server, in parts that add up.

    .venv/bin/python scripts/live_long.py kill [--count 3100] [--record]

Runs until so many kills, swaps, stops, ... were seen by this build, those of
earlier calls among them (out/live), and ends with 1 at the first thing that
is not as it should be. `--record` writes the sum into
docs/measured/live_long.json, and holds every part to the run's bars. The
server and who asks share this machine, so times mean something only where
nothing else runs: they are judged in no other run.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vitrina_ops.program import CHECKOUT

sys.path.insert(0, str(CHECKOUT / "tests" / "support"))

from killing import kill_under_writers, send_unheard  # noqa: E402
from learning import learn  # noqa: E402
from live_runs import fuzz, slow_peers, soak, stops, swaps  # noqa: E402
from live_runs.record import Counts, Record  # noqa: E402

WRITERS = 8


@dataclass(frozen=True)
class Run:
    """`part` sees so many of `unit` at once, given the learned shop, a
    folder of its own, that number and the part's own number. `bars` are the
    most that its figures may be in a recorded run."""

    about: str
    unit: str
    target: int
    size: int
    part: Callable[[Path, Path, int, int], Counts]
    bars: Counts = field(default_factory=dict)


def kill(learned: Path, folder: Path, size: int, number: int) -> Counts:
    store = folder / "store"
    kills = kill_under_writers(
        learned / "bundle", store, size, WRITERS, seed=1000 + number
    )
    send_unheard(learned / "bundle", store, kills)
    return {
        "kills": size,
        "sent": len(kills.sent),
        "acknowledged": len(kills.acknowledged),
        "lost": 0,
        "doubled": 0,
        "invented": 0,
    }


def swap(learned: Path, folder: Path, size: int, _: int) -> Counts:
    return swaps.swap_under_load(learned, folder, size)


def stop(learned: Path, folder: Path, size: int, number: int) -> Counts:
    return stops.stop_under_load(learned, folder, size, number)


def half_open(learned: Path, folder: Path, size: int, _: int) -> Counts:
    return slow_peers.half_open(learned, folder, size)


def soaked(learned: Path, folder: Path, size: int, _: int) -> Counts:
    return soak.soak(learned, folder, size)


RUNS = {
    "kill": Run("kills under eight writers", "kills", 3100, 31, kill),
    "swap": Run(
        *("bundles swapped under load", "swaps", 500, 50, swap),
        bars=swaps.BARS,
    ),
    "stop": Run("SIGTERM under load", "stops", 200, 10, stop),
    "half-open": Run(
        "peers that send half a request",
        *("half_open", 10_000, 1000, half_open),
        bars=slow_peers.BARS,
    ),
    "soak": Run("mixed load, a swap a minute", "seconds", 3600, 3600, soaked),
    "fuzz": Run(
        "requests by openapi.json", "requests", 10_000, 2500, fuzz.fuzz
    ),
}


def go_on(run: Run, record: Record, target: int, bars: Counts) -> None:
    """Until the target is reached, those of before counted."""
    record.judge(bars)
    with tempfile.TemporaryDirectory() as name:
        learned = Path(name) / "learned"
        learned.mkdir()
        learn(learned)
        while (done := record.sum()).get(run.unit, 0) < target:
            left = int(target - done.get(run.unit, 0))
            number = int(done["parts"])
            with tempfile.TemporaryDirectory(dir=name) as folder:
                size = min(run.size, left)
                record.add(run.part(learned, Path(folder), size, number))
            seen = int(record.sum()[run.unit])
            print(f"{run.unit}: {seen} of {target}", flush=True)
            record.judge(bars)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("--count", type=int, help="instead of the usual")
    parser.add_argument("--record", action="store_true")
    words = parser.parse_args()
    run = RUNS[words.run]
    record = Record(words.run)
    target = words.count or run.target
    print(f"{run.about}: {target} {run.unit}", flush=True)
    try:
        go_on(run, record, target, run.bars if words.record else {})
    except AssertionError as error:
        print(f"{words.run}: FAILED: {error}", file=sys.stderr)
        return 1
    if words.record:
        record.publish(target, run.unit)
    for name, value in record.sum().items():
        print(f"  {name}: {round(value, 4):g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
