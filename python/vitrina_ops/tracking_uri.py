"""Where the MLflow store is; quick to import, which store.py is not."""

import os
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_URI = "sqlite:///mlflow.db"


def store_uri() -> str:
    """$MLFLOW_TRACKING_URI, else a database in the current folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def is_server() -> bool:
    """Whether the store is a server, which may be down."""
    return store_uri().lower().startswith(("http://", "https://"))


def has_store() -> bool:
    """Whether there is a store already, which MLflow would make where its
    file or folder is not there. A server, or another's database, is taken
    to be there."""
    uri = urlsplit(store_uri())
    if uri.scheme.partition("+")[0] == "sqlite":
        path = Path(uri.path.removeprefix("/"))
        return path.is_file() and path.stat().st_size > 0
    is_service = uri.path.startswith("databricks")  # that word alone
    if uri.scheme in ("", "file") and not is_service:
        return Path(uri.path).is_dir()
    return True


def shown_uri() -> str:
    """The same for messages and reports: who reads them is not to learn the
    password that may stand in it."""
    uri = store_uri()
    place = urlsplit(uri).netloc
    return uri.replace(place, place.rpartition("@")[2], 1) if place else uri
