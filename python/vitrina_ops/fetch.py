"""Downloads a registered bundle, for the machine that answers with it.

    python -m vitrina_ops.fetch --shop NAME --alias champion --to bundle

reads the registry that MLFLOW_TRACKING_URI names (sqlite:///mlflow.db by
default). Without --shop it is the shop that this checkout's last run was
about, else the only one that is registered; among several it must be said.
`vitrina recommend --bundle bundle` checks every file of it.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from vitrina_ops import source
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json
from vitrina_ops.pipeline import load_yaml
from vitrina_ops.tracking_uri import shown_uri

if TYPE_CHECKING:  # importing it takes seconds
    from mlflow.tracking import MlflowClient


def shop_of_checkout() -> str:
    """The shop that a run of this checkout was asked for, or ""."""
    if not source.LOCAL_PARAMS.exists():
        return ""
    found = load_yaml(source.LOCAL_PARAMS).get("source", {})
    if found.get("shop_named_by") in (None, source.BY_SETUP):
        return ""
    return str(found["shop"])


def choose_shop(client: "MlflowClient", shop: str) -> str:
    """The shop that is meant, which must be registered."""
    from vitrina_ops import store

    registered = store.shops(client)
    if not registered:
        raise OpsError(
            f"no shop is registered in {shown_uri()}; `make run` does "
            "it, MLFLOW_TRACKING_URI names another registry"
        )
    shop = shop or shop_of_checkout()
    if not shop and len(registered) == 1:
        return registered[0]
    names = ", ".join(registered)
    if not shop:
        raise OpsError(
            f"SHOP: several shops are registered in {shown_uri()}: "
            f"{names}; give SHOP=NAME"
        )
    if shop not in registered:
        raise OpsError(
            f"SHOP: '{shop}' is not registered in {shown_uri()}, which "
            f"has: {names}; give SHOP=NAME"
        )
    return shop


def fetch(shop: str, alias: str, version: str, to: Path) -> str:
    """Downloads a version's bundle to the folder `to`, which must not be
    there yet. Returns what it is."""
    if to.exists():
        raise OpsError(f"TO: {to} is there already; name a new folder")
    from vitrina_ops import store

    client = store.open_store()
    model = store.model_of(choose_shop(client, shop))
    if not version:
        found = store.version_of_alias(client, model, alias)
        if found is None:
            raise OpsError(
                f"ALIAS: no version of the model '{model}' has the alias "
                f"'{alias}' in {shown_uri()}"
            )
        version = str(found.version)
    fingerprint = download(model, version, to)
    return f"{model} version {version}, bundle {fingerprint},"


def download(model: str, version: str, to: Path) -> str:
    """The same of a version that is there; returns the bundle's
    fingerprint."""
    from vitrina_ops import store

    uri = f"models:/{model}/{version}"
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as folder:
        store.download(f"{uri}/artifacts/bundle", Path(folder))
        bundle = Path(folder) / "artifacts" / "bundle"
        fingerprint = str(read_json(bundle / "manifest.json")["fingerprint"])
        bundle.rename(to)
    return fingerprint


def main() -> None:
    parser = argparse.ArgumentParser(description="Downloads a bundle.")
    parser.add_argument("--shop", default="", help="the shop's name")
    parser.add_argument("--alias", default="champion")
    parser.add_argument("--version", default="", help="instead of --alias")
    parser.add_argument("--to", type=Path, required=True, help="a new folder")
    options = parser.parse_args()
    what = fetch(options.shop, options.alias, options.version, options.to)
    print(f"fetch: {what} is in {options.to}")


if __name__ == "__main__":
    sys.exit(run_main("fetch", main))
