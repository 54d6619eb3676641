"""Answers with a registered model: python predict_registered.py EVENTS OUT

Run by scripts/measure/fresh_model.py in an environment that has MLflow and the
wheel alone; MLFLOW_TRACKING_URI says where the registry is. EVENTS is a
Parquet file, OUT gets the rows as JSON and what was installed.
"""

import json
import sys
from importlib.metadata import distributions
from pathlib import Path

import mlflow
import pandas as pd

MODEL = "models:/vitrina-simulated@champion"


def main() -> None:
    events, out = map(Path, sys.argv[1:])
    frame = pd.read_parquet(events)
    answer = mlflow.pyfunc.load_model(MODEL).predict(frame)
    rows = [
        [user, list(products)]
        for user, products in zip(
            answer["user_id"], answer["products"], strict=True
        )
    ]
    installed = {
        found.name.lower(): found.version for found in distributions()
    }
    versions = {name: installed.get(name) for name in ("mlflow", "vitrina")}
    out.write_text(
        json.dumps(
            {"rows": rows, "versions": versions, "packages": len(installed)}
        ),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
