"""`make experiments`: every hypothesis of experiments/, run and decided.

Each variant answers at the development cuts and is compared with the base on
the same customers; a rule in the file turns the intervals into a verdict. A
hypothesis is a parent run in MLflow, a variant on a log a nested one. What is
known, by fingerprint, is not run again. Writes experiments.json after every
hypothesis, and experiments.md from it, into out/experiments; a hypothesis that
this build was not asked stands there as an earlier one found it. The
documents' own, docs/measured/experiments.json and docs/experiments.md, are
read, but only `--record` (`make experiments RECORD=1`) writes them too.
"""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vitrina_ops import experiments_page, hypotheses, trials
from vitrina_ops.errors import OpsError, run_main, say
from vitrina_ops.files import read_json, write_json, write_text
from vitrina_ops.hypotheses import READINGS, Hypothesis, Rule, Variant
from vitrina_ops.trials import Bench, Log

OUT = trials.WORK / "experiments.json"
PAGE = trials.WORK / "experiments.md"
RECORDED = Path("docs/measured/experiments.json")
RECORDED_PAGE = Path("docs/experiments.md")
# Figures of the JSON: more digits than an interval of these logs can know.
DIGITS = 6
ACCEPTED, REJECTED, UNDECIDED = "accepted", "rejected", "undecided"
NOT_RUN = "not run"

Measure = dict[str, Any]


def rounded(value: Any) -> Any:
    """Numbers with as many digits as they are worth."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value


def interval_of(found: Any) -> dict[str, float]:
    return {key: found[key] for key in ("value", "low", "high")}


def measure_of(score: Any) -> Measure:
    """What is kept of a score: readings, counts, paired differences."""
    readings = {key: interval_of(score["readings"][key]) for key in READINGS}
    found = score["versus"]["difference"]
    differences = {key: interval_of(found[key]) for key in READINGS}
    kept: Measure = rounded(
        {
            "readings": readings,
            "difference": differences,
            "counts": score["counts"],
        }
    )
    tenth = score["tenth"]
    kept["tenth"] = rounded(
        {
            "a": interval_of(tenth["readings"]["a"]),
            "difference": interval_of(tenth["versus"]["difference"]["a"]),
        }
    )
    kept["cuts"] = [
        rounded(window["readings"]["a"] - window["versus"]["readings"]["a"])
        for window in score["windows"]
    ]
    return kept


def side_of(difference: Mapping[str, float | None], rule: Rule) -> int:
    """1 when an interval bears the claim out, -1 when it speaks against it,
    0 when it allows both or is over nobody."""
    sign = 1 if rule.claim == "higher" else -1
    edges = [difference["low"], difference["high"]]
    found = sorted(sign * edge for edge in edges if edge is not None)
    if len(found) < 2:
        return 0
    low, high = found
    if low > rule.margin:
        return 1
    return -1 if high < rule.margin else 0


def verdict_of_variant(measures: list[Measure], rule: Rule) -> str:
    """Over logs: borne out on one and contradicted on none, or the other way
    round; else undecided. That nothing is lost must be borne out on all: a
    small log that ties by chance says nothing of the others."""
    sides = {side_of(m["difference"][rule.metric], rule) for m in measures}
    if rule.margin < 0 and 0 in sides and -1 not in sides:
        return UNDECIDED
    if 1 in sides and -1 not in sides:
        return ACCEPTED
    if -1 in sides and 1 not in sides:
        return REJECTED
    return UNDECIDED


def verdict_of(verdicts: list[str], rule: Rule) -> str:
    """Over variants: as many as the rule needs must be accepted."""
    quantifier = any if rule.needs == "any" else all
    other = all if rule.needs == "any" else any
    if quantifier(verdict == ACCEPTED for verdict in verdicts):
        return ACCEPTED
    if other(verdict == REJECTED for verdict in verdicts):
        return REJECTED
    return UNDECIDED


def question(entry: Mapping[str, Any]) -> list[Any]:
    """What a hypothesis asks, and by which rule it is decided."""
    asked = [(v["name"], v["set"]) for v in entry["variants"]]
    return [entry["name"], entry["base"], entry["rule"], asked]


def or_earlier(entry: dict[str, Any], reports: list[Any]) -> dict[str, Any]:
    """What an earlier build found, where this one has not asked it all."""
    if entry["verdict"] != NOT_RUN:
        return entry
    for report in reports:
        for earlier in report["hypotheses"]:
            is_same = question(earlier) == question(entry)
            if is_same and earlier["verdict"] != NOT_RUN:
                build = earlier.get("build", report["build"])
                return {**earlier, "build": build}
    return entry


class Study:
    """One build's measurements, those that are known and those to come."""

    def __init__(self, bench: Bench, *reports: Any) -> None:
        self.bench = bench
        self.known: dict[str, Measure] = {
            measure["fingerprint"]: measure
            for report in reports
            for entry in report["hypotheses"]
            for variant in entry["variants"]
            for measure in variant["logs"].values()
        }
        self.run_count = 0

    def measure(
        self, hypothesis: Hypothesis, variant: Variant, log: Log, *, may: bool
    ) -> Measure | None:
        """A variant on a log; None when it is not known and may not run."""
        ours = (*hypothesis.base, *variant.settings)
        key = self.bench.score_key(log, ours, hypothesis.base)
        if key not in self.known:
            if not may:
                return None
            try:
                score = self.bench.score(log, ours, hypothesis.base)
            except OpsError as error:
                raise OpsError(
                    f"{hypothesis.name}: {variant.name}: {error}"
                ) from None
            self.known[key] = {**measure_of(score), "fingerprint": key}
            self.run_count += 1
            a = self.known[key]["difference"]["a"]
            say(
                "experiments",
                f"{hypothesis.name}: {variant.name} on {log.name}: A "
                f"{a['value']:+.4f} [{a['low']:+.4f}, {a['high']:+.4f}]",
            )
        return self.known[key]

    def entry(
        self, hypothesis: Hypothesis, logs: list[Log], *, may: bool
    ) -> dict[str, Any]:
        """A hypothesis with all that is known of it."""
        rule = hypothesis.rule
        variants = []
        verdicts: list[str] = []
        for variant in hypothesis.variants:
            measures = {}
            for log in logs:
                found = self.measure(hypothesis, variant, log, may=may)
                if found is not None:
                    measures[log.name] = found
            is_whole = 0 < len(logs) == len(measures)
            verdicts.append(
                verdict_of_variant(list(measures.values()), rule)
                if is_whole
                else NOT_RUN
            )
            variants.append(
                {
                    "name": variant.name,
                    "name_ru": variant.name_ru,
                    "set": list(variant.settings),
                    "logs": measures,
                    "verdict": verdicts[-1],
                }
            )
        return {
            "name": hypothesis.name,
            "build": self.bench.build,
            "statement": hypothesis.statement,
            "statement_ru": hypothesis.statement_ru,
            "base": list(hypothesis.base),
            "rule": vars(rule),
            "variants": variants,
            "verdict": NOT_RUN
            if NOT_RUN in verdicts
            else verdict_of(verdicts, rule),
        }


def describe(log: Log) -> dict[str, Any]:
    return {
        "simulated": log.is_simulated,
        "cuts": list(log.cuts),
        "digest": log.digest,
    }


def logs_named(entry: dict[str, Any]) -> set[str]:
    """On which logs a hypothesis was asked."""
    return {name for variant in entry["variants"] for name in variant["logs"]}


def report_of(
    bench: Bench,
    logs: list[Log],
    entries: list[dict[str, Any]],
    earlier: Sequence[Any] = (),
) -> dict[str, Any]:
    """What experiments.json says; `earlier` reports know the logs of what
    they found."""
    described = {log.name: describe(log) for log in logs}
    for name in {name for entry in entries for name in logs_named(entry)}:
        for report in earlier:
            if name not in described and name in report["logs"]:
                described[name] = report["logs"][name]
    variants = [
        variant["logs"] for entry in entries for variant in entry["variants"]
    ]
    tried = {
        measure["fingerprint"]
        for logs in variants
        for measure in logs.values()
    }
    return {
        "build": bench.build,
        "seeds": list(bench.seeds),
        "horizon_days": bench.horizon_days,
        "draws": bench.params["evaluate.draws"],
        "logs": described,
        "variants_tried": sum(1 for logs in variants if logs),
        "comparisons": len(tried),
        "hypotheses": entries,
    }


def logs_of(
    development: hypotheses.Development, root: str
) -> dict[str, list[Log]]:
    """Source -> logs: the simulated shop stands in for absent real ones."""
    shop = [trials.simulated_log(development)]
    real = trials.real_logs(development, Path(root)) if root else shop
    return {"real": real, "simulated": shop}


def seeds_of(words: str) -> tuple[int, ...]:
    """Seeds with commas between."""
    try:
        return tuple(int(word) for word in words.split(","))
    except ValueError:
        raise OpsError(
            f"SEEDS: found '{words}', expected whole numbers such as 42,43"
        ) from None


def run(options: argparse.Namespace) -> None:
    found = hypotheses.load_all(options.folder)
    if not any(re.search(options.only, each.name) for each in found):
        names = ", ".join(each.name for each in found)
        raise OpsError(
            f"ONLY: found '{options.only}', expected a part of one of {names}"
        )
    sources = logs_of(hypotheses.load_development(), options.logs)
    bench = Bench(seeds=seeds_of(options.seeds))
    reports = [read_json(path) for path in (RECORDED, OUT) if path.exists()]
    study = Study(bench, *reports)
    outputs = [(OUT, PAGE)]
    if options.record:
        outputs.append((RECORDED, RECORDED_PAGE))
    everything = {log.name: log for s in sources.values() for log in s}

    def save() -> list[dict[str, Any]]:
        known = [
            study.entry(each, trials.asked_of(each, sources), may=False)
            for each in found
        ]
        entries = [or_earlier(entry, reports) for entry in known]
        present = list(everything.values())
        report = report_of(bench, present, entries, reports)
        for data, page in outputs:
            write_json(data, report)
            write_text(page, experiments_page.page_of(report))
        return entries

    for hypothesis in found:
        if re.search(options.only, hypothesis.name) and not options.report:
            logs = trials.asked_of(hypothesis, sources)
            entry = study.entry(hypothesis, logs, may=True)
            say("experiments", f"{hypothesis.name}: {entry['verdict']}")
            save()
    entries = save()
    if not options.no_mlflow:
        # It imports MLflow, which takes seconds.
        from vitrina_ops import experiments_log

        # what an earlier build found was logged then, or elsewhere
        asked = [
            entry
            for entry in entries
            if entry["build"] == bench.build
            and logs_named(entry) <= everything.keys()
        ]
        experiments_log.log_all(asked, everything, bench)
    say(
        "experiments",
        f"{study.run_count} comparisons run, the rest was known; see {PAGE}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add(
        "--logs",
        default=os.environ.get("LOGS", ""),
        help="folder of the real logs; without it the simulated shop",
    )
    add(
        "--only",
        default=os.environ.get("ONLY", ""),
        help="run only hypotheses whose name has this pattern",
    )
    add(
        "--seeds",
        default=os.environ.get("SEEDS") or str(trials.SEED),
        help="every variant answers with each of them, such as 42,43,44",
    )
    add("--folder", type=Path, default=hypotheses.FOLDER)
    add("--report", action="store_true", help="run nothing")
    add("--record", action="store_true", help=f"write {RECORDED} too")
    add("--no-mlflow", action="store_true", help="log nothing to MLflow")
    run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(run_main("experiments", main))
