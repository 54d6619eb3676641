"""A search in MLflow: one parent run a study, a nested one a trial."""

from pathlib import Path
from typing import Any

import mlflow
from mlflow.entities import Run
from mlflow.tracking import MlflowClient

from vitrina_ops import store
from vitrina_ops.dataset import ShopDataset
from vitrina_ops.pipeline import git_tags
from vitrina_ops.trials import Log

EXPERIMENT = "vitrina tuning"
TAG = "vitrina.study"
TAG_TRIAL = "vitrina.trial"


def runs_of(client: MlflowClient, experiment: str, query: str) -> list[Run]:
    return list(client.search_runs([experiment], query, max_results=5000))


def log_search(
    report: dict[str, Any], seed: int, log: Log, figures: Path
) -> None:
    """Logs what the study's parent run does not have yet."""
    client = store.open_store()
    experiment = store.open_experiment(EXPERIMENT)
    study = report["study"]
    found = runs_of(client, experiment, f"tags.`{TAG}` = '{study}'")
    run_id = found[0].info.run_id if found else None
    name = None if run_id else f"{report['log']} {study[:8]}"
    with mlflow.start_run(run_id=run_id, run_name=name) as parent:
        log_summary(report, seed, log, is_new=run_id is None)
        mlflow.log_artifacts(str(figures), "figures")
        query = f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
        known = {
            run.data.tags[TAG_TRIAL]
            for run in runs_of(client, experiment, query)
            if run.info.status == "FINISHED"
        }
        for row in report["history"]:
            if str(row["number"]) not in known:
                log_trial(row)


def log_summary(
    report: dict[str, Any], seed: int, log: Log, *, is_new: bool
) -> None:
    if is_new:
        mlflow.set_tags(
            {
                TAG: report["study"],
                "vitrina.build_id": report["build"],
                "vitrina.log": report["log"],
                "vitrina.seed": str(seed),
                **git_tags(),
            }
        )
        counts = {"buyers": report["unseen"]["counts"]["buyers"]}
        shop = ShopDataset(log.folder, log.name, log.digest, counts)
        mlflow.log_input(shop, context="tuning")
    mlflow.log_metrics(
        {
            "objective/default": report["default_objective"],
            "objective/best": report["best_objective"],
            "trials": report["trials"],
            "trials_stopped": report["pruned"],
            **{
                f"unseen/{reading}_{edge}": report["unseen"][reading][edge]
                for reading in ("a", "b", "c")
                for edge in ("value", "low", "high")
            },
        },
        step=report["trials"],
    )
    mlflow.log_dict(report, "tuning.json")


def log_trial(row: dict[str, Any]) -> None:
    """One trial as a nested run."""
    with mlflow.start_run(run_name=f"trial {row['number']}", nested=True):
        is_stopped = row["value"] is None
        mlflow.set_tags(
            {
                TAG_TRIAL: str(row["number"]),
                "vitrina.stopped_early": "yes" if is_stopped else "no",
            }
        )
        mlflow.log_params(row["values"])
        if not is_stopped:
            mlflow.log_metric("objective", row["value"])
