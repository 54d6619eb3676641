"""Calls of the vitrina program, and its files of answers."""

import ast
import csv
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from vitrina_ops import program

from .evaluate import READINGS, Answer
from .logs import Log

RULES = {
    "organisers": "organisers' basket rule",
    "popularity": "popularity",
    "own_history": "own history, decay learned by vitrina baselines",
}


class Program:
    """One build of vitrina."""

    def __init__(self, path: Path, threads: int) -> None:
        self.program = program.Program(path.resolve())
        self.threads = threads
        self.digest = self.program.digest()

    def version(self) -> str:
        """Say which version it is."""
        return self.program.run("--version").strip()

    def answer(self, folder: Path, cut: str, out: Path) -> None:
        """Write the engine's answer at a cut, with default parameters."""
        self.program.run(
            "run",
            *("--data", str(folder), "--as-of", cut, "--out", str(out)),
            *("--threads", str(self.threads)),
        )

    def rules(self, folder: Path, cut: str, out: Path) -> None:
        """Write the answers of the simple rules at a cut."""
        self.program.run(
            "baselines",
            *("--data", str(folder), "--as-of", cut, "--out", str(out)),
            *("--threads", str(self.threads)),
        )

    def score(
        self,
        files: list[Path],
        folder: Path,
        cuts: list[str],
        ends: list[str],
    ) -> dict[str, float]:
        """Read the pooled readings of answers in files."""
        with tempfile.TemporaryDirectory() as scratch:
            score = self.program.report(
                Path(scratch) / "score.json",
                "score",
                *("--predictions", ",".join(map(str, files))),
                *("--truth", str(folder)),
                *("--from", ",".join(cuts), "--to", ",".join(ends)),
                *("--draws", "1"),
            )
        found: dict[str, Any] = score["readings"]
        return {
            name: float("nan")
            if found[name]["value"] is None
            else float(found[name]["value"])
            for name in READINGS
        }


def read_answer(path: Path, log: Log, k: int) -> Answer:
    """Read an answer in the format of the case."""
    users, rows = [], []
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            users.append(row["user_id"])
            rows.append(ast.literal_eval(row["products"])[:k])
    items = np.full((len(rows), k), -1, np.int32)
    for at, products in enumerate(rows):
        items[at, : len(products)] = np.searchsorted(log.item_ids, products)
    return Answer(np.searchsorted(log.user_ids, users), items)


def write_answer(path: Path, answer: Answer, log: Log) -> None:
    """Write an answer in the format of the case."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["user_id", "products"])
        for user, items in zip(answer.users, answer.items, strict=True):
            products = [str(log.item_ids[one]) for one in items if one >= 0]
            writer.writerow([str(log.user_ids[user]), str(products)])
