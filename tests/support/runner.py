"""`vitrina run` on small shops, and the answers it leaves."""

import ast
import csv
from pathlib import Path

from command import Result, Vitrina

ANSWER = ("predictions.csv", "recommendations.parquet")
# Fewer trees of fewer rows: what is tested here is not how good they are.
FAST = (
    "--quiet",
    "--set=train.rounds=12",
    "--set=split.max_windows=5",
    "--set=evaluate.draws=100",
    "--set=engine.max_candidates=40",
)
# Threads of one program wait for each other; tests run side by side.
ONE_THREAD = {"VITRINA_THREADS": "1"}

Bytes = dict[str, bytes]
Predictions = dict[str, list[str]]


def answer_of(folder: Path) -> Bytes:
    return {name: (folder / name).read_bytes() for name in ANSWER}


def predictions_of(folder: Path) -> Predictions:
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    predictions = {r["user_id"]: ast.literal_eval(r["products"]) for r in rows}
    assert len(predictions) == len(rows), "a user stands twice"
    return predictions


def assert_sound(predictions: Predictions, k: int) -> None:
    for user, products in predictions.items():
        assert len(set(products)) == len(products), user
        assert len(products) == k, user


class Runner:
    """Runs `vitrina run` quietly; the answer of `name` goes to out/name."""

    def __init__(self, vitrina: Vitrina, folder: Path) -> None:
        self.vitrina = vitrina
        self.folder = folder

    def result(self, data: Path, name: str, *words: str | Path) -> Result:
        out = self.folder / name
        command = ("run", "--data", data, "--out", out, *FAST, *words)
        return self.vitrina(*command, env=ONE_THREAD)

    def __call__(self, data: Path, name: str, *words: str | Path) -> Path:
        result = self.result(data, name, *words)
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        return self.folder / name
