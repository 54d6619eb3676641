"""Fetches the champion for `make serve`, before the server starts.

    python -m vitrina_ops.served --shop NAME --into .cache/serve

prints the folder that has it, and nothing where there is no champion. Which
shop is meant is as for `fetch`. A registry that cannot be read is a warning:
the server has other bundles to answer with, and asks MLflow nothing.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from vitrina_ops.errors import OpsError, run_main, say, text_of
from vitrina_ops.fetch import choose_shop, download
from vitrina_ops.tracking_uri import has_store, shown_uri

# A start is not to wait for minutes, as MLflow would for a server.
HURRY = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}


def fetch_champion(shop: str, into: Path) -> Path | None:
    """The folder of `into` that has the champion of the shop; None where
    nothing is registered, or no version is champion."""
    if not has_store():
        return None
    for name, value in HURRY.items():
        os.environ.setdefault(name, value)
    from vitrina_ops import store

    if not store.is_reachable():
        raise OpsError(f"{shown_uri()} does not answer")
    client = store.open_store()
    if not store.shops(client):
        return None
    model = store.model_of(choose_shop(client, shop))
    found = store.version_of_alias(client, model, store.CHAMPION)
    if found is None:
        return None
    version, to = str(found.version), into / model
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into) as folder:
        new = Path(folder) / "new"
        fingerprint = download(model, version, new)
        if to.exists():
            to.rename(Path(folder) / "old")
        new.rename(to)
    say("serve", f"{model} version {version}, champion, bundle {fingerprint}")
    return to


def main() -> None:
    parser = argparse.ArgumentParser(description="Fetches the champion.")
    parser.add_argument("--shop", default="", help="the shop's name")
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    try:
        folder = fetch_champion(options.shop, options.into)
    except Exception as error:
        say("serve", f"warning: no champion was fetched: {text_of(error)}")
        return
    if folder is not None:
        print(folder)


if __name__ == "__main__":
    sys.exit(run_main("serve", main))
