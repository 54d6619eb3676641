"""The MLflow store: where it is, and what is called how in it.

Importing this module imports MLflow, which takes seconds.
"""

import logging
import os
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

# Before MLflow: it reads these when it is imported.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
# A model needs what its own requirements say, not this project's lock.
os.environ.setdefault("MLFLOW_UV_AUTO_DETECT", "false")
os.environ.setdefault("MLFLOW_LOG_UV_FILES", "false")

import mlflow  # noqa: E402
from mlflow.entities.model_registry import ModelVersion  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.protos.databricks_pb2 import (  # noqa: E402
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)
from mlflow.tracking import MlflowClient  # noqa: E402

DEFAULT_URI = "sqlite:///mlflow.db"
PATIENCE = 5.0  # seconds that a server has to answer
EXPERIMENT = "vitrina"
MODEL = "vitrina"
CHAMPION = "champion"
CHALLENGER = "challenger"

# Tags of a run.
TAG_RUN = "vitrina.fingerprint"
TAG_DATA = "vitrina.data_fingerprint"
TAG_FOLD = "vitrina.fold_fingerprint"
TAG_SEED = "vitrina.seed"
TAG_BUNDLE = "vitrina.bundle"

# Artifacts of a run.
PARAMS_ARTIFACT = "params/params.yaml"
BUYERS_ARTIFACT = "evaluation/valid_buyers.csv"


def store_uri() -> str:
    """$MLFLOW_TRACKING_URI, else a database in the current folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI


def is_server() -> bool:
    """Whether the store is a server, which may be down."""
    return store_uri().startswith(("http://", "https://"))


def is_reachable() -> bool:
    """Whether the store answers at all; MLflow itself would try for minutes.
    A server that refuses this question is up: what is wrong is told later.
    """
    if not is_server():
        return True
    try:
        with urlopen(f"{store_uri().rstrip('/')}/health", timeout=PATIENCE):
            return True
    except HTTPError:
        return True
    except (OSError, HTTPException):
        return False


def open_store() -> MlflowClient:
    """Points MLflow at the store; a new database is made when needed."""
    # They tell of every step, such as the tables of a new database.
    logging.getLogger("alembic").setLevel(logging.ERROR)
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    mlflow.set_tracking_uri(store_uri())
    return MlflowClient()


def version_of_alias(client: MlflowClient, alias: str) -> ModelVersion | None:
    """The registered version that has the alias, if any has."""
    try:
        return client.get_model_version_by_alias(MODEL, alias)
    except MlflowException as error:
        missing = (
            ErrorCode.Name(RESOURCE_DOES_NOT_EXIST),
            "INVALID_PARAMETER_VALUE",
        )
        if error.error_code in missing:
            return None
        raise


def version_of_run(client: MlflowClient, run_id: str) -> ModelVersion | None:
    """The registered version that a run made, if it made one."""
    found = client.search_model_versions(f"run_id='{run_id}'")
    if not found:
        return None
    # What a search finds may lack the aliases.
    return client.get_model_version(MODEL, found[0].version)


def download(uri: str, folder: Path) -> Path:
    """Downloads an artifact into the folder; returns where it is."""
    return Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder)))
