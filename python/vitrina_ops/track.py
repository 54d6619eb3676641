"""The stage `track`: one MLflow run for a finished pipeline.

Logs parameters, metrics by stage, costs, figures, fingerprints and the
answer, registers the bundle as a version of the shop's model, `vitrina-SHOP`,
and gives it an alias (champion.py). A pipeline that was logged before is not
logged again. Inside a DVC experiment the run is logged and marked with the
experiment's name, but nothing is registered and no alias moves. Where a server
does not answer, the run is kept and the pipeline goes on; `--resume` sends it
later.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import mlflow
import yaml
from mlflow.tracking import MlflowClient

from vitrina_ops import champion, kept, notes, pipeline, plots, store
from vitrina_ops.dataset import shop_of
from vitrina_ops.errors import OpsError, run_main, say, text_of
from vitrina_ops.files import read_json, write_json
from vitrina_ops.model import log_model
from vitrina_ops.pipeline import Pipeline
from vitrina_ops.tracking_uri import is_server, shown_uri

HOW_TO_SEND = "when it is up, `make track-resume` sends it"
# DVC sets them for the stages of an experiment.
DVC_EXPERIMENT, DVC_BASELINE = "DVC_EXP_NAME", "DVC_EXP_BASELINE_REV"
# Below Python's own limit of what a store takes for a value.
MAX_PARAM = 500
NOTE = "mlflow.note.content"  # a run's description


def gain_rows(train: dict[str, Any]) -> plots.Rows:
    """The columns by their share of the trees' total gain."""
    gains = train.get("gain", [])
    total = sum(entry["gain"] for entry in gains)
    return [
        {
            "column": entry["column"],
            "gain": str(entry["gain"]),
            "share": str(entry["gain"] / total),
        }
        for entry in gains
        if entry["gain"] > 0
    ]


def group_rows(columns: plots.Rows) -> plots.Rows:
    """The same by feature group: few enough to hold two runs together."""
    shares: dict[str, float] = {}
    for row in columns:
        group = row["column"].partition("__")[0]
        shares[group] = shares.get(group, 0.0) + float(row["share"])
    order = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
    return [{"group": group, "share": str(share)} for group, share in order]


def lift_rows(calibration: plots.Rows) -> plots.Rows:
    """Groups of the sent, the most promising first, by how much more recall
    they achieved than the average group; none where nothing was achieved."""
    achieved = [float(row["achieved"]) for row in calibration]
    if not any(achieved):
        return []
    mean = sum(achieved) / len(achieved)
    return [
        {"group": str(place), "lift": str(value / mean)}
        for place, value in enumerate(reversed(achieved), 1)
    ]


def timing_rows(present: Pipeline) -> plots.Rows:
    """Seconds of every stage, in the order of the pipeline."""
    costs = present.timings()
    order = [stage for stage in pipeline.STAGES if stage in costs]
    return [
        {"stage": stage, "seconds": str(costs[stage]["seconds"])}
        for stage in order
    ]


def draw_figures(present: Pipeline) -> None:
    """The PNG files of reports/figures, with the rows behind them."""
    shutil.rmtree(pipeline.FIGURES, ignore_errors=True)
    pipeline.FIGURES.mkdir(parents=True)
    tables = {
        path.stem: plots.read_rows(path)
        for path in sorted(pipeline.PLOTS.glob("*.csv"))
    }
    tables["importance"] = gain_rows(present.reports["train"])
    tables["importance_groups"] = group_rows(tables["importance"])
    tables["lift"] = lift_rows(tables.get("calibration", []))
    tables["timings"] = timing_rows(present)
    plots.draw_all(tables, present.reports["evaluate"], pipeline.FIGURES)
    for name, rows in tables.items():
        plots.write_rows(rows, pipeline.FIGURES / f"{name}.csv")


def params_to_log(present: Pipeline) -> dict[str, str]:
    """Every parameter as `section.field`, and the seed."""
    flat = pipeline.flatten_params(present.params)
    flat["seed"] = present.seed
    return {name: str(value)[:MAX_PARAM] for name, value in flat.items()}


def tags_to_log(present: Pipeline) -> dict[str, str]:
    """What identifies the run and what a search may ask for."""
    ingest = present.reports["ingest"]
    data = "simulated" if present.is_simulated else "log"
    return {
        store.TAG_SHOP: present.shop,
        store.TAG_RUN: present.fingerprint,
        store.TAG_DATA: present.data_fingerprint,
        store.TAG_FOLD: present.fold_fingerprint,
        store.TAG_SEED: str(present.seed),
        store.TAG_BUNDLE: present.bundle,
        store.TAG_BUILD: present.build_id,
        "vitrina.predictions_sha256": present.predictions,
        "vitrina.data": data,
        "vitrina.data_begin": ingest["begin"],
        store.TAG_DATA_END: ingest["end"],
        **simulator_tags(present),
        **experiment_tags(),
        **pipeline.git_tags(),
    }


def simulator_tags(present: Pipeline) -> dict[str, str]:
    """The version of the simulator that made the shop, if one did."""
    if not present.is_simulated:
        return {}
    about = read_json(Path(present.source["data_dir"]) / "simulation.json")
    return {"vitrina.simulator_version": str(about["simulator_version"])}


def experiment_tags() -> dict[str, str]:
    """The DVC experiment that the stage runs in, if it runs in one."""
    baseline = os.environ.get(DVC_BASELINE)
    if not baseline:
        return {}
    return {
        store.TAG_EXPERIMENT: os.environ.get(DVC_EXPERIMENT) or "unnamed",
        "vitrina.dvc_baseline": baseline,
    }


def log_files(present: Pipeline) -> None:
    """The reports, figures and answer of the run."""
    text = yaml.safe_dump(present.params, sort_keys=True)
    mlflow.log_text(text, store.PARAMS_ARTIFACT)
    for path in pipeline.REPORTS.values():
        mlflow.log_artifact(str(path), "reports")
    folder = str(Path(store.BUYERS_ARTIFACT).parent)
    mlflow.log_artifact(str(pipeline.VALID_BUYERS), folder)
    mlflow.log_artifacts(str(pipeline.FIGURES), "figures")
    for path in (pipeline.PREDICTIONS, pipeline.RECOMMENDATIONS):
        mlflow.log_artifact(str(path), "answer")


def log_content(present: Pipeline, tags: dict[str, str]) -> None:
    """All that is logged of a pipeline but its model."""
    mlflow.set_tags(tags)
    mlflow.log_params(params_to_log(present))
    mlflow.log_metrics({**notes.key_metrics(present), **present.metrics()})
    mlflow.log_input(shop_of(present), context="training")
    log_files(present)


def experiment_reason(name: str) -> str:
    return (
        f"DVC experiment {name}: nothing is registered; `dvc exp apply "
        f"{name}` and `make run` (with the same DATA= or SCALE=) do it"
    )


def log_experiment(present: Pipeline, tags: dict[str, str]) -> dict[str, Any]:
    """Logs the pipeline of a DVC experiment: it is compared, not served."""
    name = tags[store.TAG_EXPERIMENT]
    store.open_experiment()
    with mlflow.start_run(run_name=notes.run_name(present, name)) as run:
        log_content(present, tags)
        mlflow.set_tag(NOTE, notes.run_note(present, experiment=name))
    reason = experiment_reason(name)
    say("track", f"run {run.info.run_id}, {reason}")
    report = report_of(present, run.info.run_id, "", "", reason, is_new=True)
    return {**report, "experiment_name": name}


def log_run(present: Pipeline, tags: dict[str, str]) -> dict[str, Any]:
    """Logs the pipeline as a new run and returns what the report says."""
    client = store.open_store()
    if store.TAG_EXPERIMENT in tags:
        return log_experiment(present, tags)
    store.check_shop(client, present.source)
    logged = logged_before(client, present)
    if logged is not None:
        say("track", f"this run was logged before, as {logged['run_id']}")
        return logged
    verdict = champion.judge(client, present)
    with mlflow.start_run(run_name=notes.run_name(present)) as run:
        log_content(present, tags)
        version = register(client, present, verdict)
        mlflow.set_tags(
            {
                "vitrina.alias": verdict.alias,
                "vitrina.alias_reason": verdict.reason,
                "vitrina.compared_with_version": verdict.against,
                "vitrina.compared_with_retrained": str(verdict.retrained),
                NOTE: notes.run_note(
                    present,
                    f"Version {version} of `{store.model_of(present.shop)}` "
                    f"became {verdict.alias}: {verdict.reason}.",
                ),
            }
        )
        mlflow.log_metrics(verdict.metrics)
    say(
        "track",
        f"run {run.info.run_id}, version {version} of the model is "
        f"{verdict.alias}: {verdict.reason}",
    )
    report = report_of(
        present,
        run.info.run_id,
        version,
        verdict.alias,
        verdict.reason,
        is_new=True,
    )
    if verdict.champion_end:
        report["note"] = (
            f"version {verdict.against} stays champion with data to "
            f"{verdict.champion_end}; `make promote VERSION={version}` gives "
            "this one the alias"
        )
        say("track", str(report["note"]))
    return report


def register(
    client: MlflowClient, present: Pipeline, verdict: champion.Verdict
) -> str:
    """Registers the active run's bundle as a version of the shop's model;
    the alias comes last. Returns the version."""
    model = store.model_of(present.shop)
    version, model_id = log_model(
        pipeline.BUNDLE,
        model,
        {
            "bundle": present.bundle,
            "build": present.build_id,
            "shop": present.shop,
        },
    )
    mlflow.log_metrics(notes.key_metrics(present), model_id=model_id)
    note = notes.version_note(present, verdict.alias, verdict.reason)
    client.update_model_version(model, version, note)
    for key, value in notes.version_tags(present).items():
        client.set_model_version_tag(model, version, key, value)
    client.update_registered_model(model, notes.model_note(present))
    folder = store.shop_folder(present.source)
    client.set_registered_model_tag(model, store.TAG_DATA_DIR, folder)
    client.set_registered_model_tag(model, store.TAG_SHOP, present.shop)
    client.set_registered_model_alias(model, verdict.alias, version)
    return version


def logged_before(
    client: MlflowClient, present: Pipeline
) -> dict[str, Any] | None:
    """The report on this pipeline's run, if it was logged to the end."""
    runs = client.search_runs(
        [store.open_experiment()],
        f"tags.`{store.TAG_RUN}` = '{present.fingerprint}' "
        "and attributes.status = 'FINISHED'",
    )
    for run in runs:
        version = store.version_of_run(client, run.info.run_id)
        if version is None:  # an experiment of the same content
            continue
        return report_of(
            present,
            run.info.run_id,
            str(version.version),
            run.data.tags.get("vitrina.alias", ""),
            run.data.tags.get("vitrina.alias_reason", ""),
            is_new=False,
        )
    return None


def report_of(
    present: Pipeline,
    run_id: str,
    version: str,
    alias: str,
    reason: str,
    *,
    is_new: bool,
) -> dict[str, Any]:
    """What reports/mlflow_run.json says. `alias` is what the run was given;
    a later run may have taken it over."""
    return {
        "tracking_uri": shown_uri(),
        "experiment": store.EXPERIMENT,
        "run_id": run_id,
        "model": store.model_of(present.shop),
        "version": version,
        "alias": alias,
        "reason": reason,
        "is_new": is_new,
    }


def keep_run(present: Pipeline, tags: dict[str, str]) -> dict[str, Any]:
    """Keeps the run until the server answers; returns what the report says."""
    folder = kept.keep(present, tags)
    reason = f"{shown_uri()} does not answer"
    say("track", f"{reason}; the run is kept in {folder}: {HOW_TO_SEND}")
    report = report_of(present, "", "", "", reason, is_new=True)
    return {**report, "kept": str(folder)}


def log_or_keep(present: Pipeline, tags: dict[str, str]) -> dict[str, Any]:
    """Logs the run; keeps it where the server is down or goes down."""
    if not store.is_reachable():
        return keep_run(present, tags)
    try:
        return log_run(present, tags)
    except Exception:
        if store.is_reachable():
            raise
        return keep_run(present, tags)


def resume() -> None:
    """Sends the runs that were kept, the oldest first. One that cannot be
    sent is told and stays; those after it are sent, and the end is an error.
    """
    waiting = kept.kept_runs()
    if not waiting:
        say("track", "no run is waiting to be sent")
        return
    if not is_server():
        raise OpsError(
            f"{len(waiting)} runs wait in {kept.FOLDER} for a server, but "
            "MLFLOW_TRACKING_URI names none; set it to http://HOST:PORT"
        )
    failed = []
    for folder in waiting:
        if not store.is_reachable():
            raise OpsError(
                f"{shown_uri()} does not answer; start the server, or "
                "set MLFLOW_TRACKING_URI to another, and resume again"
            )
        try:
            send(folder)
        except Exception as error:
            if os.environ.get("VITRINA_TRACEBACK"):
                raise
            say("track", f"{folder} is not sent: {text_of(error)}")
            failed.append(str(folder))
    if failed:
        raise OpsError(
            f"{len(failed)} of {len(waiting)} kept runs are not sent, as said "
            f"above: {', '.join(failed)}; mend what is wrong and resume "
            "again, or remove the folders"
        )


def send(folder: Path) -> None:
    """Logs the kept run of a folder, which goes after."""
    present, tags = kept.read(folder)
    with kept.inside(folder):
        report = log_run(present, tags)
    if pipeline.RUN_REPORT.exists():
        last = read_json(pipeline.RUN_REPORT)
        if last.get("kept") == str(folder):
            write_json(pipeline.RUN_REPORT, report)
    shutil.rmtree(folder)


def track() -> None:
    present = pipeline.load_pipeline()
    draw_figures(present)
    report = log_or_keep(present, tags_to_log(present))
    write_json(pipeline.RUN_REPORT, report)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="vitrina_ops.track", description=__doc__
    )
    parser.add_argument(
        "--resume", action="store_true", help="send the runs that were kept"
    )
    options = parser.parse_args()
    resume() if options.resume else track()


if __name__ == "__main__":
    sys.exit(run_main("track", main))
