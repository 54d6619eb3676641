#!/usr/bin/env python3
"""Predict each customer's next basket by the protocol of published tables.

Vitrina and the field's methods see the same baskets and are judged on the
same target baskets; see README.md beside this file.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.append(str(ROOT / "python"))  # vitrina_ops.program

from harness.console import find_logs, say  # noqa: E402
from harness.next_basket import Settings, contest  # noqa: E402
from harness.plan import read_plans  # noqa: E402
from harness.program import Program  # noqa: E402

THREADS = 2


def parse(args: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--logs", type=Path, required=True, help="folder of log folders")
    add("--log", action="append", help="only this log; may be repeated")
    add("--plans", type=Path, default=HERE / "logs.toml", help="cuts of logs")
    add("--trials", type=int, default=12, help="sets of parameters at most")
    add("--draws", type=int, default=2000, help="bootstrap draws")
    add("--vitrina", type=Path, default=ROOT / "build" / "vitrina")
    add("--out", type=Path, default=Path("out/peers"))
    return parser.parse_args(args)


def main(args: list[str]) -> int:
    """Run the contest on every log that is in it and write its figures."""
    options = parse(args)
    plans = {
        name: plan
        for name, plan in read_plans(options.plans).items()
        if plan.rarest_product
    }
    program = Program(options.vitrina.resolve(), THREADS)
    settings = Settings(program, options.out, options.trials, options.draws)
    report: dict[str, Any] = {
        "program": {"version": program.version(), "sha256": program.digest},
        "trials": options.trials,
        "draws": options.draws,
        "logs": [],
    }
    path = options.out / "next_basket.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in find_logs(options.logs, plans, options.log):
        plan = plans[folder.name]
        report["logs"].append(contest(folder, plan, settings))
        path.write_text(json.dumps(report, indent=1) + "\n")
    say(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
