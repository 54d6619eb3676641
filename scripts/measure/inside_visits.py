"""Says what answering inside a visit brings beside the list of the day.

A bundle of every real log stops learning at the first moment; `vitrina
replay` plays the days that follow and asks before everything that is put
into the basket or ordered: live, and by the list made at midnight. Writes
docs/measured/replay.json after each log; what the same program has told
before is not asked again.

    .venv/bin/python scripts/measure/inside_visits.py LOGS_DIR [--out FILE]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from vitrina_ops.errors import OpsError, run_main, say
from vitrina_ops.files import read_json, write_json
from vitrina_ops.program import CHECKOUT, Program, path_in_checkout

OUT = CHECKOUT / "docs" / "measured" / "replay.json"
# Logs with more than orders in them: the moment the bundle stops learning
# at, and where the replay ends. Of orders alone nothing is seen in a visit.
DAYS = {
    "taobao2017-full-logs": ("2017-11-30", "2017-12-03"),
    "taobao2017-baskets": ("2017-11-30", "2017-12-03"),
}
DIGITS = 8
KEPT = ("from", "to", "events", "answers")


def rounded(value: Any) -> Any:
    """Numbers with as many digits as they are worth."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return round(value, DIGITS) if isinstance(value, float) else value


def replayed(program: Program, log: Path, begin: str, end: str) -> Any:
    """What the replay of a log says, by a bundle made at its beginning."""
    with tempfile.TemporaryDirectory() as name:
        bundle = Path(name) / "bundle"
        program.run(
            *("run", "--data", log, "--as-of", begin),
            *("--out", Path(name) / "answer", "--bundle", bundle),
        )
        found = program.report(
            Path(name) / "replay.json",
            *("replay", "--bundle", bundle, "--data", log),
            *("--from", begin, "--to", end),
        )
    kept = {key: found[key] for key in KEPT}
    return rounded({**kept, "targets": found["targets"]})


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    program = Program(path_in_checkout().resolve())
    version = program.run("--version").strip()
    known = read_json(options.out) if options.out.exists() else {}
    logs = known["logs"] if known.get("version") == version else {}
    present = [name for name in DAYS if (options.logs / name).is_dir()]
    if not present:
        raise OpsError(f"{options.logs} has none of the logs {list(DAYS)}")
    for name in present:
        if name not in logs:
            say("inside_visits", name)
            logs[name] = replayed(program, options.logs / name, *DAYS[name])
            write_json(options.out, {"version": version, "logs": logs})


if __name__ == "__main__":
    sys.exit(run_main("inside_visits", lambda: main(sys.argv[1:])))
