"""The program `vitrina run` as a contestant: timed as its caller sees it."""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from race.process import finish

TRAINING = ("train", "refit")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--as-of", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--result", type=Path, required=True)
    parser.add_argument("--answer", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = arguments.answer or Path(scratch)
        figures = run(arguments, out)
    text = json.dumps(figures, indent=1)
    arguments.result.write_text(text + "\n", encoding="utf-8")


def run(arguments: argparse.Namespace, out: Path) -> dict[str, Any]:
    """Seconds by the wall, memory of the process, what training took."""
    words = [
        *(arguments.program, "run", "--data", arguments.input),
        *("--as-of", arguments.as_of, "--out", out),
        *("--threads", str(arguments.threads), "--progress", "none"),
        *(word for pair in arguments.set for word in ("--set", pair)),
    ]
    done = finish(words, stdout=subprocess.DEVNULL)
    if done.code != 0:
        raise SystemExit(done.code)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    training = sum(report["seconds"][stage] for stage in TRAINING)
    return {
        "seconds": done.seconds,
        "peak_bytes": done.peak_bytes,
        "training_seconds": training,
        "rest_seconds": done.seconds - training,
        "columns": report["refit"]["columns"],
    }


if __name__ == "__main__":
    main()
