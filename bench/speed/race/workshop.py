"""The data that parts share: made once, in a folder, by Vitrina's program."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from race.arrays import read_array
from race.contest import BenchError, Contestant

ROOT = Path(__file__).resolve().parents[3]
NONE = 2**32 - 1  # an event without a product
# codes of core/action.hpp
VIEW, LIKE, BASKET, ORDER = 0, 1, 2, 5


@dataclass(frozen=True)
class Workshop:
    """Where things are, and how both sides are called."""

    data: Path
    folder: Path
    program: Path
    bench: Path
    threads: int

    def ours(self, part: str, *words: str | Path, name: str) -> Contestant:
        """A run of vitrina_bench."""
        command = [self.bench, part, *words, "--threads", str(self.threads)]
        return Contestant(name, command)

    def peer(
        self, module: str, *words: str | Path, name: str, **variables: str
    ) -> Contestant:
        """A run of a module of race.peers."""
        command = [sys.executable, "-m", f"race.peers.{module}", *words]
        command += ["--threads", str(self.threads)]
        return Contestant(name, command, variables)

    def call(self, *words: str | Path) -> None:
        """Run a command of preparation; what it says of errors is seen."""
        done = subprocess.run(
            [str(word) for word in words],
            check=False,
            stdout=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise BenchError(
                f"preparation: {words[0]} ended with code "
                f"{done.returncode}, expected 0"
            )

    @cached_property
    def shop(self) -> Path:
        """The log as Vitrina keeps it."""
        path = self.folder / "data" / "interim" / "shop.vtr"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.call(
                *(self.program, "ingest", "--data", self.data.resolve()),
                *("--workspace", self.folder, "--progress", "none"),
            )
        return path

    @cached_property
    def size(self) -> dict[str, Any]:
        """Events, users, products and the moment after the last event."""
        return self._exported

    @cached_property
    def _exported(self) -> dict[str, Any]:
        arrays = self.folder / "events"
        result = self.folder / "export.json"
        self.call(
            *(self.bench, "export", "--input", self.shop),
            *("--answer", arrays, "--result", result),
        )
        size: dict[str, Any] = json.loads(result.read_text())
        return {
            key: size[key] for key in ("events", "users", "products", "as_of")
        }

    @cached_property
    def events(self) -> Path:
        """The same events, in the same order, as Parquet for the peers."""
        path = self.folder / "events.parquet"
        if not path.exists():
            _ = self._exported
            arrays = self.folder / "events"
            pl.DataFrame(
                {
                    "user": read_array(arrays / "user.u32"),
                    "item": read_array(arrays / "item.u32"),
                    "action": read_array(arrays / "action.u8"),
                    "time": read_array(arrays / "time.i64"),
                }
            ).write_parquet(path)
        return path


def default_program(name: str) -> Path:
    """A program of the release build."""
    return Path(os.environ.get("VITRINA_BUILD", ROOT / "build")) / name
