"""Experiments in MLflow: a run a hypothesis, a nested one a variant."""

import json
from typing import Any

import mlflow
from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from vitrina_ops import store
from vitrina_ops.dataset import ShopDataset
from vitrina_ops.files import sha256_of
from vitrina_ops.pipeline import git_tags
from vitrina_ops.trials import Bench, Log

EXPERIMENT = "vitrina experiments"
TAG = "vitrina.hypothesis_fingerprint"
MAX_PARAM = 500


def metrics_of(measure: dict[str, Any]) -> dict[str, float]:
    """Readings and differences with their intervals, and the counts."""
    found = {
        f"{kind}/{reading}_{edge}": value
        for kind in ("readings", "difference")
        for reading, interval in measure[kind].items()
        for edge, value in interval.items()
        if value is not None
    }
    counts = {f"counts/{k}": float(v) for k, v in measure["counts"].items()}
    return {**found, **counts}


def log_variant(
    client: MlflowClient,
    variant: dict[str, Any],
    log: Log,
    measure: dict[str, Any],
) -> None:
    """One variant on one log as a nested run."""
    name = f"{variant['name']} on {log.name}"
    with mlflow.start_run(run_name=name, nested=True) as run:
        pairs = (word.partition("=") for word in variant["set"])
        client.log_batch(
            run.info.run_id,
            metrics=[
                Metric(key, value, 0, 0)
                for key, value in metrics_of(measure).items()
            ],
            params=[Param(k, v[:MAX_PARAM]) for k, _, v in pairs],
            tags=[
                RunTag("vitrina.log", log.name),
                RunTag("vitrina.log_digest", log.digest),
                RunTag("vitrina.verdict", variant["verdict"]),
                RunTag("vitrina.fingerprint", measure["fingerprint"]),
            ],
        )
        counts = {"buyers": measure["counts"]["buyers"]}
        shop = ShopDataset(log.folder, log.name, log.digest, counts)
        mlflow.log_input(shop, context="judging")


def is_logged(client: MlflowClient, experiment: str, key: str) -> bool:
    return bool(
        client.search_runs(
            [experiment],
            f"tags.`{TAG}` = '{key}' and attributes.status = 'FINISHED'",
            max_results=1,
        )
    )


def log_all(
    entries: list[dict[str, Any]], logs: dict[str, Log], bench: Bench
) -> None:
    """Every hypothesis that was run and is not in the store yet."""
    client = store.open_store()
    experiment = store.open_experiment(EXPERIMENT)
    for entry in entries:
        key = sha256_of(json.dumps(entry, sort_keys=True))
        if entry["verdict"] == "not run" or is_logged(client, experiment, key):
            continue
        with mlflow.start_run(run_name=entry["name"]):
            mlflow.set_tags(
                {
                    TAG: key,
                    "vitrina.build_id": bench.build,
                    "vitrina.verdict": entry["verdict"],
                    "mlflow.note.content": entry["statement"],
                    **git_tags(),
                }
            )
            mlflow.log_params(
                {f"rule.{k}": v for k, v in entry["rule"].items()}
            )
            for variant in entry["variants"]:
                for name, measure in variant["logs"].items():
                    log_variant(client, variant, logs[name], measure)
            mlflow.log_dict(entry, "hypothesis.json")
