"""Collects what scripts/measure/real_logs.sh measured into docs/measured/.

Reads `backtest.json` of every log's folder, which `vitrina backtest` wrote,
and writes docs/measured/real_logs.json: readings of Vitrina and of every
rule, paired differences, cuts, what the trees went by, the digests of the
logs and the build.

    .venv/bin/python scripts/measure/collect_real_logs.py LOGS_DIR OUT_DIR \\
        [--to FILE]
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json, sha256_of_file, write_text
from vitrina_ops.program import CHECKOUT

TO = CHECKOUT / "docs" / "measured" / "real_logs.json"
BUILD_ID = CHECKOUT / "build" / "build_id.txt"
READINGS = ("a", "b", "c", "precision")
EDGES = ("value", "low", "high")
DIGITS = 8
# Of the whole log, as `vitrina ingest` reads it.
INGEST = ("rows_read", "events", "users", "products", "begin", "end")


def rounded(readings: Any) -> dict[str, dict[str, float]]:
    """Readings with their intervals, DIGITS digits each."""
    return {
        reading: {
            edge: round(readings[reading][edge], DIGITS) for edge in EDGES
        }
        for reading in READINGS
    }


def gain_by_group(columns: list[dict[str, Any]]) -> dict[str, float]:
    """Share of the trees' total gain by feature group."""
    total = sum(row["gain"] for row in columns)
    found: dict[str, float] = {}
    for row in columns:
        group = row["column"].split("__")[0]
        found[group] = found.get(group, 0.0) + row["gain"] / total
    return {group: round(share, DIGITS) for group, share in found.items()}


def log_of(folder: Path, data: Path) -> dict[str, Any]:
    """What was measured on one log."""
    path = folder / "backtest.json"
    if not path.exists():
        raise OpsError(f"{path} is missing; run scripts/measure/real_logs.sh")
    ours = read_json(path)
    rules = {
        name: {
            "readings": rounded(rule["readings"]),
            "difference": rounded(rule["difference"]),
        }
        for name, rule in sorted(ours["rules"].items())
    }
    files = sorted(data.glob("*.pq"))
    ingest = read_json(folder / "whole" / "reports" / "ingest.json")
    last = read_json(max(folder.glob("*/report.json")))
    return {
        "sha256": {p.name: sha256_of_file(p) for p in files},
        "ingest": {key: ingest[key] for key in INGEST},
        "windows": [[w["from"], w["to"]] for w in ours["windows"]],
        "k": ours["k"],
        "draws": ours["draws"],
        "counts": ours["counts"],
        "recall_by_k": [round(v, DIGITS) for v in ours["recall_by_k"]],
        "vitrina": rounded(ours["readings"]),
        "rules": rules,
        "gain_at_last_cut": gain_by_group(last["refit"]["gain"]),
    }


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--to", type=Path, default=TO)
    options = parser.parse_args(arguments)
    found = {
        folder.name: log_of(folder, options.logs / folder.name)
        for folder in sorted(options.out.iterdir())
        if folder.is_dir() and (options.logs / folder.name).is_dir()
    }
    if not found:
        raise OpsError(f"{options.out}: no folder of a log of {options.logs}")
    report = {"build": BUILD_ID.read_text().strip(), "logs": found}
    write_text(options.to, json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(run_main("collect_real_logs", lambda: main(sys.argv[1:])))
