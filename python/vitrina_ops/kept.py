"""Runs that could not be sent to MLflow, kept until they can be.

A kept run is a folder with all that `track` logs of it, at the paths where
the pipeline has it, and run.json: what identifies the run. It does not
depend on the pipeline's files, which the next run writes over.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vitrina_ops import pipeline
from vitrina_ops.errors import OpsError
from vitrina_ops.files import read_json, write_json
from vitrina_ops.pipeline import BUILD_ID, Pipeline
from vitrina_ops.program import BUILT, built

FOLDER = Path(".cache/unsent")
RUN = "run.json"
CONTENT = (
    pipeline.SHOP,
    pipeline.BUNDLE,
    pipeline.PREDICTIONS,
    pipeline.RECOMMENDATIONS,
    pipeline.VALID_BUYERS,
    pipeline.FIGURES,
    pipeline.TIMINGS,
    *pipeline.REPORTS.values(),
)


def keep(present: Pipeline, tags: dict[str, str]) -> Path:
    """Copies what the run left; returns the folder, whole or not there."""
    folder = FOLDER / present.fingerprint[:16]
    if (folder / RUN).exists():
        return folder
    partial = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(partial, ignore_errors=True)
    for path in CONTENT:
        copy = partial / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, copy)
        else:
            shutil.copyfile(path, copy)
    about = asdict(present)
    data = Path(present.source["data_dir"]).resolve()
    about["source"] = {
        **present.source,
        "data_dir": str(data),
        "shop_folder": present.source["data_dir"],
    }
    write_json(partial / RUN, {"pipeline": about, "tags": tags})
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
    return folder


def kept_runs() -> list[Path]:
    """The folders of runs that wait, the oldest first."""
    found = FOLDER.glob(f"*/{RUN}")
    whole = [path for path in found if path.parent.suffix != ".tmp"]
    return [p.parent for p in sorted(whole, key=lambda p: p.stat().st_mtime)]


def read(folder: Path) -> tuple[Pipeline, dict[str, str]]:
    """The run of a folder, and its tags."""
    about: dict[str, Any] = read_json(folder / RUN)
    try:
        present = Pipeline(**about["pipeline"])
        present.source["shop"]  # runs kept before shops had names lack it
        return present, about["tags"]
    except (KeyError, TypeError) as error:
        raise OpsError(
            f"{folder / RUN}: found {json.dumps(str(error))}, expected a run "
            "that this version kept; remove the folder"
        ) from None


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Works in a kept run's folder as in the project's: its paths are the
    pipeline's, and the program is the present one."""
    present = {BUILT: built().path, BUILD_ID: BUILD_ID.resolve()}
    home = Path.cwd()
    for name, path in present.items():
        link = folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(path)
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(home)
