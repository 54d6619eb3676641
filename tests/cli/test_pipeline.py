"""The DVC pipeline on a tiny simulated shop, in a checkout of its own.

The tests stand in the order of a user's day: a first run, nothing changed, a
changed parameter, a real log. Each goes on where the one before it stopped.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import check_dvc
import pytest
import yaml
from command import ROOT, Result
from finished import FAST
from vitrina_ops.files import read_json
from vitrina_ops.pipeline import merged

DVC = Path(sys.executable).with_name("dvc")
STAGES = (
    "ingest split fit examples train evaluate refit pack recommend track "
    "report"
).split()
SCALE = "0.01"
SOURCES = (
    *("dvc.yaml", "dvc.lock", ".dvcignore", ".dvc/config"),
    *(".dvc/.gitignore", ".gitignore"),
)
IDENTITY = {
    f"GIT_{who}_{what}": f"{who}@example.com"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


@dataclass
class Checkout:
    """A folder with what DVC needs of the project."""

    root: Path

    def run(self, *words: str | Path, **variables: str) -> Result:
        """Runs a command there; it must not fail."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root.parent),
            "DVC_NO_ANALYTICS": "1",
            **IDENTITY,
            **variables,
        }
        done = subprocess.run(
            [str(word) for word in words],
            cwd=self.root,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done

    def make_run(self, **variables: str) -> Result:
        """What `make run` does after the build."""
        return self.run("scripts/run.sh", **variables)

    def json(self, path: str) -> Any:
        return read_json(self.root / path)

    def set_params(self, **sections: Any) -> None:
        path = self.root / "params.yaml"
        params = yaml.safe_load(path.read_text())
        path.write_text(yaml.safe_dump(merged(params, sections)))

    def lock(self) -> dict[str, Any]:
        """Stages of dvc.lock."""
        text = (self.root / "dvc.lock").read_text()
        stages: dict[str, Any] = yaml.safe_load(text)["stages"]
        return stages


@pytest.fixture(scope="module")
def checkout(
    program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name, follow_symlinks=False)
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("scripts", "python"):
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    (root / "build").mkdir()
    (root / "build" / "vitrina").symlink_to(program)
    (root / "build" / "python").symlink_to(program.parent / "python")
    shutil.copy(program.parent / "build_id.txt", root / "build")
    (root / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "dvc"):
        link = root / ".venv" / "bin" / name
        link.write_text(
            f'#!/bin/sh\nexec "{Path(sys.executable).with_name(name)}" "$@"\n'
        )
        link.chmod(0o755)
    shutil.copy(ROOT / "params.yaml", root)
    made = Checkout(root)
    made.set_params(**FAST)
    made.run("git", "init", "--quiet")
    made.run("git", "add", "--all")
    made.run("git", "commit", "--quiet", "--message", "A clone")
    yield made
    shutil.rmtree(root)


def test_dvc_yaml_is_what_the_program_says(program: Path) -> None:
    assert list(check_dvc.problems(ROOT, program)) == []


def test_the_first_run_makes_everything(checkout: Checkout) -> None:
    said = checkout.make_run(SCALE=SCALE)
    assert list(checkout.lock()) == [f"simulate@{SCALE}", *STAGES]
    report = checkout.json("reports/mlflow_run.json")
    assert report["alias"] == "champion"
    assert report["version"] == "1"
    assert (checkout.root / "mlflow.db").exists()
    assert "reading A" in said.stdout
    assert "answer        data/out/predictions.csv" in said.stdout
    assert report["run_id"] in said.stdout
    assert "no new run" not in said.stdout
    figures = {
        path.name for path in (checkout.root / "reports/figures").iterdir()
    }
    assert "recall_by_k.png" in figures
    checked = checkout.run(
        "build/vitrina", "check-submission", "data/out/predictions.csv"
    )
    assert ": ok, 50 rows" in checked.stdout


def test_a_run_leaves_nothing_for_git(checkout: Checkout) -> None:
    assert checkout.run("git", "status", "--porcelain").stdout == ""
    assert (checkout.root / "dvc.lock").is_symlink()
    checkout.run("git", "checkout", "--quiet", "-b", "kept")
    checkout.run("scripts/keep.sh")
    kept = checkout.run("git", "show", "HEAD:dvc.lock").stdout
    assert yaml.safe_load(kept)["stages"] == checkout.lock()
    checkout.run(".venv/bin/dvc", "metrics", "diff", "HEAD")
    local = (checkout.root / "params.local.yaml").read_text()
    checkout.run("git", "checkout", "--quiet", "-")
    (checkout.root / "params.local.yaml").write_text(local)
    assert (checkout.root / "dvc.lock").is_symlink()


def test_run_in_one_process_gives_the_same_bytes(checkout: Checkout) -> None:
    checkout.run(
        *("build/vitrina", "run", "--data", "data/simulated"),
        *("--params", "params.yaml", "--out", "one", "--quiet"),
        *("--bundle", "one/bundle"),
    )
    for ours, theirs in (
        ("one/predictions.csv", "data/out/predictions.csv"),
        ("one/recommendations.parquet", "data/out/recommendations.parquet"),
        ("one/bundle/manifest.json", "models/bundle/manifest.json"),
    ):
        one = (checkout.root / ours).read_bytes()
        assert one == (checkout.root / theirs).read_bytes(), ours


def test_with_nothing_changed_nothing_runs(checkout: Checkout) -> None:
    before = checkout.lock()
    said = checkout.run(DVC, "repro")
    assert "Data and pipelines are up to date." in said.stdout
    assert "Running stage" not in said.stdout
    assert checkout.lock() == before
    told = checkout.make_run(SCALE=SCALE)
    assert "nothing changed: no new run was logged" in told.stdout


def kept_models(said: str) -> tuple[int, int]:
    """How many of the folds' models `fit` left as they were."""
    found = re.search(r"(\d+) of (\d+) models as they were", said)
    assert found, said
    return int(found[1]), int(found[2])


def test_a_generators_parameter_leaves_ingest_and_split(
    checkout: Checkout,
) -> None:
    before = checkout.lock()
    first = checkout.json("reports/mlflow_run.json")
    checkout.set_params(candidates={"popular": {"limit": 40}})
    said = checkout.run(DVC, "repro")
    for stage in (f"simulate@{SCALE}", "ingest", "split"):
        assert f"Stage '{stage}' didn't change, skipping" in said.stdout
    assert "Running stage 'fit'" in said.stdout
    # how many are proposed is no parameter of a model: none is fitted again
    kept, wanted = kept_models(said.stdout + said.stderr)
    assert kept == wanted > 0
    after = checkout.lock()
    assert after["split"] == before["split"]
    assert after["fit"]["params"] != before["fit"]["params"]
    report = checkout.json("reports/mlflow_run.json")
    assert report["run_id"] != first["run_id"]
    assert report["version"] == "2"
    assert report["alias"] in ("champion", "challenger")
    assert "against version 1," in report["reason"]


def test_going_back_logs_nothing_new(checkout: Checkout) -> None:
    checkout.set_params(candidates={"popular": {"limit": 30}})
    said = checkout.make_run(SCALE=SCALE)
    assert "logged before: no new run was logged" in said.stdout
    assert checkout.json("reports/mlflow_run.json")["version"] == "1"


def test_a_real_log_is_read_and_left_alone(checkout: Checkout) -> None:
    shop = checkout.root.parent / "a shop's log"
    checkout.run(
        *("build/vitrina", "simulate", "--scale", SCALE, "--seed", "7"),
        *("--out", shop, "--quiet"),
    )
    before = {
        path.name: (path.stat().st_mtime_ns, path.read_bytes())
        for path in shop.iterdir()
    }
    said = checkout.make_run(DATA=str(shop))
    after = {
        path.name: (path.stat().st_mtime_ns, path.read_bytes())
        for path in shop.iterdir()
    }
    assert after == before
    stages = checkout.run(DVC, "stage", "list", "--name-only").stdout.split()
    assert stages == STAGES
    # Another shop has a model and a champion of its own.
    report = checkout.json("reports/mlflow_run.json")
    assert report["model"] == "vitrina-a-shop-s-log"
    assert (report["version"], report["alias"]) == ("1", "champion")
    assert "champion: it is the shop's first" in said.stdout
    shutil.rmtree(shop)


def test_the_champion_is_fetched_and_answers(checkout: Checkout) -> None:
    checkout.run(
        *(".venv/bin/python", "-m", "vitrina_ops.fetch"),
        *("--shop", "simulated", "--to", "fetched"),
        PYTHONPATH="python",
    )
    checkout.run(
        *("build/vitrina", "recommend", "--bundle", "fetched", "--quiet"),
        *("--data", "data/simulated", "--out", "answer"),
    )
    answer = (checkout.root / "answer/predictions.csv").read_bytes()
    assert answer == (checkout.root / "one/predictions.csv").read_bytes()


def test_wrong_data_is_one_line(checkout: Checkout) -> None:
    done = subprocess.run(
        ["scripts/run.sh"],
        cwd=checkout.root,
        env={"PATH": os.environ["PATH"], "DATA": "nowhere"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert done.stderr == (
        "run: error: DATA: 'nowhere' is not a folder; give the one that "
        "holds train_actions.pq\n"
    )
