"""A server that is asked all that its openapi.json allows, and what it does
not, by schemathesis."""

import hashlib
import subprocess
import sys
from pathlib import Path

from serving import serving
from vitrina_ops.files import read_json

from live_runs.record import Counts

CONFIG = Path(__file__).with_name("schemathesis.toml")
KEY = "a key of all scopes"
# One request for each way to cover a schema, then some by chance and some
# that follow from answers before.
PHASES = "coverage,fuzzing,stateful"
# What 100 examples an operation come to, about.
REQUESTS_OF_100 = 1700


def fuzz(
    learned: Path, folder: Path, requests: int, seed: int, phases: str = PHASES
) -> Counts:
    """About so many requests; fails where an answer is not as described."""
    keys = folder / "keys"
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    keys.write_text(f"{digest} recommend,events,admin\n")
    report = folder / "report.json"
    store = folder / "store"
    words = ("--api-key-file", keys)
    with serving(learned / "bundle", store, *words) as server:
        url = f"http://127.0.0.1:{server.port}/openapi.json"
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                *("--config-file", CONFIG, "run", url, "--phases", phases),
                *("--seed", str(seed + 1), "--continue-on-failure"),
                *("--header", f"Authorization: Bearer {KEY}"),
                *("-n", str(max(1, 100 * requests // REQUESTS_OF_100))),
                *("--report-json-path", report),
            ],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    assert done.returncode == 0, done.stdout
    said = read_json(report)
    assert said["complete"], said["stop_reason"]
    cases = said["test_cases"]
    assert cases["with_failures"] == cases["errored"] == 0
    return {
        "requests": cases["generated"],
        "operations": said["operations"]["tested"] if seed == 0 else 0,
        "failures": 0,
    }
