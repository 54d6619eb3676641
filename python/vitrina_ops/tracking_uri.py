"""Where the MLflow store is; quick to import, which store.py is not."""

import os
from urllib.parse import urlsplit

DEFAULT_URI = "sqlite:///mlflow.db"


def store_uri() -> str:
    """$MLFLOW_TRACKING_URI, else a database in the current folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def is_server() -> bool:
    """Whether the store is a server, which may be down."""
    return store_uri().lower().startswith(("http://", "https://"))


def shown_uri() -> str:
    """The same for messages and reports: who reads them is not to learn the
    password that may stand in it."""
    uri = store_uri()
    place = urlsplit(uri).netloc
    return uri.replace(place, place.rpartition("@")[2], 1) if place else uri
