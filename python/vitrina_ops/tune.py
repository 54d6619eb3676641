"""`make tune TRIALS=N`: a search of parameters, and `tune apply`.

TPE of Optuna; the objective is the mean of reading A over the log's rolling
cuts, one cut a step, so that a trial that falls behind is stopped early. The
first trial is the parameters as they are. The study is kept in
out/tuning/study.db and goes on where it was; another build, log or space is
another study. Every trial is a nested MLflow run. The search's own gain is
reported on a cut it never saw, with a paired interval. What was found is
written to out/tuning; docs/measured is for what the documents quote, and only
`--record` (`make tune RECORD=1`) writes there.

    python -m vitrina_ops.tune search --trials 40 --logs LOGS_DIR
    python -m vitrina_ops.tune apply
"""

import argparse
import dataclasses
import datetime as dt
import difflib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState

from vitrina_ops import hypotheses, params_file, pipeline, trials
from vitrina_ops.errors import OpsError, run_main, say
from vitrina_ops.experiments import interval_of, rounded
from vitrina_ops.files import read_json, read_text, write_json, write_text
from vitrina_ops.hypotheses import Section
from vitrina_ops.trials import Bench, Log

SPACE = hypotheses.FOLDER / "tuning" / "space.yaml"
FIGURES = Path("reports/tuning")
WORK = Path("out/tuning")
OUT = WORK / "tuning.json"
RECORDED = Path("docs/measured/tuning.json")
DEFAULT_TRIALS = 30
# Trials before TPE takes over from random draws, and before any is stopped.
WARM_UP = 8
READINGS = ("a", "b", "c")


@dataclass(frozen=True)
class Dimension:
    """One parameter that is searched."""

    key: str
    kind: str
    low: float
    high: float
    log: bool

    def suggest(self, trial: Trial) -> float:
        """A value with the digits it will be written with."""
        if self.kind == "int":
            low, high = int(self.low), int(self.high)
            return trial.suggest_int(self.key, low, high, log=self.log)
        found = trial.suggest_float(
            self.key, self.low, self.high, log=self.log
        )
        return clipped(found)


def clipped(value: float) -> float:
    return float(f"{value:.3g}")


def load_space(path: Path = SPACE) -> list[Dimension]:
    """The space of a file, checked against the program's parameters."""
    values = pipeline.load_yaml(path)
    hypotheses.expect_known(
        str(path), map(str, values), hypotheses.known_settings()
    )
    found = []
    for key, entry in values.items():
        keys = ("kind", "low", "high", "log")
        section = Section(f"{path}: {key}", entry, keys)
        is_log = section.word("log", ("True", "False"), "False") == "True"
        low, high = section.number("low"), section.number("high")
        if low >= high or (is_log and low <= 0):
            raise section.wrong("low", "a number below high, above 0 for log")
        kind = section.word("kind", ("int", "float"))
        found.append(Dimension(str(key), kind, low, high, is_log))
    if not found:
        raise OpsError(f"{path}: found nothing to search")
    return found


class Search:
    """One study of one build on one log."""

    def __init__(self, bench: Bench, log: Log, space: list[Dimension]) -> None:
        self.bench = bench
        self.log = log
        self.space = space
        parts = [vars(dimension) for dimension in space]
        self.key = bench.fingerprint("tune", log.digest, log.cuts, parts)
        work = bench.work
        work.mkdir(parents=True, exist_ok=True)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage = f"sqlite:///{work}/study.db"
        self.study = optuna.create_study(
            study_name=self.key,
            storage=storage,
            load_if_exists=True,
            direction="maximize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=WARM_UP),
        )
        self.study.sampler = optuna.samplers.TPESampler(
            # A search that goes on must not draw what it has drawn.
            seed=bench.seeds[0] + len(self.study.trials),
            n_startup_trials=WARM_UP,
            multivariate=True,
        )
        # A search that was stopped before they were done has not tried them.
        alive = (TrialState.COMPLETE, TrialState.WAITING)
        if not any(map(self.is_start, self.trials_of(*alive))):
            self.study.enqueue_trial(self.start())

    def start(self) -> dict[str, Any]:
        """The parameters as they are, moved into the space."""
        found = {}
        for d in self.space:
            value = min(max(self.bench.params[d.key], d.low), d.high)
            found[d.key] = int(value) if d.kind == "int" else float(value)
        return found

    def is_start(self, trial: FrozenTrial) -> bool:
        """Whether a trial is, or will be, of the parameters as they are."""
        told = trial.system_attrs.get("fixed_params", trial.params)
        return bool(told == self.start())

    def settings(self, values: dict[str, Any]) -> list[str]:
        return [f"{key}={value}" for key, value in values.items()]

    def reading(self, settings: list[str], cut: str) -> float:
        """Reading A at one cut."""
        log = dataclasses.replace(self.log, cuts=(cut,))
        score = self.bench.score(log, settings, ())
        return float(score["readings"]["a"]["value"])

    def objective(self, trial: Trial) -> float:
        """The mean of reading A over the cuts; one cut is one step."""
        values = {d.key: d.suggest(trial) for d in self.space}
        trial.set_user_attr("values", values)
        found: list[float] = []
        for step, cut in enumerate(self.log.cuts):
            found.append(self.reading(self.settings(values), cut))
            mean = sum(found) / len(found)
            trial.report(mean, step)
            is_last = step + 1 == len(self.log.cuts)
            # All else is held against the defaults: they are never stopped.
            if is_last or trial.params == self.start():
                continue
            if trial.should_prune():
                raise optuna.TrialPruned
        return sum(found) / len(found)

    def trials_of(self, *states: TrialState) -> list[FrozenTrial]:
        return self.study.get_trials(deepcopy=False, states=states)

    @property
    def finished(self) -> list[FrozenTrial]:
        return self.trials_of(TrialState.COMPLETE, TrialState.PRUNED)

    @property
    def default(self) -> FrozenTrial | None:
        """The parameters as they are, where they have been tried."""
        done = self.trials_of(TrialState.COMPLETE)
        return next(filter(self.is_start, done), None)

    def run(self, count: int) -> None:
        """Goes on until so many trials are finished in all."""

        def told(study: optuna.Study, trial: FrozenTrial) -> None:
            shown = "stopped" if trial.value is None else f"{trial.value:.5f}"
            say(
                "tune",
                f"trial {trial.number}: {shown}, best {study.best_value:.5f}",
            )

        left = count - len(self.finished)
        if self.default is None:
            left = max(left, 1)
        if left > 0:
            self.study.optimize(
                self.objective, n_trials=left, callbacks=[told]
            )

    def unseen(self, values: dict[str, Any]) -> dict[str, Any]:
        """Best minus present parameters on the cut that was never used."""
        log = dataclasses.replace(self.log, cuts=(self.log.unseen,))
        score = self.bench.score(log, self.settings(values), ())
        difference = score["versus"]["difference"]
        found = {key: interval_of(difference[key]) for key in READINGS}
        return {
            **rounded(found),
            "counts": score["counts"],
            "cut": self.log.unseen,
        }

    def importance(self) -> dict[str, float]:
        """Share of each parameter in the objective's spread (fANOVA)."""
        complete = [t for t in self.finished if t.value is not None]
        if len({trial.value for trial in complete}) < WARM_UP:
            return {}
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=1)
        found = optuna.importance.get_param_importances(
            self.study, evaluator=evaluator
        )
        return {key: round(value, 4) for key, value in found.items()}

    def report(self) -> dict[str, Any]:
        """What tuning.json says."""
        best = self.study.best_trial
        values = best.user_attrs["values"]
        default = self.default
        assert default is not None  # run() has seen to it
        history = [
            {
                "number": trial.number,
                "value": trial.value
                if trial.state == TrialState.COMPLETE
                else None,
                "values": trial.user_attrs["values"],
            }
            for trial in self.finished
        ]
        pruned = sum(row["value"] is None for row in history)
        return {
            "build": self.bench.build,
            "study": self.key,
            "log": self.log.name,
            "simulated": self.log.is_simulated,
            "digest": self.log.digest,
            "cuts": list(self.log.cuts),
            "trials": len(history),
            "pruned": pruned,
            "default_objective": default.value,
            "best_objective": best.value,
            "best": values,
            "unseen": self.unseen(values),
            "importance": self.importance(),
            "history": history,
            "source": f"{self.log.name}: {', '.join(self.log.cuts)}; "
            f"{self.log.unseen}",
        }


def log_of(options: argparse.Namespace) -> Log:
    """The log that is searched on: your own, a development log, or the
    simulated shop."""
    if options.data:
        if not options.cuts or not options.unseen:
            raise OpsError("--data: expected --cuts and --unseen beside it")
        folder = Path(options.data)
        cuts = tuple(cut.strip() for cut in options.cuts.split(","))
        digest = trials.digest_of(folder)
        return Log(folder.name, folder, cuts, digest, options.unseen)
    development = hypotheses.load_development()
    if not options.logs:
        return trials.simulated_log(development)
    logs = trials.real_logs(development, Path(options.logs))
    found = [log for log in logs if options.log in ("", log.name)]
    if not found:
        names = ", ".join(log.name for log in logs)
        raise OpsError(f"--log: found '{options.log}', expected {names}")
    # The last is the largest: the least noise.
    return found[-1]


def check_unseen(log: Log, horizon_days: float) -> None:
    """What is bought behind a cut of the search may not be what the values
    that were found are judged by; nor may they be judged before it."""
    last = max(log.cuts, key=moment)
    free = moment(last) + dt.timedelta(days=horizon_days)
    if moment(log.unseen) < free:
        raise OpsError(
            f"UNSEEN: found {log.unseen}, expected {free.isoformat()} or "
            f"later: the search has seen what was bought behind {last}"
        )


def moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise OpsError(
            f"CUTS, UNSEEN: found '{text}', expected a date such as 2024-09-24"
        ) from None


def search(options: argparse.Namespace) -> None:
    if options.trials < 1:
        raise OpsError(f"TRIALS: found {options.trials}, expected 1 or more")
    log = log_of(options)
    bench = Bench(WORK)
    check_unseen(log, bench.horizon_days)
    found = Search(bench, log, load_space())
    found.run(options.trials)
    report = found.report()
    for path in [options.out, *([RECORDED] if options.record else [])]:
        write_json(path, report)
    # They import matplotlib and MLflow, which takes seconds.
    from vitrina_ops import tune_log, tune_plots

    tune_plots.draw_all(report, FIGURES)
    if not options.no_mlflow:
        tune_log.log_search(report, found.bench.seeds[0], log, FIGURES)
    say("tune", verdict(report))


def verdict(report: dict[str, Any]) -> str:
    """What the search brought where it did not look."""
    a = report["unseen"]["a"]
    clear = a["low"] > 0
    return (
        f"objective {report['default_objective']:.5f} to "
        f"{report['best_objective']:.5f} in {report['trials']} trials; on the "
        f"unseen cut {report['unseen']['cut']} of {report['log']} reading A "
        f"{a['value']:+.4f} [{a['low']:+.4f}, {a['high']:+.4f}], "
        f"{'beyond' if clear else 'not beyond'} the interval"
    )


def apply(options: argparse.Namespace) -> None:
    """Writes the best values into params.yaml and shows the difference."""
    found: Path = options.out
    if found == OUT and not found.exists():
        found = RECORDED  # nobody has searched here
    report = read_json(found)
    path: Path = options.params
    before = read_text(path)
    after = params_file.edited(str(path), before, report["best"])
    shown = difflib.unified_diff(
        before.splitlines(),
        after.splitlines(),
        str(path),
        str(path),
        "",
        "",
        1,
        "",
    )
    write_text(path, after)
    print("\n".join(shown) or f"{path}: has these values already")
    say("tune", verdict(report))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("search", help="search, or go on searching")
    one.set_defaults(run=search)
    add = one.add_argument
    count = os.environ.get("TRIALS") or str(DEFAULT_TRIALS)
    add("--trials", type=int, default=count, help="finished trials in all")
    add("--logs", default=os.environ.get("LOGS", ""))
    add("--log", default="", help="which of them, by name")
    add("--data", default=os.environ.get("DATA", ""), help="your own log")
    add("--cuts", default=os.environ.get("CUTS", ""))
    add("--unseen", default=os.environ.get("UNSEEN", ""))
    add("--record", action="store_true", help=f"write {RECORDED} too")
    add("--no-mlflow", action="store_true", help="log nothing to MLflow")
    two = commands.add_parser("apply", help="write the best to params.yaml")
    two.set_defaults(run=apply)
    two.add_argument("--params", type=Path, default=pipeline.PARAMS)
    for command in (one, two):
        command.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    sys.exit(run_main("tune", main))
