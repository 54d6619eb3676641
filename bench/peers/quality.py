"""Hold Vitrina against its peers on real logs.

Every peer is tuned at earlier cuts with the same effort and judged at the
reported ones by the same readings; see README.md beside this file.
"""

import argparse
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

THREADS = 2
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, str(THREADS))  # read when NumPy is loaded

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "python"))  # vitrina_ops

from harness.console import find_logs, make_parser, say  # noqa: E402
from harness.contest import Contest, Settings  # noqa: E402
from harness.models import all_peers  # noqa: E402
from harness.plan import read_plans  # noqa: E402
from harness.program import Program  # noqa: E402
from harness.report import markdown  # noqa: E402
from vitrina_ops.files import write_json  # noqa: E402

NAMES = [peer.name for peer in all_peers()]


def parse(args: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = make_parser(__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=NAMES,
        help="only this peer; may be repeated",
    )
    return parser.parse_args(args)


def measured_before(path: Path, head: dict[str, Any]) -> dict[str, Any]:
    """Read the logs of earlier runs that asked the same."""
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    if {**kept, "logs": []} != head:
        return {}
    return {result["log"]: result for result in kept["logs"]}


def main(args: list[str]) -> int:
    """Run the contest on every log and write its figures."""
    options = parse(args)
    warnings.filterwarnings("ignore", module="implicit")
    peers = [
        peer
        for peer in all_peers()
        if not options.only or peer.name in options.only
    ]
    settings = Settings(
        program=Program(options.vitrina.resolve(), THREADS),
        out=options.out,
        trials=options.trials,
        draws=options.draws,
        peers=peers,
    )
    report: dict[str, Any] = {
        "horizon_days": settings.horizon_days,
        "max_users": settings.max_users,
        "share": settings.share,
        "trials": settings.trials,
        "draws": settings.draws,
        "logs": [],
    }
    options.out.mkdir(parents=True, exist_ok=True)
    plans = read_plans(options.plans)
    done = measured_before(options.out / "quality.json", report)
    for folder in find_logs(options.logs, plans, options.log):
        contest = Contest(folder, plans[folder.name], settings)
        done[folder.name] = contest.result()
        report["logs"] = [done[name] for name in plans if name in done]
        # after each log: what is done stays even if the next one fails
        write_json(options.out / "quality.json", report, indent=1)
        page = f"# Vitrina beside its peers\n\n{markdown(report)}"
        (options.out / "quality.md").write_text(page)
    say(f"written: {options.out / 'quality.json'} and quality.md beside it")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
