"""Small finished pipelines, for tests of what is logged of them."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from command import must_run, program_path
from vitrina_ops import source

# Little work: what is tested is what becomes of the answer.
FAST: dict[str, Any] = {
    "models": {"own_history": {"max_windows": 2}},
    "engine": {"max_scored_users": 400},
    "choose": {"max_users": 50, "k": 5},
    "examples": {"max_rows": 20000},
    "train": {"rounds": 8},
    "evaluate": {"draws": 100},
}


def simulate(out: Path, seed: int, scale: str = "0.01") -> None:
    """A simulated shop; of another seed it has other products."""
    words = ("simulate", "--scale", scale, "--seed", str(seed), "--out", out)
    must_run(*words)


def finished(
    root: Path, data: Path, *, shop: str = "", as_of: str = ""
) -> Path:
    """A folder as a checkout whose pipeline has run on the log in `data`."""
    (root / "build").mkdir(parents=True)
    program = program_path()
    (root / "build" / "vitrina").symlink_to(program)
    shutil.copy(program.parent / "build_id.txt", root / "build")
    (root / "params.yaml").write_text(yaml.safe_dump(FAST))
    with contextlib.chdir(root):
        source.update(source.local_params(str(data), "", "", shop))
    run_again(root, data, as_of=as_of)
    return root


def run_again(root: Path, data: Path, *, as_of: str = "") -> None:
    """The stages once more, on the log as it is now."""
    words = ("--as-of", as_of) if as_of else ()
    must_run(
        *("run", "--data", data, "--out", root / "one", *words),
        *("--params", root / "params.yaml", "--keep-stages", root / "new"),
    )
    shutil.rmtree(root / "one")
    for name in ("data", "models", "reports"):
        shutil.rmtree(root / name, ignore_errors=True)
        (root / "new" / name).rename(root / name)
    (root / "new").rmdir()


def track(root: Path) -> str:
    """The stage `track` there, with the store of that checkout; what it
    said. A process of its own: MLflow keeps stores by their relative name."""
    python = [str(path) for path in map(Path, sys.path) if path.is_absolute()]
    done = subprocess.run(
        [sys.executable, "-m", "vitrina_ops.track"],
        cwd=root,
        check=True,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "PYTHONPATH": os.pathsep.join(python),
        },
    )
    return done.stderr
