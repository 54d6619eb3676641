"""Writes tables of what was measured in docs/ and the READMEs.

They stand between two comments and come from docs/measured/, copies of what
`make bench`, `make growth`, bench/peers/quality.py, scripts/live_long.py,
scripts/fuzz.py and scripts/measure/learning_curves.py wrote.
``measured_docs.py`` writes them; ``measured_docs.py --check`` exits with 1
when a page is not what it would write. Where no run has been recorded the
pages say so.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from vitrina_ops.files import read_json

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [
    str(ROOT / folder)
    for folder in (
        "bench/speed",
        "bench/load",
        "bench/peers",
        "scripts/measure",
    )
]

import learning_curves  # noqa: E402
import live_table  # noqa: E402
from harness import next_basket_report  # noqa: E402
from harness import report as peers  # noqa: E402
from live_runs import page as live  # noqa: E402
from race import growth_table, table  # noqa: E402

MEASURED = ROOT / "docs" / "measured"


# What is off by default: its times stand in docs/performance.md alone. So does
# the race of Vitrina with itself.
OFF = ("sessions",)
OURS = "vitrina"


def short(report: Any) -> str:
    """The table of the READMEs: a row a part and peer, the times alone;
    when it was measured."""
    lines = ["| part | peer | times faster |", "| --- | --- | --: |"]
    for part in report["parts"]:
        if part["name"] in OFF:
            continue
        for name, ratio in part["ratios"].items():
            if name.startswith(OURS):
                continue
            lines.append(table.row([part["title"], name, table.ratio(ratio)]))
    return "\n".join([*lines, "", f"Measured {report['made']}."]) + "\n"


def reading_a(entry: Any) -> float:
    return float(entry["sizes"]["n"]["pooled"]["a"])


def best_peers(report: Any) -> str:
    """The table of the READMEs: each peer the way it did best.

    That is alone or with own history mixed in, at N = 3000; in brackets how
    far Vitrina is ahead, bold where the interval is clear of 0.
    """
    logs = [result["log"] for result in report["logs"]]
    rows: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for column, result in enumerate(report["logs"]):
        best: dict[str, Any] = {}
        for entry in result["entries"]:
            peer = entry["name"].removesuffix("+own")
            known = best.setdefault(peer, entry)
            if reading_a(entry) > reading_a(known):
                best[peer] = entry
        for peer, entry in sorted(
            best.items(), key=lambda item: -reading_a(item[1])
        ):
            titles[peer] = entry["title"].removesuffix(" + own history")
            cells = rows.setdefault(peer, ["–"] * len(logs))
            cells[column] = reading_and_lead(entry)
    lines = [
        table.row(["answer", *logs]),
        "| --- |" + " --: |" * len(logs),
    ]
    lines += [
        table.row([titles[peer], *cells]) for peer, cells in rows.items()
    ]
    return "\n".join(lines) + "\n"


def reading_and_lead(entry: Any) -> str:
    """Reading A, and how far Vitrina is ahead of it."""
    text = peers.number(reading_a(entry))
    if entry["name"] == "vitrina":
        return text
    lead, _, _ = peers.ahead(entry["sizes"]["n"]).partition(" [")
    return f"{text} ({lead})"


# Heads and names of the READMEs' tables that the slides have no word for.
RUSSIAN = {
    "Measured ": "Измерено ",
    "part | peer | times faster": "задача | аналог | во сколько раз быстрее",
    "answer |": "ответ |",
    "own history, decay tuned here": "собственная история, затухание "
    "подобрано здесь",
    "own history, decay learned by vitrina baselines": "собственная история, "
    "затухание обучено `vitrina baselines`",
    "organisers' basket rule": "правило организаторов (корзина)",
    "| popularity |": "| популярные товары |",
    "session kNN": "kNN по сессиям",
    "two-stage": "двухэтапная модель",
    "64 factors": "64 фактора",
    "EASE on the most active products": "EASE на самых активных товарах",
}


def in_russian(make: Callable[[Any], str]) -> Callable[[Any], str]:
    """The same table with the words of the Russian slides."""

    def made(report: Any) -> str:
        deck = ROOT / "slides" / "deck.ru.yaml"
        words = yaml.safe_load(deck.read_text(encoding="utf-8"))["words"]
        text = make(report)
        for phrases in (RUSSIAN, words["speed_parts"], words["speed_peers"]):
            for english, russian in phrases.items():
                text = text.replace(english, russian)
        return re.sub(r"(?<=\d),(?=\d{3}\b)", "\u00a0", text)

    return made


def fuzzed(report: Any) -> str:
    """What `make fuzz` has run, over all commits."""
    runs = [
        (target, counts)
        for targets in report.values()
        for target, counts in targets.items()
    ]
    lines = [
        table.row(["target", "minutes of a processor", "inputs"]),
        "| --- | --: | --: |",
    ]
    for target in dict.fromkeys(target for target, _ in runs):
        counts = [each for name, each in runs if name == target]
        minutes = sum(each["cpu_seconds"] for each in counts) / 60
        inputs = sum(each["executions"] for each in counts)
        lines.append(table.row([target, f"{minutes:.0f}", f"{inputs:,}"]))
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Block:
    """What is written between two comments of a page."""

    name: str  # of the comments
    page: str
    make: Callable[[Any], str]
    nothing: str
    measured: str = ""  # file in docs/measured, if it is not called so

    @property
    def begin(self) -> str:
        return f"<!-- {self.name}: scripts/measured_docs.py writes it -->\n"

    @property
    def end(self) -> str:
        return f"<!-- {self.name} ends -->\n"

    def text(self) -> str:
        """The tables of the recorded run, or that there is none."""
        path = MEASURED / f"{self.measured or self.name}.json"
        if not path.exists():
            return self.nothing
        return self.make(read_json(path))

    def put(self, page: str, text: str) -> str:
        """The page with what is between the comments replaced."""
        head, begin, rest = page.partition(self.begin)
        _, end, tail = rest.partition(self.end)
        if not begin or not end:
            raise ValueError(
                f"{self.page}: expected the lines {self.begin.strip()} and "
                f"{self.end.strip()}; found none"
            )
        return f"{head}{self.begin}{text}{self.end}{tail}"


NOTHING = "No run of `make {}` on a quiet machine has been recorded yet.\n"
NO_PEERS = "No run of bench/peers/quality.py has been recorded yet.\n"
NO_LENGTHS = (
    "No run of scripts/measure/learning_curves.py has been recorded yet.\n"
)
BLOCKS = [
    Block("speed", "docs/performance.md", table.page, NOTHING.format("bench")),
    Block("speed", "README.md", short, NOTHING.format("bench")),
    Block(
        "speed",
        "README.ru.md",
        in_russian(short),
        "Запись `make bench` на свободной машине ещё не сделана.\n",
    ),
    Block(
        "growth",
        "docs/performance.md",
        growth_table.page,
        NOTHING.format("growth"),
    ),
    Block(
        "live_speed",
        "docs/serving.md",
        live_table.page,
        NOTHING.format("bench-live"),
        "live",
    ),
    Block("peers", "docs/peers.md", peers.markdown, NO_PEERS),
    Block("peers_short", "docs/peers.md", peers.short, NO_PEERS, "peers"),
    Block(
        "next_basket",
        "docs/peers.md",
        next_basket_report.markdown,
        "No run of bench/peers/next_basket.py has been recorded yet.\n",
    ),
    Block("peers", "README.md", best_peers, NO_PEERS),
    Block(
        "peers",
        "README.ru.md",
        in_russian(best_peers),
        "Запись bench/peers/quality.py ещё не сделана.\n",
    ),
    Block(
        "learning", "docs/learning.md", learning_curves.markdown, NO_LENGTHS
    ),
    Block(
        "live",
        "docs/serving.md",
        live.markdown,
        "No long run has been recorded yet.\n",
        "live_long",
    ),
    Block(
        "fuzz",
        "docs/damaged_files.md",
        fuzzed,
        "No run of `make fuzz` has been recorded yet.\n",
    ),
]


def pages() -> dict[Path, str]:
    """What every page should be."""
    wanted: dict[Path, str] = {}
    for block in BLOCKS:
        path = ROOT / block.page
        page = wanted.get(path) or path.read_text(encoding="utf-8")
        try:
            wanted[path] = block.put(page, block.text())
        except ValueError as error:
            raise SystemExit(str(error)) from None
    return wanted


def main(words: list[str]) -> int:
    stale = 0
    for path, text in pages().items():
        if path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in words:
            name = path.relative_to(ROOT)
            print(f"{name} is not what was recorded; run `make docs`")
            stale += 1
        else:
            path.write_text(text, encoding="utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
