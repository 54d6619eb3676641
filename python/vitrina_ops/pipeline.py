"""What a finished pipeline left in its files, ready to be logged."""

import json
import math
import os
import subprocess
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from vitrina_ops import yaml_core
from vitrina_ops.errors import OpsError
from vitrina_ops.files import (
    read_json,
    read_text,
    sha256_of,
    sha256_of_file,
)
from vitrina_ops.program import Program, built
from vitrina_ops.source import LOCAL_PARAMS

BUILD_ID = Path("build/build_id.txt")
PARAMS = Path("params.yaml")
SHOP = Path("data/interim/shop.vtr")
SPLIT = Path("data/processed/split.json")
BUNDLE = Path("models/bundle")
PREDICTIONS = Path("data/out/predictions.csv")
RECOMMENDATIONS = Path("data/out/recommendations.parquet")
VALID_BUYERS = Path("reports/valid_buyers.csv")
PLOTS = Path("reports/plots")
FIGURES = Path("reports/figures")
TIMINGS = Path("reports/timings")
RUN_REPORT = Path("reports/mlflow_run.json")

# Stage -> the report it leaves.
REPORTS = {
    "ingest": Path("reports/ingest.json"),
    "split": SPLIT,
    "train": Path("reports/train.json"),
    "evaluate": Path("reports/metrics.json"),
    "recommend": Path("reports/recommend.json"),
}

# The program's stages, in order.
STAGES = (
    "simulate",
    "ingest",
    "split",
    "fit",
    "examples",
    "train",
    "evaluate",
    "refit",
    "pack",
    "recommend",
)

# Sections of params.yaml that the pipeline reads: the params of the stage
# `track` in dvc.yaml. `simulate` joins them when a shop is simulated.
SECTIONS = (
    "candidates",
    "choose",
    "engine",
    "evaluate",
    "examples",
    "features",
    "ingest",
    "models",
    "split",
    "train",
)

Params = dict[str, Any]


def flatten(tree: Any, prefix: str = "", sep: str = "/") -> dict[str, Any]:
    """The leaves of nested mappings by path; lists are left out."""
    if isinstance(tree, dict):
        found = {}
        for key, value in tree.items():
            path = f"{prefix}{sep}{key}" if prefix else str(key)
            found.update(flatten(value, path, sep))
        return found
    return {} if isinstance(tree, list) else {prefix: tree}


def flatten_params(params: Params) -> dict[str, Any]:
    """Parameters as `section.field`; a list is its text."""
    found = {}
    for key, value in params.items():
        if isinstance(value, dict):
            for name, leaf in flatten_params(value).items():
                found[f"{key}.{name}"] = leaf
        else:
            found[key] = value
    return found


def merged(base: Params, over: Params) -> Params:
    """`base` with the leaves of `over` laid over it."""
    result = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def load_yaml(path: Path) -> Params:
    """A YAML file of nested mappings; an empty one is no parameters."""
    try:
        found = yaml_core.load(read_text(path))
    except yaml.YAMLError as error:
        raise OpsError(f"{path}: {error}") from None
    if found is not None and not isinstance(found, dict):
        raise OpsError(f"{path}: found no mapping, expected sections")
    return found or {}


def defaults() -> Params:
    """Every parameter of the program with its default."""
    return deepcopy(_defaults_of(built()))


@cache
def _defaults_of(program: Program) -> Params:
    found: Params = yaml_core.load(program.run("params"))
    return found


def present_build() -> str:
    """Which build of the program is there."""
    return read_text(BUILD_ID).strip()


def git(*words: str) -> str | None:
    """What git says, or None where there is no repository."""
    try:
        done = subprocess.run(
            ["git", *words], capture_output=True, encoding="utf-8"
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


@dataclass
class Pipeline:
    """A finished pipeline: parameters, reports and fingerprints."""

    params: Params  # every one that was used, defaults included
    source: Params  # the shop, where it comes from, and the seed
    reports: dict[str, Any]  # by stage
    build_id: str
    bundle: str  # fingerprint
    predictions: str  # digest

    @property
    def is_simulated(self) -> bool:
        return bool(self.source["scales"])

    @property
    def shop(self) -> str:
        return str(self.source["shop"])

    @property
    def seed(self) -> int:
        return int(self.source["seed"])

    @property
    def valid(self) -> Params | None:
        """The valid fold's metrics; None when the log was too short."""
        found: Params | None = self.reports["evaluate"]["valid"]
        return found

    @property
    def data_fingerprint(self) -> str:
        """Of the events, ids and catalog as read."""
        return str(self.reports["ingest"]["fingerprint"])

    @property
    def data_end(self) -> str:
        """The moment of the last event that was read."""
        return str(self.reports["ingest"]["end"])

    @property
    def fold_fingerprint(self) -> str:
        """Of what a ranker is judged on: the valid fold, the answer's size."""
        task = {
            "valid": self.reports["split"]["valid"],
            "choose": self.params["choose"],
        }
        return sha256_of(json.dumps(task, sort_keys=True))

    @property
    def fingerprint(self) -> str:
        """Of everything that makes this run what it is."""
        params = {k: v for k, v in self.params.items() if k != "ingest"}
        everything = {
            "shop": self.shop,
            "build": self.build_id,
            "params": params,
            "seed": self.seed,
            "data": self.data_fingerprint,
            "fold": self.fold_fingerprint,
            "bundle": self.bundle,
            "predictions": self.predictions,
            "metrics": self.reports["evaluate"],
        }
        return sha256_of(json.dumps(everything, sort_keys=True))

    def metrics(self) -> dict[str, float]:
        """Every number of the reports as `stage/path`, and what it cost."""
        numbers = {}
        for path, value in flatten(self.reports).items():
            is_number = isinstance(value, int | float)
            if is_number and math.isfinite(value) and not _is_no_metric(path):
                numbers[path] = float(value)
        numbers["split/train_windows"] = len(self.reports["split"]["train"])
        total = 0.0
        for stage, cost in self.timings().items():
            numbers[f"seconds/{stage}"] = cost["seconds"]
            numbers[f"peak_mib/{stage}"] = cost["peak_bytes"] / 2**20
            total += cost["seconds"]
        numbers["seconds/all_stages"] = total
        return numbers

    def timings(self) -> dict[str, dict[str, float]]:
        """What each stage cost when it ran for these very files."""
        found = {}
        for path in sorted(TIMINGS.glob("*.json")):
            if path.stem != "simulate" or self.is_simulated:
                found[path.stem] = read_json(path)
        return found


def _is_no_metric(path: str) -> bool:
    return path.endswith(("_us", "/format"))


def load_pipeline() -> Pipeline:
    """Reads what the stages of the current folder left."""
    source = load_yaml(LOCAL_PARAMS)["source"]
    if "shop" not in source:
        raise OpsError(
            f"{LOCAL_PARAMS}: the shop has no name; `make setup` gives it one"
        )
    params = merged(defaults(), load_yaml(PARAMS))
    sections = set(SECTIONS) | ({"simulate"} if source["scales"] else set())
    params = {k: params[k] for k in sorted(params) if k in sections}
    params["ingest"]["data_dir"] = source["data_dir"]
    if source["scales"]:
        params["simulate"]["scale"] = source["scales"][0]
    return Pipeline(
        params=params,
        source=source,
        reports={stage: read_json(path) for stage, path in REPORTS.items()},
        build_id=present_build(),
        bundle=str(read_json(BUNDLE / "manifest.json")["fingerprint"]),
        predictions=sha256_of_file(PREDICTIONS),
    )


def git_tags() -> dict[str, str]:
    """The revision that ran, and whether tracked files were changed."""
    revision = git("rev-parse", "HEAD")
    if revision is None:
        return {"git.revision": os.environ.get("GIT_REVISION", "unknown")}
    changed = git("status", "--porcelain", "--untracked-files=no")
    return {
        "git.revision": revision,
        "git.changed_files": "yes" if changed else "no",
    }
