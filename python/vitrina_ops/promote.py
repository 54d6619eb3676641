"""Gives a registered version the alias `champion` by hand.

    python -m vitrina_ops.promote --shop NAME --version 3

For when the rules of champion.py leave an older champion in place, or when
the newest must go back. Without --shop it is the shop that `fetch` means.
"""

import argparse
import sys

from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.fetch import choose_shop
from vitrina_ops.tracking_uri import shown_uri


def promote(shop: str, version: str) -> str:
    """Moves the alias; returns what came of it."""
    from mlflow.exceptions import MlflowException

    from vitrina_ops import store

    client = store.open_store()
    model = store.model_of(choose_shop(client, shop))
    try:
        client.get_model_version(model, version)
    except MlflowException as error:
        if store.is_missing(error):
            raise OpsError(
                f"VERSION: found '{version}', which '{model}' does not have "
                f"in {shown_uri()}"
            ) from None
        raise
    before = store.version_of_alias(client, model, store.CHAMPION)
    client.set_registered_model_alias(model, store.CHAMPION, version)
    was = f"version {before.version} was" if before else "none was before"
    return f"version {version} of {model} is champion; {was}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes a version champion.")
    parser.add_argument("--shop", default="", help="the shop's name")
    parser.add_argument("--version", required=True)
    options = parser.parse_args()
    if not options.version:
        raise OpsError("VERSION: give the number of the version")
    print(f"promote: {promote(options.shop, options.version)}")


if __name__ == "__main__":
    sys.exit(run_main("promote", main))
