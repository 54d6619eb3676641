"""Calls of the vitrina program, and its files of answers."""

import ast
import csv
import hashlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

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
        self.path = path
        self.threads = threads
        self.digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def call(self, *args: str) -> str:
        """Run a command; its own message is the reason when it fails."""
        command = [str(self.path), *args, "--progress", "none"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def version(self) -> str:
        """Say which version it is."""
        done = subprocess.run(
            [str(self.path), "--version"],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def answer(self, folder: Path, cut: str, out: Path) -> None:
        """Write the engine's answer at a cut, with default parameters."""
        self.call(
            "run",
            *("--data", str(folder), "--as-of", cut, "--out", str(out)),
            *("--threads", str(self.threads)),
        )

    def rules(self, folder: Path, cut: str, out: Path) -> None:
        """Write the answers of the simple rules at a cut."""
        self.call(
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
            out = Path(scratch) / "score.json"
            self.call(
                "score",
                *("--predictions", ",".join(map(str, files))),
                *("--truth", str(folder)),
                *("--from", ",".join(cuts), "--to", ",".join(ends)),
                *("--draws", "1", "--json", str(out)),
            )
            found: dict[str, Any] = json.loads(out.read_text())["readings"]
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
