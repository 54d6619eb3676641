"""Downloads a registered bundle, for the machine that answers with it.

    python -m vitrina_ops.fetch --alias champion --to bundle

reads the registry that MLFLOW_TRACKING_URI names (sqlite:///mlflow.db by
default). `vitrina recommend --bundle bundle` checks every file of it.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json


def fetch(alias: str, version: str, to: Path) -> str:
    """Downloads a version's bundle to the folder `to`, which must not be
    there yet. Returns the bundle's fingerprint."""
    if to.exists():
        raise OpsError(f"--to: {to} is there already; name a new folder")
    from vitrina_ops import store

    client = store.open_store()
    if version:
        uri = f"models:/{store.MODEL}/{version}"
    else:
        found = store.version_of_alias(client, alias)
        if found is None:
            raise OpsError(
                f"--alias: no version of the model '{store.MODEL}' has the "
                f"alias '{alias}' in {store.store_uri()}"
            )
        uri = f"models:/{store.MODEL}/{found.version}"
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        store.download(f"{uri}/artifacts/bundle", Path(folder))
        bundle = Path(folder) / "artifacts" / "bundle"
        fingerprint = str(read_json(bundle / "manifest.json")["fingerprint"])
        bundle.rename(to)
    return fingerprint


def main() -> None:
    parser = argparse.ArgumentParser(description="Downloads a bundle.")
    parser.add_argument("--alias", default="champion")
    parser.add_argument("--version", default="", help="instead of --alias")
    parser.add_argument("--to", type=Path, required=True, help="a new folder")
    options = parser.parse_args()
    fingerprint = fetch(options.alias, options.version, options.to)
    print(f"fetch: bundle {fingerprint} is in {options.to}")


if __name__ == "__main__":
    sys.exit(run_main("fetch", main))
