"""Answers at earlier cuts under given settings, and what they are worth.

`vitrina run --as-of` answers as if it were that day, `vitrina score --vs`
holds two answers against what was bought in the next three days: paired
differences, intervals that draw customers with all their cuts; an answer of
another seed is one more cut. Nothing is computed here. What was answered or
scored before, by build, parameters, seeds and data, is not done again.
"""

import datetime as dt
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrina_ops import pipeline, yaml_core
from vitrina_ops.errors import OpsError
from vitrina_ops.files import (
    read_json,
    read_text,
    sha256_of,
    sha256_of_file,
    write_json,
    write_text,
)
from vitrina_ops.hypotheses import Development, Hypothesis
from vitrina_ops.program import built

WORK = Path("out/experiments")
SEED = 42
# Of the customers known at the cut: how many a small answer names.
TENTH = 10
LOG_FILES = ("train_actions.*", "*catalog*", "vectors.npz")
TABLES = (".pq", ".parquet", ".csv", ".csv.gz")

Settings = Sequence[str]


@dataclass(frozen=True)
class Log:
    """A development log with its cuts."""

    name: str
    folder: Path
    cuts: tuple[str, ...]
    digest: str
    unseen: str = ""  # a cut that nothing is chosen on

    @property
    def is_simulated(self) -> bool:
        return (self.folder / "simulation.json").exists()


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and bytes of a log's files. Where none is called
    so, such as part files of any name, all files of the folder are."""
    named = {path for word in LOG_FILES for path in folder.glob(word)}
    if not any(path.name.startswith("train_actions.") for path in named):
        named = set(folder.glob("*"))
    paths = {
        path
        for one in named
        for path in (one.rglob("*") if one.is_dir() else [one])
        if path.is_file()
    }
    if not any(path.name.endswith(TABLES) for path in paths):
        raise OpsError(f"{folder}: found no {', '.join(TABLES)}; name a log")
    lines = [
        f"{path.relative_to(folder)} {sha256_of_file(path)}"
        for path in sorted(paths)
    ]
    return sha256_of("\n".join(lines))


def ends_of(cuts: Sequence[str], days: float) -> list[str]:
    """The ends of the windows that begin at the cuts."""
    length = dt.timedelta(days)
    return [(dt.datetime.fromisoformat(c) + length).isoformat() for c in cuts]


def simulated_log(development: Development, work: Path = WORK) -> Log:
    """The simulated shop of the development set, made where it is not."""
    name = f"simulated-{development.scale:g}"
    folder = work / "shops" / f"{name}-{development.seed}"
    if not (folder / "simulation.json").exists():
        partial = folder.with_name(folder.name + ".tmp")
        shutil.rmtree(partial, ignore_errors=True)
        built().run(
            "simulate",
            *("--scale", f"{development.scale:g}", "--out", partial),
            *("--seed", str(development.seed)),
        )
        partial.replace(folder)
    found = development.simulated
    return Log(name, folder, found.cuts, digest_of(folder), found.unseen)


def real_logs(development: Development, root: Path) -> list[Log]:
    """The real logs of the development set that are in a folder."""
    logs = [
        Log(
            name,
            root / name,
            found.cuts,
            digest_of(root / name),
            found.unseen,
        )
        for name, found in development.real.items()
        if (root / name).is_dir()
    ]
    if not logs:
        names = ", ".join(development.real)
        raise OpsError(f"LOGS: {root} has none of the logs {names}")
    return logs


def asked_of(
    hypothesis: Hypothesis, sources: Mapping[str, list[Log]]
) -> list[Log]:
    """The logs of a hypothesis; the shop that stands in has no such name."""
    logs = sources[hypothesis.logs]
    if not hypothesis.only or all(log.is_simulated for log in logs):
        return logs
    return [log for log in logs if log.name in hypothesis.only]


def tenth_of(predictions: Path) -> Path:
    """The first customers of an answer, a tenth of those known at its cut:
    they stand in the order in which they were chosen."""
    out = predictions.with_name("tenth.csv")
    if not out.exists():
        report = read_json(predictions.with_name("report.json"))
        n = max(1, report["ingest"]["users"] // TENTH)
        lines = read_text(predictions).splitlines(keepends=True)
        write_text(out, "".join(lines[: 1 + n]))
    return out


class Bench:
    """One build and one params.yaml, against which settings are laid."""

    def __init__(
        self,
        work: Path = WORK,
        params: Path = pipeline.PARAMS,
        seeds: Sequence[int] = (SEED,),
    ) -> None:
        self.work = work
        self.seeds = tuple(seeds)
        self.params_file = params
        self.build = read_text(pipeline.BUILD_ID).strip()
        found = pipeline.merged(
            pipeline.defaults(), pipeline.load_yaml(params)
        )
        found["ingest"].pop("data_dir", None)
        self.params = pipeline.flatten_params(
            {key: found[key] for key in pipeline.SECTIONS}
        )
        self.horizon_days = float(self.params["split.horizon_days"])

    def fingerprint(self, *parts: Any) -> str:
        """Of everything that makes an answer or a score what it is."""
        whole = [self.build, self.params, *parts]
        if schema := self.params.get("ingest.schema"):
            whole.append(sha256_of_file(Path(schema)))
        return sha256_of(json.dumps(whole, sort_keys=True, default=str))[:24]

    def effective(self, settings: Settings) -> dict[str, Any]:
        """The settings that differ from params.yaml, by key."""
        laid = {}
        for word in settings:
            key, _, value = word.partition("=")
            laid[key] = yaml_core.load(value)
        return {
            key: value
            for key, value in sorted(laid.items())
            if self.params.get(key) != value
        }

    def answer(
        self, log: Log, cut: str, seed: int, settings: Settings
    ) -> Path:
        """predictions.csv at a cut; made where it is not."""
        laid = self.effective(settings)
        key = self.fingerprint(seed, log.digest, cut, laid)
        folder = self.work / "answers" / key
        # Written last of all: with it the answer is whole.
        if not (folder / "report.json").exists():
            words: list[str] = []
            for word in settings:
                words += ["--set", word]
            began = time.monotonic()
            built().run(
                "run",
                *("--data", log.folder, "--as-of", cut, "--out", folder),
                *("--params", self.params_file, "--seed", str(seed)),
                *words,
            )
            seconds = time.monotonic() - began
            write_json(folder / "seconds.json", {"seconds": seconds})
        return folder / "predictions.csv"

    def score_key(self, log: Log, ours: Settings, theirs: Settings) -> str:
        """What a score of these settings on this log is known by."""
        laid = [self.effective(ours), self.effective(theirs)]
        return self.fingerprint(self.seeds, log.digest, log.cuts, laid)

    def score(self, log: Log, ours: Settings, theirs: Settings) -> Any:
        """Readings pooled over cuts and seeds, and the difference from
        `theirs`; under `tenth` the same of the first tenth of the customers
        known at each cut."""
        key = self.score_key(log, ours, theirs)
        out = self.work / "scores" / f"{key}.json"
        if not out.exists():
            self.write_score(log, ours, theirs, out)
        return read_json(out)

    def write_score(
        self, log: Log, ours: Settings, theirs: Settings, out: Path
    ) -> None:
        files = [
            [
                self.answer(log, cut, seed, words)
                for seed in self.seeds
                for cut in log.cuts
            ]
            for words in (ours, theirs)
        ]
        out.parent.mkdir(parents=True, exist_ok=True)
        found = self.compare(log, files, out)
        tenths = [[tenth_of(path) for path in paths] for paths in files]
        write_json(out, {**found, "tenth": self.compare(log, tenths, out)})

    def compare(self, log: Log, files: list[list[Path]], out: Path) -> Any:
        """What the program says of our answers against theirs."""
        cuts = log.cuts * len(self.seeds)
        partial = out.with_name(f"{out.name}.{os.getpid()}")
        built().run(
            "score",
            *("--predictions", ",".join(map(str, files[0]))),
            *("--vs", ",".join(map(str, files[1])), "--truth", log.folder),
            *("--from", ",".join(cuts)),
            *("--to", ",".join(ends_of(cuts, self.horizon_days))),
            *("--params", self.params_file),
            *("--seed", str(self.seeds[0]), "--json", partial),
        )
        found = read_json(partial)
        partial.unlink()
        return found
