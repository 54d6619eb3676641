"""The tables of the slides, out of what was measured."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from vitrina_ops import experiments

from vitrina_slides.derived import ALIASES, GROCERIES, OURS, Facts
from vitrina_slides.facts import FORMATS, THIN, localized

Words = dict[str, Any]
EDGES = ("begin", "end")
Table = dict[str, Any]


class Writer:
    """Numbers in the slides' language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, value: Any, style: str) -> str:
        return localized(FORMATS[style](value), style, self.lang)


def days_of(log: Any) -> int:
    """Days from the first event's to the last one's."""
    first, last = (dt.date.fromisoformat(log[key][:10]) for key in EDGES)
    return (last - first).days + 1


def kinds_of(log: Any, words: Words) -> str:
    """Which actions a log knows."""
    found = [k for k, count in log["events_by_action"].items() if count]
    if len(found) == len(log["events_by_action"]):
        return str(words["all_actions"])
    return ", ".join(words["actions"][kind] for kind in found)


def logs_table(facts: Facts, words: Words, write: Writer) -> Table:
    """The logs with their sizes."""
    rows = [
        (words["logs"][name], log, kinds_of(log, words))
        for name, log in facts["logs"]["logs"].items()
    ]
    shop = facts["shop"]["run"]["ingest"]
    rows.append((words["shop"], shop, kinds_of(shop, words)))
    return {
        "head": words["table_logs"],
        "rows": [
            [
                {"strong": name},
                *(
                    write(log[key], "int")
                    for key in ("rows_read", "events", "users", "products")
                ),
                write(days_of(log), "int"),
                kinds,
            ]
            for name, log, kinds in rows
        ],
        "widths": [2.9, 1.3, 1.3, 2, 1.2, 0.8, 5],
        "align": "lrrrrrl",
        "size": 14.5,
        "inset": 7.5,
    }


def bad_rows_table(facts: Facts, words: Words, write: Writer) -> Table:
    """Bad rows of the simulated shop by reason."""
    found = facts["shop"]["run"]["ingest"]["bad_rows"]
    return {
        "head": words["table_bad"],
        "rows": [
            [words["bad_rows"][reason], write(count, "int")]
            for reason, count in found.items()
        ],
        "widths": [4.2, 1],
        "align": "lr",
        "size": 15.5,
        "inset": 10,
    }


def loudest(entry: Any, metric: str, name: str) -> tuple[str, str, Any] | None:
    """The variant and log whose difference is largest for its interval, of
    those that have the hypothesis's own verdict."""
    deciding = [
        v for v in entry["variants"] if v["verdict"] == entry["verdict"]
    ]
    found = [
        (variant[name], log, measure["difference"][metric])
        for variant in deciding or entry["variants"]
        for log, measure in variant["logs"].items()
    ]

    def loudness(row: tuple[str, str, Any]) -> float:
        width = float(row[2]["high"] - row[2]["low"])
        return abs(float(row[2]["value"])) / width if width else 0.0

    return max(found, key=loudness, default=None)


def hypotheses_table(
    facts: Facts, words: Words, write: Writer, half: int
) -> Table:
    """Half of the hypotheses with their verdicts."""
    entries = facts["experiments"]["hypotheses"]
    middle = (len(entries) + 1) // 2
    chosen = entries[:middle] if half == 0 else entries[middle:]
    suffix = "_ru" if write.lang == "ru" else ""
    rows = []
    for entry in chosen:
        found = loudest(entry, entry["rule"]["metric"], f"name{suffix}")
        where, effect = "–", "–"
        if found and entry["verdict"] != experiments.NOT_RUN:
            is_shop = facts["experiments"]["logs"][found[1]]["simulated"]
            log = words["shop"] if is_shop else words["logs"][found[1]]
            where = f"{found[0]} ({log})"
            effect = write(found[2], "interval")
        verdict = entry["verdict"]
        badge = {"badge": verdict, "text": words[verdict]}
        rows.append([entry[f"statement{suffix}"], where, effect, badge])
    return {
        "head": words["table_hypotheses"],
        "rows": rows,
        "widths": [5.2, 3.3, 2.7, 1.35],
        "align": "llrl",
        "size": 12.5,
        "inset": 6,
    }


def first_half(facts: Facts, words: Words, write: Writer) -> Table:
    return hypotheses_table(facts, words, write, 0)


def second_half(facts: Facts, words: Words, write: Writer) -> Table:
    return hypotheses_table(facts, words, write, 1)


OWN = ("+own", " + own history")  # ends of a name and of a title


PEER_LOGS = (*ALIASES.values(), *GROCERIES)
ON_ANOTHER_SLIDE = ("organisers", "popularity")


def peers_table(facts: Facts, words: Words, write: Writer) -> Table:
    """Reading A of every peer by log, those nearest to Vitrina first.

    Of a peer alone and with own history mixed in, the one that did better
    on the log is told. A star marks a lead whose interval is clear of 0.
    """
    found: dict[str, dict[str, Any]] = {}
    for log in facts["peers"]["logs"]:
        for entry in log["entries"]:
            peer = entry["name"].removesuffix(OWN[0])
            if peer in ON_ANOTHER_SLIDE or log["log"] not in PEER_LOGS:
                continue
            title = entry["title"].removesuffix(OWN[1])
            row = found.setdefault(
                peer, {"title": words["peers"].get(peer, title)}
            )
            size = entry["sizes"]["n"]
            best = row.setdefault(log["log"], size)
            if size["pooled"]["a"] > best["pooled"]["a"]:
                row[log["log"]] = size

    def share(row: dict[str, Any]) -> float:
        ours = found[OURS]
        shares = [
            float(row[log]["pooled"]["a"] / ours[log]["pooled"]["a"])
            for log in PEER_LOGS
            if log in row
        ]
        return sum(shares) / len(shares)

    def shown(size: Any, is_ours: bool) -> str:
        if size is None:
            return "–"
        text = write(size["pooled"]["a"], "r4")
        if is_ours:
            return text
        ahead = size["vitrina_ahead"]["a"]
        star = "*" if ahead["low"] > 0 or ahead["high"] < 0 else ""
        return f"{text} ({write(ahead['value'], 'gain')}{star})"

    def place(pair: tuple[str, dict[str, Any]]) -> tuple[bool, float]:
        return (pair[0] != OURS, -share(pair[1]))

    return {
        "head": words["table_peers"],
        "rows": [
            [
                {"strong": row["title"]} if peer == OURS else row["title"],
                *(shown(row.get(log), peer == OURS) for log in PEER_LOGS),
            ]
            for peer, row in sorted(found.items(), key=place)
        ],
        "widths": [2.2, 1.4, 1.4, 1.4, 1.4],
        "align": "lrrrr",
        "size": 11.5,
    }


def translated(text: str, phrases: dict[str, str]) -> str:
    """A title with the deck's words for its phrases, in their order."""
    for phrase, word in phrases.items():
        text = re.sub(rf"\b{re.escape(phrase)}\b", word, text)
    return re.sub(r"(?<=\d),(?=\d{3}\b)", THIN, text)


def speed_table(facts: Facts, words: Words, write: Writer) -> Table:
    """Every part of the race beside each of its peers."""
    rows = []
    phrases, peers = words["speed_parts"], words["speed_peers"]
    for part in facts["speed"]["parts"]:
        (_, ours), *_ = part["contestants"].items()
        for peer, ratio in part["ratios"].items():
            if peer.startswith(OURS):
                continue
            low, high = (write(ratio[k], "x1") for k in ("low", "high"))
            rows.append(
                [
                    translated(part["title"], phrases),
                    f"{write(ours['seconds']['median'], 's2')} "
                    + words["seconds"],
                    peers.get(peer, peer),
                    f"{write(ratio['median'], 'x1')} [{low} – {high}]",
                ]
            )
    return {
        "head": words["table_speed"],
        "rows": rows,
        "widths": [5, 1.2, 2, 1.8],
        "align": "lrlr",
        "size": 12.5,
    }


def space_table(facts: Facts, words: Words, write: Writer) -> Table:
    """What was searched, what was found, and what the defaults are."""
    found = facts["tuning"]
    (then,) = (row for row in found["history"] if row["number"] == 0)
    rows = []
    for key, best in found["best"].items():
        kind = facts["space"][key]
        low, high = (write(kind[edge], "") for edge in ("low", "high"))
        values = (then["values"][key], best, facts["defaults"][key])
        rows.append(
            [key, f"{low} – {high}", *(write(value, "") for value in values)]
        )
    return {
        "head": words["table_space"],
        "rows": rows,
        "widths": [4.1, 1.7, 1.25, 1.2, 1.25],
        "align": "lrrrr",
        "size": 11.5,
    }


def removed_table(facts: Facts, words: Words, write: Writer) -> Table:
    """Parts that were tried and are gone: words alone."""
    return {
        "head": words["table_removed"],
        "rows": [[{"strong": part}, *why] for part, *why in words["removed"]],
        "widths": [2.6, 5, 3.6],
        "align": "lll",
        "size": 13,
    }


TABLES: dict[str, Callable[[Facts, Words, Writer], Table]] = {
    "logs": logs_table,
    "bad_rows": bad_rows_table,
    "hypotheses_first": first_half,
    "hypotheses_second": second_half,
    "peers": peers_table,
    "speed": speed_table,
    "space": space_table,
    "removed": removed_table,
}
