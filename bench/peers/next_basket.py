"""Predict each customer's next basket by the protocol of published tables.

Vitrina and the field's methods see the same baskets and are judged on the
same target baskets; see README.md beside this file.
"""

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "python"))  # vitrina_ops

from harness.console import find_logs, make_parser, say  # noqa: E402
from harness.next_basket import Settings, contest  # noqa: E402
from harness.plan import read_plans  # noqa: E402
from harness.program import Program  # noqa: E402
from vitrina_ops.files import write_json  # noqa: E402

THREADS = 2


def main(args: list[str]) -> int:
    """Run the contest on every log that is in it and write its figures."""
    options = make_parser(__doc__).parse_args(args)
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
    for folder in find_logs(options.logs, plans, options.log):
        plan = plans[folder.name]
        report["logs"].append(contest(folder, plan, settings))
        write_json(path, report, indent=1)
    say(f"written: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
