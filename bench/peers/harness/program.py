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

    def bundle(self, folder: Path, out: Path) -> None:
        """Fit on a whole log, with default parameters, and pack."""
        with tempfile.TemporaryDirectory() as scratch:
            self.program.run(
                "run",
                *("--data", str(folder), "--out", scratch),
                *("--bundle", str(out), "--threads", str(self.threads)),
            )

    def recommend(
        self, bundle: Path, folder: Path, at: str, users: list[str], k: int
    ) -> dict[str, list[str]]:
        """List k products of some users as of a moment.

        The bundle may have learned from later events: which moments are
        asked for, and what is said of that, is the caller's.
        """
        with tempfile.TemporaryDirectory() as scratch:
            wanted = Path(scratch) / "users.txt"
            wanted.write_text("".join(f"{user}\n" for user in users))
            self.program.run(
                "recommend",
                *("--bundle", str(bundle), "--data", str(folder)),
                *("--at", at, "--allow-future", "--only-users", str(wanted)),
                *("--max-users", str(len(users)), "--k", str(k)),
                *("--out", scratch, "--threads", str(self.threads)),
            )
            return read_lists(Path(scratch) / "predictions.csv")

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


def read_lists(path: Path) -> dict[str, list[str]]:
    """Read the products of each user from a file in the case's format."""
    with path.open(newline="") as file:
        return {
            row["user_id"]: ast.literal_eval(row["products"])
            for row in csv.DictReader(file)
        }


def read_answer(path: Path, log: Log, k: int) -> Answer:
    """Read an answer in the format of the case."""
    lists = read_lists(path)
    items = np.full((len(lists), k), -1, np.int32)
    for row, products in zip(items, lists.values(), strict=True):
        found = np.searchsorted(log.item_ids, products[:k])
        row[: len(found)] = found
    return Answer(np.searchsorted(log.user_ids, list(lists)), items)


def write_answer(path: Path, answer: Answer, log: Log) -> None:
    """Write an answer in the format of the case."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["user_id", "products"])
        for user, items in zip(answer.users, answer.items, strict=True):
            products = [str(log.item_ids[one]) for one in items if one >= 0]
            writer.writerow([str(log.user_ids[user]), str(products)])
