"""The MLflow store: where it is, and what is called how in it.

Importing this module imports MLflow, which takes seconds.
"""

import logging
import os
from pathlib import Path
from typing import Any

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
from mlflow.utils.credentials import get_default_host_creds  # noqa: E402
from mlflow.utils.rest_utils import http_request  # noqa: E402

from vitrina_ops.errors import OpsError  # noqa: E402
from vitrina_ops.moved import mend  # noqa: E402
from vitrina_ops.source import BY_FOLDER  # noqa: E402
from vitrina_ops.tracking_uri import (  # noqa: E402
    DEFAULT_URI,
    is_server,
    store_uri,
)

PATIENCE = 5.0  # seconds that a server has to answer
EXPERIMENT = "vitrina"
MODEL_PREFIX = "vitrina-"
# What a run's logged model is called; the registered one has the shop's name.
LOGGED_MODEL = "vitrina"
CHAMPION = "champion"
CHALLENGER = "challenger"

# Of an experiment: what the UI shows it as.
KIND, KIND_MODELS = "mlflow.experimentKind", "custom_model_development"

# Tags of a run.
TAG_SHOP = "vitrina.shop"
TAG_RUN = "vitrina.fingerprint"
TAG_DATA = "vitrina.data_fingerprint"
TAG_FOLD = "vitrina.fold_fingerprint"
TAG_SEED = "vitrina.seed"
TAG_BUILD = "vitrina.build_id"
TAG_BUNDLE = "vitrina.bundle"
TAG_DATA_END = "vitrina.data_end"
TAG_EXPERIMENT = "vitrina.dvc_experiment"
# Of a registered model: the folder that its shop was last read from.
TAG_DATA_DIR = "vitrina.data_dir"

# Artifacts of a run.
PARAMS_ARTIFACT = "params/params.yaml"
BUYERS_ARTIFACT = "evaluation/valid_buyers.csv"


def is_reachable() -> bool:
    """Whether the store answers at all; MLflow itself would try for minutes.
    A server that refuses this question is up: what is wrong is told later.
    """
    if not is_server():
        return True
    # as MLflow asks: with its passwords, tokens and certificates
    ask: Any = http_request
    credentials_of: Any = get_default_host_creds
    try:
        ask(
            credentials_of(store_uri().rstrip("/")),
            "/health",
            "GET",
            max_retries=0,
            timeout=PATIENCE,
            raise_on_status=False,
        )
    except MlflowException:
        return False
    return True


def has_run(run_id: str) -> bool:
    """Whether the store has a run of this id."""
    try:
        open_store().get_run(run_id)
    except MlflowException as error:
        if is_missing(error):
            return False
        raise
    return True


def open_store() -> MlflowClient:
    """Points MLflow at the store; a new database is made when needed."""
    # They tell of every step, such as the tables of a new database.
    logging.getLogger("alembic").setLevel(logging.ERROR)
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    if store_uri() == DEFAULT_URI:
        mend(Path(DEFAULT_URI.removeprefix("sqlite:///")), Path.cwd())
    mlflow.set_tracking_uri(store_uri())
    return MlflowClient()


def open_experiment(name: str = EXPERIMENT) -> str:
    """Makes the experiment the active one, a new one when it is not there;
    returns its id. Its kind makes the UI open on the runs, not on traces."""
    experiment = mlflow.set_experiment(name)
    if experiment.tags.get(KIND) != KIND_MODELS:
        mlflow.set_experiment_tags({KIND: KIND_MODELS})
    return str(experiment.experiment_id)


def model_of(shop: str) -> str:
    """The registered model of a shop."""
    return f"{MODEL_PREFIX}{shop}"


def is_missing(error: MlflowException) -> bool:
    """Whether a store says that what was asked for is not there."""
    missing = ErrorCode.Name(RESOURCE_DOES_NOT_EXIST)
    return error.error_code in (missing, "INVALID_PARAMETER_VALUE")


def shops(client: MlflowClient) -> list[str]:
    """The shops that have a registered model."""
    found = client.search_registered_models(
        f"name LIKE '{MODEL_PREFIX}%'", max_results=1000
    )
    return sorted(model.name.removeprefix(MODEL_PREFIX) for model in found)


def folder_of_shop(client: MlflowClient, shop: str) -> str | None:
    """The folder that the shop was last read from, where one is known."""
    try:
        model = client.get_registered_model(model_of(shop))
    except MlflowException as error:
        if is_missing(error):
            return None
        raise
    folder: str | None = model.tags.get(TAG_DATA_DIR)
    return folder


def shop_folder(source: dict[str, Any]) -> str:
    """The folder that a shop is read from, as its checkout names it; a run
    that was kept knows it beside the absolute one."""
    return str(source.get("shop_folder", source["data_dir"]))


def check_shop(client: MlflowClient, source: dict[str, Any]) -> None:
    """Refuses another folder of the same name, unless SHOP= was given: two
    shops would share one champion."""
    if source["shop_named_by"] != BY_FOLDER:
        return
    before = folder_of_shop(client, source["shop"])
    if before not in (None, shop_folder(source)):
        raise OpsError(
            f"DATA: the shop '{source['shop']}' was read from {before} until "
            f"now, found {shop_folder(source)}; give SHOP={source['shop']} if "
            "it is the same shop, SHOP=NAME with a new name if it is another"
        )


def version_of_alias(
    client: MlflowClient, model: str, alias: str
) -> ModelVersion | None:
    """The model's version that has the alias, if any has."""
    try:
        return client.get_model_version_by_alias(model, alias)
    except MlflowException as error:
        if is_missing(error):
            return None
        raise


def version_of_run(client: MlflowClient, run_id: str) -> ModelVersion | None:
    """The registered version that a run made, if it made one."""
    found = client.search_model_versions(f"run_id='{run_id}'")
    if not found:
        return None
    # What a search finds may lack the aliases.
    return client.get_model_version(found[0].name, found[0].version)


def download(uri: str, folder: Path) -> Path:
    """Downloads an artifact into the folder; returns where it is."""
    return Path(mlflow.artifacts.download_artifacts(uri, dst_path=str(folder)))
