"""Measures how `vitrina run` grows with the log and with threads.

``make growth`` calls it with the environment of the benches. A shop of every
scale is simulated, answered and removed; at one scale one thread and two take
turns. Writes growth.json, growth.svg and tables; what is done is kept when a
larger scale fails.
"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from race import growth_table, machine, plot
from race.contest import BenchError
from race.growth import Shop, at_scale, by_threads
from race.workshop import ROOT, default_program

THREADS = 2


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--scales", type=float, nargs="+", default=[0.25, 0.5, 1, 2, 4, 10]
    )
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument(
        "--threads-scale",
        type=float,
        default=1.0,
        help="scale at which one thread and two are compared; 0: nowhere",
    )
    parser.add_argument("--out", type=Path, default=Path("out/growth"))
    arguments = parser.parse_args(words)
    if arguments.repeats < 1:
        parser.error("--repeats: expected at least 1")
    return arguments


def say(text: str) -> None:
    print(f"growth: {text}", file=sys.stderr, flush=True)


def write(report: dict[str, Any], out: Path) -> None:
    """Write the report after every scale: a long run may be stopped."""
    out.mkdir(parents=True, exist_ok=True)
    beside = out / "growth.json.tmp"
    text = json.dumps(report, indent=1)
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(out / "growth.json")


def main(words: list[str]) -> int:
    arguments = parse(words)
    out: Path = arguments.out
    report: dict[str, Any] = {
        "made": datetime.now(UTC).date().isoformat(),
        "machine": machine.describe(),
        "seed": arguments.seed,
        "repeats": arguments.repeats,
        "scales": [],
        "threads": None,
    }

    def shop(scale: float) -> Shop:
        say(f"scale {scale:g}")
        program = default_program("vitrina")
        folder = (out / f"shop-{scale:g}").resolve()
        return Shop(program, folder, scale, arguments.seed)

    try:
        for scale in arguments.scales:
            with shop(scale) as one:
                point = at_scale(one, THREADS, arguments.repeats)
            report["scales"].append(point)
            write(report, out)
            took = point["run"]["seconds"]["median"]
            say(f"scale {scale:g}: {point['rows']:,} rows in {took:.1f} s")
        if arguments.threads_scale > 0:
            with shop(arguments.threads_scale) as one:
                report["threads"] = by_threads(one, arguments.repeats)
            write(report, out)
    except BenchError as error:
        print(f"growth: error: {error}", file=sys.stderr)
        return 1
    print(growth_table.page(report))
    plot.draw_growth(report, out / "growth.svg")
    say(f"written: {os.path.relpath(out / 'growth.json')}")
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
