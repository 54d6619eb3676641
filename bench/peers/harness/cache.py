"""Results kept on disk, so that a stopped run goes on where it was."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from .lists import Scores

# Older results are not read after a change of what they mean.
FORMAT = 1


def fingerprint(key: dict[str, Any]) -> str:
    """Name a result by everything it depends on."""
    text = json.dumps(key | {"format": FORMAT}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Cache:
    """Scores and what they took, by log, peer, cut and parameters."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: dict[str, Any]) -> Path:
        """Say where a result lies, without its suffix."""
        name = f"{key['cut']}-{fingerprint(key)}"
        return self.root / str(key["log"]) / str(key["peer"]) / name

    def get(self, key: dict[str, Any]) -> tuple[Scores, float] | None:
        """Read a result and its seconds, if it is there."""
        path = self.path(key)
        about = path.with_suffix(".json")
        if not about.exists():
            return None
        seconds = json.loads(about.read_text())["seconds"]
        with np.load(path.with_suffix(".npz")) as kept:
            scores = Scores(kept["users"], kept["items"], kept["values"])
        return scores, float(seconds)

    def put(
        self, key: dict[str, Any], scores: Scores, seconds: float
    ) -> tuple[Scores, float]:
        """Keep a result, and give it back as it will be read.

        The description comes last: it marks the result as whole.
        """
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part.npz")
        np.savez_compressed(
            part,
            users=scores.users,
            items=scores.items,
            values=scores.values.astype(np.float32),
        )
        os.replace(part, path.with_suffix(".npz"))
        text = json.dumps(key | {"seconds": seconds}, indent=1)
        path.with_suffix(".json").write_text(text + "\n")
        kept = self.get(key)
        assert kept is not None
        return kept
