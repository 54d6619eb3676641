"""A champion's configuration trained before the present valid fold.

A champion that was judged on other data or another fold cannot be compared
as it is: what its configuration does with the present shop can.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from vitrina_ops import pipeline
from vitrina_ops.errors import say
from vitrina_ops.files import sha256_of
from vitrina_ops.pipeline import Params, Pipeline
from vitrina_ops.program import ProgramError, built

CACHE = Path(".cache/champion")
# What makes the per-buyer results of a configuration from the shop's events.
STAGES = ("split", "fit", "examples", "train", "evaluate")
# Sections that say what is asked of a model; the horizon joins them.
TASK_SECTIONS = ("ingest", "choose", "evaluate")
EXIT_CONFIG = 3  # a parameter is unknown, mistyped or out of range


class CannotCompareError(Exception):
    """Why nothing can be said of a champion beside the present run."""


def champion_params(theirs: Params, present: Pipeline) -> Params:
    """The champion's configuration for the present task: how the data are
    read, what is predicted, how much is sent and how it is judged are the
    present run's."""
    params = {k: v for k, v in theirs.items() if k in pipeline.SECTIONS}
    task: Params = {name: present.params[name] for name in TASK_SECTIONS}
    horizon = present.params["split"]["horizon_days"]
    split = {**params.get("split", {}), "horizon_days": horizon}
    return {**params, **task, "split": split}


def retrain(
    theirs: Params, seed: str, version: str, present: Pipeline
) -> Path:
    """Per-buyer results of the champion's configuration on the present valid
    fold, kept for the next comparison."""
    text = yaml.safe_dump(champion_params(theirs, present), sort_keys=True)
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
        say("retrain", f"champion version {version} was retrained before")
        return kept
    say(
        "retrain",
        f"champion version {version} was judged on other data or another "
        "fold; its configuration is trained before the present cut",
    )
    with _workspace() as workspace:
        params = workspace / "params.yaml"
        params.write_text(text, encoding="utf-8")
        for stage in STAGES:
            try:
                built().show(
                    stage,
                    *("--workspace", workspace, "--params", params),
                    *("--seed", seed),
                )
            except ProgramError as error:
                # A full disk or a stop is no reason to judge: it is told.
                if error.exit_code != EXIT_CONFIG:
                    raise
                raise CannotCompareError(
                    "this build does not take its parameters any more "
                    f"(`vitrina {stage}` says above which)"
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
