"""The MLflow UI on this machine alone, open on the pipeline's runs.

PORT is its port. Where MLFLOW_TRACKING_URI names a server, that has a UI of
its own: its address is told.
"""

import os
import socket
import sys

from vitrina_ops import store
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.tracking_uri import is_server, shown_uri, store_uri

HOST = "127.0.0.1"
DEFAULT_PORT = "5000"


def parse_port(text: str) -> int:
    """A port that nothing else listens on."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise OpsError(f"PORT: found {text!r}, expected a number to 65535")
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, int(text)))
        except OSError as error:
            raise OpsError(
                f"PORT: {text} cannot be listened on ({error.strerror}); "
                "give PORT=NUMBER"
            ) from None
    return int(text)


def runs_page(base: str, experiment: str) -> str:
    """The address of the runs: not of the start page, which is about
    language models."""
    return (
        f"{base}/#/experiments/{experiment}/runs?workflowType=machine_learning"
    )


def main() -> None:
    if is_server():
        if not store.is_reachable():
            raise OpsError(f"{shown_uri()} does not answer")
        base = shown_uri().rstrip("/")
    else:
        port = parse_port(os.environ.get("PORT") or DEFAULT_PORT)
        base = f"http://{HOST}:{port}"
    store.open_store()
    page = runs_page(base, store.open_experiment())
    print(f"mlflow: the runs are at {page}", flush=True)
    if is_server():
        return
    words = ("--host", HOST, "--port", str(port), "--workers", "1")
    # Its own line names the start page.
    quiet = ("--uvicorn-opts", "--log-level warning")
    place = ("--backend-store-uri", store_uri())
    python = sys.executable
    os.execv(
        python, [python, "-m", "mlflow", "server", *words, *quiet, *place]
    )


if __name__ == "__main__":
    sys.exit(run_main("mlflow", main))
