"""Says what days of log are worth, and what the generators could reach.

Every development log (experiments/logs/development.yaml) is shortened to its
last days and answered at its cuts; each length is compared with the whole log
on the same customers. Beside it stands what the lists of candidates could
reach if the ranker were perfect. The program does all of it (`run --since`,
`score --vs`, `ceilings`): this script calls it and collects what it says.

    .venv/bin/python scripts/measure/learning_curves.py --logs LOGS_DIR \\
        --out out/learning.json

A picture goes beside OUT as .svg. What the same program has done before, by
its SHA-256, is not done again.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matplotlib import pyplot as plt
from vitrina_ops import hypotheses, plots, trials
from vitrina_ops.errors import OpsError, run_main
from vitrina_ops.files import read_json, write_json
from vitrina_ops.program import Program, path_in_checkout
from vitrina_ops.trials import Log

HORIZON_DAYS = 3
CEILING_LENGTHS = "10,25,50,100"
WHOLE = "whole log"


def say(text: str) -> None:
    """One line of progress."""
    print(f"{dt.datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def name_of(days: int) -> str:
    return f"last {days} days" if days else WHOLE


class Study:
    """The runs of one program, and what came out of them."""

    def __init__(self, program: Path, out: Path, work: Path) -> None:
        self.program = Program(program.resolve())
        digest = self.program.digest()
        self.out = out
        self.work = work / digest[:16]
        self.work.mkdir(parents=True, exist_ok=True)
        self.report: dict[str, Any] = {
            "program": digest,
            "version": self.program.run("--version").strip(),
            "horizon_days": HORIZON_DAYS,
            "logs": {},
        }
        known = read_json(out) if out.exists() else {}
        if known.get("program") == digest:
            self.report["logs"] = known["logs"]

    def answers(self, log: Log, days: int) -> list[Path]:
        """Answers from the last days (0: all) before every cut."""
        files = []
        for cut in log.cuts:
            folder = self.work / log.name / str(days) / cut
            files.append(folder / "predictions.csv")
            # written last of all: with it the answer is whole
            if (folder / "report.json").exists():
                continue
            since = dt.datetime.fromisoformat(cut) - dt.timedelta(days)
            self.program.run(
                "run",
                *("--data", log.folder, "--as-of", cut, "--out", folder),
                *("--horizon-days", str(HORIZON_DAYS)),
                *(("--since", since.isoformat()) if days else ()),
            )
        return files

    def length_of(self, log: Log) -> float:
        """Days of log before the first cut."""
        whole = self.answers(log, 0)[0]
        folds = read_json(whole.with_name("report.json"))["folds"]
        begin = dt.datetime.fromisoformat(folds["begin"])
        return (dt.datetime.fromisoformat(log.cuts[0]) - begin) / dt.timedelta(
            days=1
        )

    def judge(self, log: Log, days: int) -> dict[str, Any]:
        """Readings pooled over the cuts, against the whole log's."""
        ours = self.answers(log, days)
        score = self.program.report(
            self.work / "score.json",
            "score",
            *("--predictions", ",".join(map(str, ours))),
            *("--vs", ",".join(map(str, self.answers(log, 0)))),
            *("--truth", log.folder, "--from", ",".join(log.cuts)),
            *("--to", ",".join(trials.ends_of(log.cuts, HORIZON_DAYS))),
        )
        result = {"readings": score["readings"], "counts": score["counts"]}
        if days:
            result["difference"] = score["versus"]["difference"]
        return result

    def run(self, log: Log, lengths: list[int]) -> None:
        """Everything on one log; each result is saved at once."""
        found = self.report["logs"].setdefault(
            log.name, {"cuts": list(log.cuts), "lengths": {}}
        )
        whole = self.length_of(log)
        for days in [0, *(days for days in lengths if days < whole)]:
            name = name_of(days)
            if name in found["lengths"]:
                continue
            found["lengths"][name] = self.judge(log, days)
            write_json(self.out, self.report)
            a = found["lengths"][name]["readings"]["a"]["value"]
            say(f"{log.name} {name}: A {a:.4f}")
        if "ceilings" not in found:
            found["ceilings"] = self.program.report(
                self.work / "ceilings.json",
                "ceilings",
                *("--data", log.folder, "--as-of", ",".join(log.cuts)),
                *("--horizon-days", str(HORIZON_DAYS)),
                *("--k", CEILING_LENGTHS),
            )
            write_json(self.out, self.report)
            say(f"{log.name} ceilings")


def interval(value: dict[str, float]) -> str:
    """A difference with its interval; bold is clear of 0."""
    clear = value["low"] > 0 or value["high"] < 0
    figure = f"{value['value']:+.4f}"
    span = f"[{value['low']:+.4f}, {value['high']:+.4f}]"
    return f"**{figure}** {span}" if clear else f"{figure} {span}"


def lengths_table(lengths: dict[str, Any]) -> Iterator[str]:
    yield "| read | reading A | from the whole log, 95% |"
    yield "| --- | --: | --- |"
    for name, result in lengths.items():
        a = f"{result['readings']['a']['value']:.4f}"
        difference = result.get("difference")
        text = interval(difference["a"]) if difference else ""
        yield f"| {name} | {a} | {text} |"


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
        f"{report['version']}; purchases of {report['horizon_days']:g} days, "
        "pooled over the cuts; intervals draw customers with all their cuts, "
        "the same for both answers."
    ]
    for name, found in report["logs"].items():
        lines.append(f"\n## {name}\n\nCuts {', '.join(found['cuts'])}.\n")
        lines += lengths_table(found["lengths"])
        lines += ceilings_table(found["ceilings"])
    return "\n".join(lines) + "\n"


def points(lengths: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """Reading A by length of the log, shortest first, the whole log last."""
    readings = {
        name: found["readings"]["a"] for name, found in lengths.items()
    }
    whole = readings.pop(WHOLE)
    named = [(name.split()[1], a) for name, a in readings.items()]
    return [*sorted(named, key=lambda point: int(point[0])), (WHOLE, whole)]


def draw(report: Any, path: Path) -> None:
    """Every log that was shortened, a panel each, in the picture at `path`."""
    curves = {
        name: points(found["lengths"])
        for name, found in report["logs"].items()
        if len(found["lengths"]) > 1
    }
    if not curves:
        raise OpsError(
            "found no log that is longer than a length of --days; name "
            "shorter ones"
        )
    # the same bytes for the same report
    style = plots.STYLE | {"svg.hashsalt": "vitrina"}
    with plt.rc_context(style):
        figure, panels = plt.subplots(
            1,
            len(curves),
            layout="constrained",
            squeeze=False,
            figsize=(3.2 * len(curves), 3),
        )
        for axes, (name, curve) in zip(panels[0], curves.items(), strict=True):
            value = [a["value"] for _, a in curve]
            below = [a["value"] - a["low"] for _, a in curve]
            above = [a["high"] - a["value"] for _, a in curve]
            axes.errorbar(
                ["all" if days == WHOLE else days for days, _ in curve],
                value,
                yerr=[below, above],
                marker="o",
                capsize=3,
                color=plots.SUBJECT,
            )
            axes.set_title(name)
            axes.set_xlabel("days of log")
            axes.set_ylim(bottom=0)
            axes.grid(axis="y")
        panels[0][0].set_ylabel("reading A, interval of 95%")
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--logs", type=Path, required=True, help="a folder of the real logs")
    add("--log", action="append", help="only this log; may be repeated")
    add("--days", default="3,7,14,30,60", help="lengths of the shortened log")
    add("--out", type=Path, required=True, help="the report as JSON")
    add("--work", type=Path, default=Path("out/learning"), help="answers")
    add("--program", type=Path, default=path_in_checkout())
    return parser.parse_args(words)


def main(words: list[str]) -> None:
    options = parse(words)
    development = hypotheses.load_development()
    logs = [
        *trials.real_logs(development, options.logs),
        trials.simulated_log(development),
    ]
    wanted = options.log or [log.name for log in logs]
    study = Study(options.program, options.out, options.work)
    lengths = [int(days) for days in options.days.split(",")]
    for log in logs:
        if log.name in wanted:
            study.run(log, lengths)
    picture = options.out.with_suffix(".svg")
    draw(study.report, picture)
    say(f"written: {options.out} and {picture}")


if __name__ == "__main__":
    sys.exit(run_main("learning_curves", lambda: main(sys.argv[1:])))
