"""Says how large the real logs are and what is in them.

Reads each as `vitrina ingest` does: a row with a list of products becomes as
many events, and the products of the catalog count. Writes
docs/measured/logs.json.

    .venv/bin/python scripts/measure/log_sizes.py LOGS_DIR [--out FILE]
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from vitrina_ops import hypotheses
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json, write_json
from vitrina_ops.program import CHECKOUT, Program, path_in_checkout

OUT = CHECKOUT / "docs" / "measured" / "logs.json"
KEPT = (
    "rows_read",
    "events",
    "users",
    "products",
    "begin",
    "end",
    "events_by_action",
)


def size_of(program: Program, log: Path) -> dict[str, Any]:
    """What `vitrina ingest` counts in a log."""
    with tempfile.TemporaryDirectory() as name:
        program.run("ingest", "--data", log, "--workspace", name)
        found = read_json(Path(name) / "reports" / "ingest.json")
    return {key: found[key] for key in KEPT}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logs", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    program = Program(path_in_checkout().resolve())
    real = hypotheses.load_development(CHECKOUT / hypotheses.DEVELOPMENT).real
    found = {
        name: size_of(program, options.logs / name)
        for name in real
        if (options.logs / name).is_dir()
    }
    if not found:
        raise OpsError(f"{options.logs} has none of the logs {list(real)}")
    version = program.run("--version").strip()
    write_json(options.out, {"version": version, "logs": found})


if __name__ == "__main__":
    sys.exit(run_main("log_sizes", lambda: main(sys.argv[1:])))
