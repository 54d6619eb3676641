"""The whole job: files in, predictions.csv out."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from race.contest import Contestant, DisagreementError, Part
from race.workshop import Workshop

# the last days of the log are hidden and judge all answers
HIDDEN_US = 3 * 86_400_000_000

# groups of Vitrina's default columns that the peer has not: without them
# both sides make columns of the same kinds
ONLY_OURS = ("baskets", "item_item", "repurchase", "rhythm")
PEER = "polars and LightGBM"


def iso(us: int) -> str:
    """A moment as Vitrina's options want it."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    moment = epoch + timedelta(microseconds=us)
    return moment.replace(tzinfo=None).isoformat()


def prepare(workshop: Workshop, as_of: int) -> Path:
    """The folds that Vitrina decides on, which both sides use."""
    folder = workshop.folder / "pipeline"
    split = folder / "data" / "processed" / "split.json"
    if not split.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shared = ("--workspace", folder, "--progress", "none")
        workshop.call(
            *(workshop.program, "ingest", "--data", workshop.data),
            *("--as-of", iso(as_of), *shared),
        )
        workshop.call(workshop.program, "split", *shared)
    return split


def reading_a(workshop: Workshop, answer: Path, as_of: int) -> float:
    """Reading A of a side's predictions over the hidden days."""
    predictions = answer / "predictions.csv"
    workshop.call(workshop.program, "check-submission", predictions)
    scores = answer / "scores.json"
    workshop.call(
        *(workshop.program, "score", "--predictions", predictions),
        *("--truth", workshop.data, "--from", iso(as_of)),
        *("--to", iso(as_of + HIDDEN_US), "--json", scores, "--quiet"),
    )
    judged: dict[str, Any] = json.loads(scores.read_text(encoding="utf-8"))
    return float(judged["readings"]["a"]["value"])


def ours(
    workshop: Workshop, as_of: int, name: str, without: Sequence[str] = ()
) -> Contestant:
    """`vitrina run` with its defaults, but for groups of columns."""
    groups = (f"features.{group}.enabled=false" for group in without)
    return Contestant(
        name,
        [
            *(sys.executable, "-m", "race.vitrina_run"),
            *("--program", workshop.program, "--input", workshop.data),
            *("--as-of", iso(as_of), "--threads", str(workshop.threads)),
            *(word for group in groups for word in ("--set", group)),
        ],
    )


def part(workshop: Workshop) -> Part:
    as_of = workshop.size["as_of"] - HIDDEN_US
    folds = prepare(workshop, as_of)

    def agree(answers: Mapping[str, Path]) -> str:
        readings = {
            name: reading_a(workshop, answer, as_of)
            for name, answer in answers.items()
        }
        theirs = readings.pop(PEER)
        for name, reading in readings.items():
            if reading < theirs:
                raise DisagreementError(
                    f"reading A of {name}: found {reading:.4f}, expected at "
                    f"least the peer's {theirs:.4f}"
                )
        same, default = readings.values()
        return (
            f"reading A {same:.4f}, with all columns {default:.4f}, the "
            f"peer's {theirs:.4f}"
        )

    return Part(
        name="pipeline",
        title="the whole run, on the peer's groups of columns",
        bar=(
            "2.5 times faster with LightGBM's training, 5 times without, at "
            "most half the memory, reading A not lower"
        ),
        contestants=[
            ours(workshop, as_of, "vitrina", ONLY_OURS),
            workshop.peer(
                *("pipeline", "--input", workshop.data, "--folds", folds),
                *("--as-of", str(as_of)),
                name=PEER,
            ),
            ours(workshop, as_of, "vitrina with all its columns"),
        ],
        agree=agree,
    )
