"""Races Vitrina and its peers, part by part, and writes what came of it.

``make bench`` calls it with its own environment's Python; ``--help`` lists
the options. Ends with 1 when answers disagree or a side fails.
"""

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from race import machine, plot, table
from race.contest import BenchError, Settings, race
from race.parts import PARTS
from race.workshop import ROOT, Workshop, default_program

PACKAGES = ["duckdb", "lightgbm", "numpy", "polars"]


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a log instead of a shop")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--only", nargs="+", choices=list(PARTS), default=list(PARTS)
    )
    parser.add_argument(
        "--max-other-load",
        type=float,
        default=0.05,
        help="share of the processors that others may use during a round",
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    arguments = parser.parse_args(words)
    if arguments.repeats < 1 or arguments.threads < 1:
        parser.error("--repeats and --threads: expected at least 1")
    return arguments


def open_workshop(arguments: argparse.Namespace) -> Workshop:
    """The data, simulated when there is none, and where work goes."""
    program = default_program("vitrina")
    name = (
        arguments.data.resolve().name
        if arguments.data
        else f"simulated-{arguments.scale:g}-{arguments.seed}"
    )
    folder = (arguments.out / name).resolve()
    data = arguments.data or folder / "shop"
    workshop = Workshop(
        data=data.resolve(),
        folder=folder / "work",
        program=program,
        bench=default_program("vitrina_bench"),
        threads=arguments.threads,
    )
    if not arguments.data and not (data / "simulation.json").exists():
        workshop.call(
            *(program, "simulate", "--scale", str(arguments.scale)),
            *("--seed", str(arguments.seed), "--out", data),
            *("--progress", "none"),
        )
    return workshop


def described_data(workshop: Workshop) -> dict[str, Any]:
    """The log's size, and of a simulated shop what it was made with."""
    made = workshop.data / "simulation.json"
    data = {"simulation": json.loads(made.read_text()) if made.exists() else 0}
    return data | workshop.size


def main(words: list[str]) -> int:
    arguments = parse(words)
    settings = Settings(
        arguments.repeats, arguments.threads, arguments.max_other_load
    )
    try:
        workshop = open_workshop(arguments)
        report: dict[str, Any] = {
            "made": datetime.now(UTC).date().isoformat(),
            "machine": machine.describe(),
            "versions": machine.versions(PACKAGES),
            "data": described_data(workshop),
            "threads": settings.threads,
            "repeats": settings.repeats,
            "max_other_load": settings.max_other_load,
            "parts": [],
        }
        for name in arguments.only:
            part = PARTS[name](workshop)
            report["parts"].append(
                race(part, settings, workshop.folder / "runs" / name)
            )
            write(report, arguments.out)
    except BenchError as error:
        print(f"bench: error: {error}", file=sys.stderr)
        return 1
    print(table.page(report))
    plot.draw(report, arguments.out / "speed.png")
    print(f"bench: {os.path.relpath(arguments.out / 'speed.json')}")
    return 0


def write(report: dict[str, Any], out: Path) -> None:
    """Write the report after every part: a long run may be stopped."""
    text = json.dumps(report, indent=1)
    beside = out / "speed.json.tmp"
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(out / "speed.json")


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
