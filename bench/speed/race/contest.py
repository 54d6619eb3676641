"""Runs the contestants of a part: a process each, in turns.

Before anything is timed each contestant runs once and writes its answer;
the part then says whether the answers agree. That run also warms the file
cache.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from race.machine import Load
from race.process import finish
from race.statistics import kept, ratios, summarise


class BenchError(Exception):
    """What the bench ends with: one line."""


class DisagreementError(BenchError):
    """The two sides do not give the same answer."""


@dataclass(frozen=True)
class Settings:
    """How a run measures."""

    repeats: int
    threads: int
    max_other_load: float


@dataclass(frozen=True)
class Contestant:
    """A program that runs one part once.

    It takes ``--result FILE`` (JSON: ``seconds``, ``peak_bytes`` and figures
    of its own) and, when asked, ``--answer DIR``.
    """

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A part of the main job that is raced.

    The first contestant is Vitrina's; ``agree`` reads the answers, a folder
    each, and either says in one line how they agree or raises
    DisagreementError.
    """

    name: str
    title: str
    bar: str
    contestants: Sequence[Contestant]
    agree: Callable[[Mapping[str, Path]], str]


@dataclass(frozen=True)
class Measurement:
    """One process, measured."""

    seconds: float
    peak_bytes: int
    load: Load
    figures: dict[str, Any]


def environment_of(contestant: Contestant, threads: int) -> dict[str, str]:
    """Every library of either side is held to the same number of threads."""
    count = str(threads)
    limits = {
        "MKL_NUM_THREADS": count,
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "POLARS_MAX_THREADS": count,
        "VITRINA_THREADS": count,
        "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
    }
    return {**os.environ, **limits, **contestant.environment}


def measure(
    contestant: Contestant,
    threads: int,
    result: Path,
    answer: Path | None = None,
) -> Measurement:
    """Run a contestant once in a process of its own."""
    words = [*map(str, contestant.command), "--result", str(result)]
    if answer is not None:
        answer.mkdir(parents=True, exist_ok=True)
        words += ["--answer", str(answer)]
    done = finish(words, environment_of(contestant, threads))
    if done.code != 0:
        raise BenchError(
            f"{contestant.name}: ended with code {done.code}, "
            f"expected 0; run it alone: {' '.join(words)}"
        )
    figures = json.loads(result.read_text(encoding="utf-8"))
    return Measurement(
        figures.pop("seconds"), figures.pop("peak_bytes"), done.load, figures
    )


def check(part: Part, settings: Settings, folder: Path) -> str:
    """Run each contestant once for its answer; how they agree, in a line."""
    answers = {}
    for contestant in part.contestants:
        answer = folder / "answers" / contestant.name.replace(" ", "_")
        measure(contestant, settings.threads, folder / "check.json", answer)
        answers[contestant.name] = answer
    return part.agree(answers)


def round_order(names: Sequence[str], number: int) -> list[str]:
    """There and back: who goes first changes from round to round."""
    return list(names) if number % 2 == 0 else list(reversed(names))


@dataclass(frozen=True)
class Round:
    """Every contestant once, one right after the other."""

    measurements: dict[str, Measurement]

    @property
    def other_load(self) -> float:
        return max(one.load.other for one in self.measurements.values())


def run_rounds(part: Part, settings: Settings, folder: Path) -> list[Round]:
    """Rounds until enough are undisturbed, twice as many at most."""
    by_name = {one.name: one for one in part.contestants}
    rounds: list[Round] = []
    calm = 0
    while calm < settings.repeats and len(rounds) < 2 * settings.repeats:
        order = round_order(list(by_name), len(rounds))
        measured = {
            name: measure(
                by_name[name], settings.threads, folder / "result.json"
            )
            for name in order
        }
        rounds.append(Round(measured))
        calm += rounds[-1].other_load <= settings.max_other_load
    return rounds


def report_of(
    part: Part, settings: Settings, agreement: str, rounds: list[Round]
) -> dict[str, Any]:
    """A part's entry in the JSON report."""
    loads = [one.other_load for one in rounds]
    is_kept = kept(loads, settings.max_other_load)
    chosen = [one for one, keep in zip(rounds, is_kept, strict=True) if keep]
    names = [one.name for one in part.contestants]
    seconds = {
        name: [one.measurements[name].seconds for one in chosen]
        for name in names
    }
    contestants = {}
    for name in names:
        runs = [one.measurements[name] for one in chosen]
        contestants[name] = {
            "seconds": asdict(summarise(seconds[name])),
            "peak_bytes": max(one.peak_bytes for one in runs),
            "figures": runs[-1].figures | median_figures(runs),
        }
    ours = names[0]
    return {
        "name": part.name,
        "title": part.title,
        "bar": part.bar,
        "agreement": agreement,
        "contestants": contestants,
        "ratios": {
            name: asdict(summarise(ratios(seconds[name], seconds[ours])))
            for name in names[1:]
        },
        "is_disturbed": min(loads) > settings.max_other_load,
        "rounds": [
            round_report(one, keep)
            for one, keep in zip(rounds, is_kept, strict=True)
        ],
    }


def median_figures(runs: Sequence[Measurement]) -> dict[str, float]:
    """Figures that are measured (`*_seconds`, `*_us`) as medians."""
    return {
        key: summarise([one.figures[key] for one in runs]).median
        for key in runs[0].figures
        if key.endswith(("_seconds", "_us", "_per_second"))
    }


def round_report(one: Round, keep: bool) -> dict[str, Any]:
    """A round as it was, kept or not."""
    return {
        "is_kept": keep,
        "other_load": one.other_load,
        "load_average": max(
            run.load.average for run in one.measurements.values()
        ),
        "seconds": {
            name: run.seconds for name, run in one.measurements.items()
        },
    }


def race(part: Part, settings: Settings, folder: Path) -> dict[str, Any]:
    """Check a part's answers, then time it."""
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{part.name}: checking the answers", file=sys.stderr, flush=True)
    try:
        agreement = check(part, settings, folder)
        print(f"{part.name}: {agreement}; timing", file=sys.stderr, flush=True)
        rounds = run_rounds(part, settings, folder)
    except BenchError as error:
        raise type(error)(f"{part.name}: {error}") from error
    return report_of(part, settings, agreement, rounds)
