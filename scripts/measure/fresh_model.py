"""Checks that a registered model answers as the program, elsewhere.

    .venv/bin/python scripts/measure/fresh_model.py [--wheel FILE]

In a temporary folder: a shop is simulated, learned and answered by the
program; the bundle is registered in MLflow as champion; an environment is
made that has MLflow and the wheel of this project alone; there
mlflow.pyfunc.load_model("models:/vitrina-simulated@champion").predict(frame)
answers for the same log. The rows must be the program's, in the same order.
Writes docs/measured/fresh_model.json. Building the wheel takes minutes.
"""

import argparse
import ast
import csv
import os
import subprocess
import sys
import tempfile
import venv
from importlib.metadata import version
from pathlib import Path

from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json, write_json
from vitrina_ops.program import CHECKOUT, Program, path_in_checkout

RESULT = CHECKOUT / "docs" / "measured" / "fresh_model.json"
SCALE = "0.02"
ACTIONS = "train_actions.pq"

# Registers a bundle with this project's own glue.
REGISTER = """
import sys
from pathlib import Path
import mlflow
from vitrina_ops import model, store
client = store.open_store()
name = store.model_of("simulated")
with mlflow.start_run():
    version, _ = model.log_model(Path(sys.argv[1]), name, {})
client.set_registered_model_alias(name, store.CHAMPION, version)
"""


def run(*words: str | Path, **more: str) -> None:
    """Runs a command; its output is shown only when it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        cwd=more.pop("cwd", None),
        env={**os.environ, **more},
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        raise OpsError(f"'{words[0]} {words[1]}' failed")


def build_wheel(folder: Path) -> Path:
    python = sys.executable
    run(python, "-m", "pip", "wheel", "--no-deps", "-w", folder, CHECKOUT)
    return next(folder.glob("vitrina-*.whl"))


Rows = list[tuple[str, list[str]]]


def rows_of(predictions: Path) -> Rows:
    with predictions.open(encoding="utf-8", newline="") as file:
        return [
            (row["user_id"], ast.literal_eval(row["products"]))
            for row in csv.DictReader(file)
        ]


def check(folder: Path, wheel: Path) -> dict[str, object]:
    """What was compared; ends the program where the answers differ."""
    shop, bundle = folder / "shop", folder / "bundle"
    program = Program(path_in_checkout())
    program.run("simulate", "--out", shop, "--scale", SCALE)
    answer = ("--out", folder / "answer", "--bundle", bundle)
    program.run("run", "--data", shop, *answer)
    tracking = f"sqlite:///{folder / 'mlflow.db'}"
    run(
        *(sys.executable, "-c", REGISTER, bundle),
        cwd=str(folder),
        MLFLOW_TRACKING_URI=tracking,
    )

    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", f"mlflow=={version('mlflow')}")
    run(python, "-m", "pip", "install", "-q", wheel)
    run(
        *(python, CHECKOUT / "scripts" / "measure" / "predict_registered.py"),
        *(shop / ACTIONS, folder / "rows.json"),
        cwd=str(folder),
        MLFLOW_TRACKING_URI=tracking,
        MLFLOW_DISABLE_TELEMETRY="true",
        PYTHONPATH="",
    )
    found = read_json(folder / "rows.json")
    expected = rows_of(folder / "answer" / "predictions.csv")
    rows = [(user, products) for user, products in found["rows"]]
    if not expected or rows != expected:
        same = sum(a == b for a, b in zip(rows, expected, strict=False))
        raise OpsError(
            f"the model named {len(rows)} customers, the program "
            f"{len(expected)}; {same} rows are equal"
        )
    return {
        "shop": f"simulated, scale {SCALE}",
        "customers": len(expected),
        "products": sum(len(products) for _, products in expected),
        "equal": True,
        "python": sys.version.split()[0],
        **found["versions"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, help="instead of building one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = options.wheel or build_wheel(folder)
        result = check(folder, wheel.resolve())
    write_json(RESULT, result)
    print(
        f"fresh-model: {result['customers']} customers with "
        f"{result['products']} products, equal to the program's"
    )


if __name__ == "__main__":
    sys.exit(run_main("fresh-model", main))
