"""Which alias a run's model gets: `champion` or `challenger`.

The first model is the champion. A later one takes its place when it did
better for the same buyers of the same valid fold, beyond the paired interval
that `vitrina compare-buyers` gives. A champion that was judged on other data
or another fold cannot be compared as it is: its configuration is retrained
before the present cut and judged on the present fold.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from mlflow.entities import Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from vitrina_ops import pipeline, store
from vitrina_ops.errors import OpsError, say
from vitrina_ops.files import read_json, sha256_of
from vitrina_ops.pipeline import Params, Pipeline, run_program

CACHE = Path(".cache/champion")
# What makes the per-buyer results of a configuration from the shop's events.
RETRAINED_STAGES = ("split", "fit", "examples", "train", "evaluate")


@dataclass
class Verdict:
    """The alias and why."""

    alias: str
    reason: str
    against: str = ""  # version of the champion it was compared with
    retrained: bool = False
    metrics: dict[str, float] = field(default_factory=dict)


def judge(client: MlflowClient, present: Pipeline) -> Verdict:
    """Compares the present pipeline with the champion. Writes nothing to
    the store."""
    champion = store.version_of_alias(client, store.CHAMPION)
    if champion is None:
        return Verdict(store.CHAMPION, "it is the first")
    against = str(champion.version)
    if present.valid is None:
        reason = "the log is too short for a valid fold"
        return Verdict(store.CHALLENGER, reason, against)
    if present.valid["buyers"] == 0:
        reason = "nobody bought in the valid fold"
        return Verdict(store.CHALLENGER, reason, against)
    run = _run_of(client, champion)
    retrained = not is_comparable(run, present)
    with tempfile.TemporaryDirectory() as folder:
        if retrained:
            buyers = retrain(client, run, against, present)
        else:
            path = client.download_artifacts(
                run.info.run_id, store.BUYERS_ARTIFACT, folder
            )
            buyers = Path(path)
        report = Path(folder) / "difference.json"
        text = run_program(
            "compare-buyers",
            *("--first", pipeline.VALID_BUYERS, "--second", buyers),
            *("--json", report, "--seed", str(present.seed), "--quiet"),
        )
        numbers = read_json(report)
    say(f"against champion version {against}: {text.strip()}")
    return verdict_of(numbers, against, retrained)


def verdict_of(
    numbers: dict[str, float], against: str, retrained: bool
) -> Verdict:
    """The alias that the paired difference earns."""
    is_better = bool(numbers["difference_low"] > 0)
    beyond = "beyond" if is_better else "not beyond"
    reason = (
        f"reading A {numbers['difference']:+.4f} "
        f"[{numbers['difference_low']:+.4f}, "
        f"{numbers['difference_high']:+.4f}] against version {against}"
        f"{' retrained' if retrained else ''}, {beyond} the interval"
    )
    return Verdict(
        store.CHAMPION if is_better else store.CHALLENGER,
        reason,
        against,
        retrained,
        {
            "champion/recall_a": numbers["second_recall_a"],
            "champion/difference": numbers["difference"],
            "champion/difference_low": numbers["difference_low"],
            "champion/difference_high": numbers["difference_high"],
        },
    )


def is_comparable(run: Run, present: Pipeline) -> bool:
    """Whether a run was judged on the present data and valid fold."""
    tags = run.data.tags
    return bool(
        tags.get(store.TAG_DATA) == present.data_fingerprint
        and tags.get(store.TAG_FOLD) == present.fold_fingerprint
    )


def champion_params(theirs: Params, present: Pipeline) -> Params:
    """The champion's configuration for the present task: how the data are
    read, what is foretold and how much is sent are the present run's."""
    params = {k: v for k, v in theirs.items() if k in pipeline.SECTIONS}
    task: Params = {
        name: present.params[name] for name in ("ingest", "choose", "evaluate")
    }
    horizon = present.params["split"]["horizon_days"]
    task["split"] = {"horizon_days": horizon}
    return pipeline.merged(params, task)


def retrain(
    client: MlflowClient, run: Run, version: str, present: Pipeline
) -> Path:
    """Per-buyer results of the champion's configuration on the present valid
    fold, kept for the next comparison."""
    with tempfile.TemporaryDirectory() as folder:
        path = client.download_artifacts(
            run.info.run_id, store.PARAMS_ARTIFACT, folder
        )
        theirs = pipeline.load_yaml(Path(path))
    text = yaml.safe_dump(champion_params(theirs, present), sort_keys=True)
    seed = run.data.tags.get(store.TAG_SEED, str(present.seed))
    key = sha256_of(
        "\n".join(
            [
                text,
                seed,
                present.build_id,
                present.data_fingerprint,
                present.fold_fingerprint,
            ]
        )
    )
    kept = CACHE / f"{key[:16]}.csv"
    if kept.exists():
        say(f"champion version {version} was retrained before")
        return kept
    say(
        f"champion version {version} was judged on other data or another "
        "fold; its configuration is trained before the present cut"
    )
    with _workspace() as workspace:
        params = workspace / "params.yaml"
        params.write_text(text, encoding="utf-8")
        for stage in RETRAINED_STAGES:
            try:
                run_program(
                    stage,
                    *("--workspace", workspace, "--params", params),
                    *("--seed", seed),
                )
            except OpsError as error:
                raise OpsError(
                    f"champion version {version} could not be retrained: "
                    f"{error}; give the alias '{store.CHAMPION}' to another "
                    "version"
                ) from None
        partial = CACHE / f"{key[:16]}.tmp"
        shutil.copyfile(workspace / pipeline.VALID_BUYERS, partial)
        partial.replace(kept)
    return kept


@contextmanager
def _workspace() -> Iterator[Path]:
    """A folder for the stages that sees the present shop; it goes after."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        shop = Path(folder) / pipeline.SHOP
        shop.parent.mkdir(parents=True)
        os.symlink(pipeline.SHOP.resolve(), shop)
        yield Path(folder)


def _run_of(client: MlflowClient, version: ModelVersion) -> Run:
    try:
        return client.get_run(str(version.run_id))
    except MlflowException as error:
        raise OpsError(
            f"the run of champion version {version.version} cannot be read "
            f"({error}); give the alias '{store.CHAMPION}' to another version"
        ) from None
