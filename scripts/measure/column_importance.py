"""Measures what every feature column brings, for docs/features.md.

On each real log and on a simulated shop, ``vitrina run`` and ``vitrina
importance`` are run twice: with the defaults, and with every generator and
feature group on, so that each column has figures. Nothing is computed here.

    .venv/bin/python scripts/measure/column_importance.py --logs LOGS_DIR

writes docs/measured/importance.json; `make docs` makes the page from it. What
the same program has measured before, by its SHA-256, is not measured again.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from vitrina_ops.errors import run_main
from vitrina_ops.files import read_json, write_text
from vitrina_ops.program import CHECKOUT, Program, path_in_checkout

OUT = CHECKOUT / "docs" / "measured" / "importance.json"
SIMULATED = "simulated shop"
# How often each column is permuted, and among how many users (0: all). The
# first log is small, so that chance is large and a permutation cheap.
EFFORT = {
    "taobao2017-full-logs": {"repeats": 2, "max_users": 0},
    "taobao2017-baskets": {"repeats": 1, "max_users": 1000},
    SIMULATED: {"repeats": 1, "max_users": 1000},
}
FIGURES = ("gain_share", "recall_a_drop", "cross_entropy_rise")
# Six digits say more than one permutation can know.
DIGITS = 6


class Measurement:
    """Runs one program in a folder that goes away."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.program = Program(options.program.resolve())
        self.options = options
        self.folder = folder

    def everything_on(self) -> list[str]:
        """Options that switch on every generator and group."""
        registries = self.program.answer("features")
        rows = registries["generators"] + registries["groups"]
        words: list[str] = []
        for row in rows:
            words += ["--set", f"{row['section']}.enabled=true"]
        return words

    def importance(self, name: str, words: list[str]) -> Any:
        """What `vitrina importance` says after a run on that data."""
        stages = self.folder / "stages"
        begin = time.monotonic()
        answer = ("--out", self.folder / "answer")
        self.program.run(
            "run", *self.data(name), *words, *answer, "--keep-stages", stages
        )
        effort: list[str] = []
        for key, value in EFFORT[name].items():
            effort += ["--set", f"importance.{key}={value}"]
        found = self.program.report(
            self.folder / "importance.json",
            *("importance", *effort, *words),
            *("--workspace", stages),
        )
        print(f"  {time.monotonic() - begin:.0f} s", file=sys.stderr)
        return found

    def data(self, name: str) -> list[str]:
        """Options that name the log; a simulated one is made first."""
        if name != SIMULATED:
            folder = self.options.logs / name
            return ["--data", str(folder), "--as-of", self.options.as_of]
        shop = self.folder / "shop"
        if not shop.exists():
            scale = str(self.options.scale)
            self.program.run("simulate", "--scale", scale, "--out", shop)
        return ["--data", str(shop)]


def rounded(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def compact(report: dict[str, Any]) -> dict[str, Any]:
    """The report with a row of figures a column and a group."""
    found = {
        key: rounded(value)
        for key, value in report.items()
        if not isinstance(value, (dict, list))
    }
    # without a buyer in the sample a permutation can take nothing away
    told = FIGURES if report["buyers"] else FIGURES[:1]

    def figures(row: dict[str, Any]) -> list[Any]:
        return [
            rounded(row.get(figure)) if figure in told else None
            for figure in FIGURES
        ]

    found["base"] = figures(report["base"] | {FIGURES[0]: None})
    for kind, key in (("groups", "group"), ("columns", "column")):
        found[kind] = {row[key]: figures(row) for row in report[kind]}
    return found


def one_line_lists(text: str) -> str:
    return re.sub(
        r"\[\s+([^\[\]{}]*?)\s+\]",
        lambda match: "[" + re.sub(r"\s+", " ", match[1]) + "]",
        text,
    )


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--logs", type=Path, required=True, help="folder of the log folders")
    add("--as-of", default="2017-12-01", help="moment of the answer")
    add("--scale", type=float, default=0.05, help="size of the simulation")
    add("--program", type=Path, default=path_in_checkout())
    add("--out", type=Path, default=OUT)
    return parser.parse_args(arguments)


def begun(options: argparse.Namespace) -> dict[str, Any]:
    """The report so far: empty, or what the same program has measured."""
    report: dict[str, Any] = {
        "program": Program(options.program).digest(),
        "figures": list(FIGURES),
        "as_of": options.as_of,
        "simulated_scale": options.scale,
        "data": {},
    }
    if options.out.exists():
        known = read_json(options.out)
        data = known.pop("data")
        if known | {"data": {}} == report:
            report["data"] = data
    return report


def main(arguments: list[str]) -> None:
    options = parse(arguments)
    report = begun(options)
    with tempfile.TemporaryDirectory() as scratch:
        measurement = Measurement(options, Path(scratch))
        for name in EFFORT:
            runs = report["data"].setdefault(name, {})
            for run, words in (
                ("default", []),
                ("everything_on", measurement.everything_on()),
            ):
                if run in runs:
                    continue
                print(f"{name}, {run}", file=sys.stderr)
                runs[run] = compact(measurement.importance(name, words))
                text = one_line_lists(json.dumps(report, indent=1))
                write_text(options.out, text + "\n")


if __name__ == "__main__":
    sys.exit(run_main("column_importance", lambda: main(sys.argv[1:])))
