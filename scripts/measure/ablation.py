"""Says what each part of the engine brings, by paired runs on real logs.

Every generator and feature group that is on by default is switched off alone,
every one that is off is switched on alone, and the log is shortened to its
last days; each variant answers at the same cuts and is compared with the
defaults on the same customers. Ceilings of the generators come along. The
program does all of it (`run`, `score --vs`, `ceilings`): this script calls it
and collects what it says.

    .venv/bin/python scripts/measure/ablation.py --logs LOGS_DIR \\
        --cuts 2017-11-29,2017-11-30 --out out/ablation.json

The table goes to OUT with the suffix .md. What the same program has done
before, by its SHA-256, is not done again.
"""

import argparse
import datetime as dt
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrina_ops.errors import run_main
from vitrina_ops.files import read_json, write_json
from vitrina_ops.program import Program, path_in_checkout

KINDS = ("generators", "features", "days", "ceilings")
DEFAULT = "default"
ACTIONS = "train_actions.*"
CEILING_LENGTHS = "10,25,50,100"


@dataclass(frozen=True)
class Variant:
    """One way to run the program."""

    name: str
    words: tuple[str, ...] = ()
    days: int = 0  # of log before the cut, 0 for all

    def options(self, cut: str) -> list[str]:
        """Its options at a cut."""
        if not self.days:
            return list(self.words)
        since = dt.datetime.fromisoformat(cut) - dt.timedelta(self.days)
        return [*self.words, "--since", since.isoformat()]

    def slug(self) -> str:
        return re.sub(r"\W+", "-", self.name)


def say(text: str) -> None:
    """One line of progress."""
    print(f"{dt.datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def switches(rows: Any, what: str) -> Iterator[Variant]:
    """Each row of a registry the other way round than by default."""
    for row in rows:
        value = "false" if row["on"] else "true"
        words = ("--set", f"{row['section']}.enabled={value}")
        how = "without" if row["on"] else "with"
        yield Variant(f"{how} {what} {row['name']}", words)


def variants(registries: Any, kinds: list[str], days: str) -> list[Variant]:
    """The defaults, then everything that is compared with them."""
    found = [Variant(DEFAULT)]
    if "generators" in kinds:
        found += switches(registries["generators"], "generator")
    if "features" in kinds:
        found += switches(registries["groups"], "features")
    if "days" in kinds:
        for text in days.split(","):
            found.append(Variant(f"last {text} days", days=int(text)))
    return found


class Study:
    """The runs of one program, and what came out of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.program = Program(options.program.resolve())
        digest = self.program.digest()
        self.out: Path = options.out
        self.cuts: list[str] = options.cuts.split(",")
        self.days: float = options.horizon_days
        self.work: Path = options.work / digest[:16]
        self.report: dict[str, Any] = {
            "program": digest,
            "version": self.program.run("--version").strip(),
            "cuts": self.cuts,
            "horizon_days": self.days,
            "logs": {},
        }
        self.resume()

    def resume(self) -> None:
        """Takes over what the same program has said of the same cuts."""
        if not self.out.exists():
            return
        known = read_json(self.out)
        same = ("program", "cuts", "horizon_days")
        if all(known.get(key) == self.report[key] for key in same):
            self.report["logs"] = known["logs"]

    def save(self) -> None:
        write_json(self.out, self.report)
        self.out.with_suffix(".md").write_text(markdown(self.report))

    def ends(self) -> list[str]:
        return [
            (
                dt.datetime.fromisoformat(cut) + dt.timedelta(self.days)
            ).isoformat()
            for cut in self.cuts
        ]

    def answers(self, log: Path, variant: Variant) -> list[Path]:
        """The variant's answers at every cut, made where they are not."""
        files = []
        for cut in self.cuts:
            folder = self.work / log.name / variant.slug() / cut
            files.append(folder / "predictions.csv")
            # written last of all: with it the answer is whole
            if (folder / "report.json").exists():
                continue
            self.program.run(
                "run",
                *("--data", log, "--as-of", cut, "--out", folder),
                *("--horizon-days", str(self.days)),
                *variant.options(cut),
            )
        return files

    def judge(self, log: Path, variant: Variant) -> dict[str, Any]:
        """Readings pooled over the cuts, against the defaults'."""
        begin = time.monotonic()
        ours = self.answers(log, variant)
        seconds = time.monotonic() - begin
        base = self.answers(log, Variant(DEFAULT))
        score = self.program.report(
            self.work / "score.json",
            "score",
            *("--predictions", ",".join(map(str, ours))),
            *("--vs", ",".join(map(str, base))),
            *("--truth", log, "--from", ",".join(self.cuts)),
            *("--to", ",".join(self.ends())),
        )
        result = {
            "seconds": round(seconds, 1),
            "readings": score["readings"],
            "counts": score["counts"],
            "windows": [w["readings"] for w in score["windows"]],
        }
        if variant.name != DEFAULT:
            result["difference"] = score["versus"]["difference"]
        return result

    def ceilings(self, log: Path) -> Any:
        """What the generators' lists could reach, pooled over the cuts."""
        return self.program.report(
            self.work / "ceilings.json",
            "ceilings",
            *("--data", log, "--as-of", ",".join(self.cuts)),
            *("--horizon-days", str(self.days), "--k", CEILING_LENGTHS),
        )

    def run(self, log: Path, todo: list[Variant], with_ceilings: bool) -> None:
        """Everything on one log; each result is saved at once."""
        found = self.report["logs"].setdefault(log.name, {"variants": {}})
        for at, variant in enumerate(todo, 1):
            place = f"{log.name} {at}/{len(todo)} {variant.name}"
            if variant.name in found["variants"]:
                say(f"{place}: known")
                continue
            result = self.judge(log, variant)
            found["variants"][variant.name] = result
            self.save()
            say(f"{place}: {line_of(result)}")
        if with_ceilings and "ceilings" not in found:
            self.work.mkdir(parents=True, exist_ok=True)
            found["ceilings"] = self.ceilings(log)
            self.save()
            say(f"{log.name} ceilings")


def line_of(result: dict[str, Any]) -> str:
    """A result for people: reading A, or how far it is from the default's."""
    text = f"A {result['readings']['a']['value']:.4f}"
    if "difference" in result:
        text += f", {interval(result['difference']['a'])} from the default"
    return f"{text}, {result['seconds']:.0f} s"


def interval(value: dict[str, float]) -> str:
    """A difference with its interval."""
    return f"{value['value']:+.4f} [{value['low']:+.4f}, {value['high']:+.4f}]"


def verdict(value: dict[str, float]) -> str:
    """What an interval allows to say."""
    if value["low"] > 0:
        return "better"
    return "worse" if value["high"] < 0 else "cannot be told apart"


def variants_table(name: str, found: dict[str, Any]) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield "| variant | reading A | from the default, 95% | | seconds |"
    yield "| --- | --: | --- | --- | --: |"
    for variant, result in found.items():
        a = result["readings"]["a"]
        cells = [variant, f"{a['value']:.4f}", "–", "–"]
        if "difference" in result:
            a = result["difference"]["a"]
            cells[2:] = [interval(a), verdict(a)]
        yield f"| {' | '.join(cells)} | {result['seconds']:.0f} |"


def ceilings_table(ceilings: Any) -> Iterator[str]:
    lengths = ceilings["k"]
    heads = " | ".join(f"k = {k}" for k in lengths)
    yield (
        f"\n{ceilings['bought_pairs']} bought pairs of "
        f"{ceilings['buyers']} buyers, {ceilings['new_pairs']} of products "
        "new to the buyer. Share of pairs found / of new pairs / reading A "
        "if all of it were sent:\n"
    )
    yield f"| list | default | {heads} |"
    yield "| --- | --- |" + " --: |" * len(lengths)
    rows = dict(ceilings["generators"])
    rows["the generators that are on"] = ceilings["union_of_on"]
    rows["all generators"] = ceilings["union_of_all"]
    keys = ("share_of_pairs", "share_of_new_pairs", "recall_a")
    for name, row in rows.items():
        cells = []
        for entry in row["by_k"]:
            values = (entry[key] for key in keys)
            cells.append(
                " / ".join("–" if v is None else f"{v:.3f}" for v in values)
            )
        state = "on" if row["on"] else "off"
        yield f"| {name} | {state} | {' | '.join(cells)} |"


def markdown(report: dict[str, Any]) -> str:
    """The report as tables."""
    lines = [
        "# What each part brings\n",
        f"{report['version']}; cuts {', '.join(report['cuts'])}, purchases "
        f"of {report['horizon_days']:g} days, pooled; intervals draw "
        "customers with all their cuts, the same for both answers.",
    ]
    for name, found in report["logs"].items():
        lines += variants_table(name, found["variants"])
        if "ceilings" in found:
            lines += ceilings_table(found["ceilings"])
    return "\n".join(lines) + "\n"


def find_logs(root: Path, wanted: list[str] | None) -> list[Path]:
    """The folders that hold a log: of `root`, or `root` itself."""
    if any(root.glob(ACTIONS)):
        return [root.resolve()]
    found = sorted({path.parent for path in root.glob(f"*/{ACTIONS}")})
    if wanted:
        found = [path for path in found if path.name in wanted]
    if not found:
        sys.exit(f"{root}: no folder in it holds {ACTIONS}")
    return found


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--logs", type=Path, required=True, help="a log, or a folder of logs")
    add("--log", action="append", help="only this log; may be repeated")
    add("--cuts", required=True, help="moments of the answer, with commas")
    add("--horizon-days", type=float, default=3)
    add("--out", type=Path, required=True, help="the report as JSON")
    add("--work", type=Path, default=Path("out/ablation"), help="answers")
    add(
        "--kinds",
        default=",".join(KINDS),
        help=f"what to vary, with commas, of: {', '.join(KINDS)}",
    )
    add("--days", default="1,2,3,4,5", help="lengths of the shortened log")
    add("--only", help="only variants whose name has this pattern")
    add("--program", type=Path, default=path_in_checkout())
    options = parser.parse_args(arguments)
    options.kinds = options.kinds.split(",")
    for kind in options.kinds:
        if kind not in KINDS:
            parser.error(f"--kinds: found {kind}, expected {', '.join(KINDS)}")
    return options


def main(arguments: list[str]) -> None:
    options = parse(arguments)
    study = Study(options)
    study.work.mkdir(parents=True, exist_ok=True)
    registries = study.program.answer("features")
    todo = [
        variant
        for variant in variants(registries, options.kinds, options.days)
        if variant.name == DEFAULT
        or not options.only
        or re.search(options.only, variant.name)
    ]
    for log in find_logs(options.logs, options.log):
        study.run(log, todo, "ceilings" in options.kinds)
    study.save()
    say(f"written: {options.out} and the table beside it")


if __name__ == "__main__":
    sys.exit(run_main("ablation", lambda: main(sys.argv[1:])))
