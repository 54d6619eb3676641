"""What the slides say that is told by several measured figures together.

Shares, counts, builds, and the claims that a title must be borne out by.
"""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from vitrina_ops import experiments

ALIASES = {"full": "taobao2017-full-logs", "baskets": "taobao2017-baskets"}
GROCERIES = ("tafeng2001-half", "completejourney2017")
RULES = ("own_history", "organisers", "popularity")
BUILD = re.compile(r"build (\w+)")
BUILD_DIGITS = 8
OURS = "vitrina"

Facts = dict[str, Any]


def short(builds: Iterable[str]) -> str:
    """Builds by their first digits, each once; a version names its own."""
    names = []
    for name in builds:
        match = BUILD.search(name)
        names.append((match[1] if match else name)[:BUILD_DIGITS])
    return ", ".join(dict.fromkeys(names))


def builds(facts: Facts) -> Facts:
    """Which build measured what, where the measurement says so."""
    found = {
        "real": [facts["real"]["build"]],
        "shop": [facts["shop"]["run"]["build"]],
        "experiments": [
            entry["build"] for entry in facts["experiments"]["hypotheses"]
        ],
        "program": [facts["program"]["version"]],
    }
    for name in ("logs", "learning", "replay"):
        if name in facts:
            found[name] = [facts[name]["version"]]
    if "tuning" in facts:
        found["tuning"] = [facts["tuning"]["build"]]
    if "peers" in facts:
        logs = facts["peers"]["logs"]
        found["peers"] = [log["program"]["version"] for log in logs]
    return {name: short(names) for name, names in found.items()}


def hours_of(log: Any) -> list[int]:
    """Events of the simulated log by hour of the day."""
    return [sum(h) for h in zip(*log["by_day_and_hour"]["events"])]


def log_facts(shop: Any) -> Facts:
    """Shares of the simulated log that the slides name."""
    log, ingest = shop["log"], shop["run"]["ingest"]
    hours = hours_of(log)
    life, funnel = log["basket_life"], log["funnel"]
    tenth = (len(log["long_tail"]["view"]) - 1) // 10
    return {
        "days": len(log["by_day_and_hour"]["days"]),
        "peak_hour": hours.index(max(hours)),
        "peak_ratio": max(hours) / min(hours),
        "order_of_visit": funnel["order"] / funnel["visit"],
        "order_of_basket": funnel["order"] / funnel["basket_add"],
        "tail_view": log["long_tail"]["view"][tenth],
        "tail_order": log["long_tail"]["order"][tenth],
        "basket_day": life["order"][life["hours"].index(24)],
        "basket_end": life["order"][-1],
        "basket_days": life["hours"][-1] / 24,
        "basket_deleted": life["basket_delete"][-1],
        "rows_read": ingest["rows_read"],
        "events": ingest["events"],
        "users": ingest["users"],
    }


def experiment_facts(found: Any) -> Facts:
    """Counts of the verdicts, and the logs they are about."""
    verdicts = [entry["verdict"] for entry in found["hypotheses"]]
    cuts = "; ".join(
        f"{name}: {', '.join(log['cuts'])}"
        for name, log in found["logs"].items()
    )
    counts = {
        name.replace(" ", "_"): verdicts.count(name)
        for name in (
            experiments.ACCEPTED,
            experiments.REJECTED,
            experiments.UNDECIDED,
            experiments.NOT_RUN,
        )
    }
    return {
        "hypotheses": len(verdicts),
        "pages": {"first": 1, "second": 2, "all": 2},
        "experiment_cuts": cuts,
        **counts,
    }


def speed_facts(speed: Any) -> Facts:
    """How many rounds were dropped, and of how many columns it was."""
    rounds = [r["is_kept"] for part in speed["parts"] for r in part["rounds"]]
    columns = [
        part["contestants"][OURS]["figures"]["columns"]
        for part in speed["parts"]
        if part["name"] == "features_all"
    ]
    return {
        "rounds": len(rounds),
        "dropped": rounds.count(False),
        "columns": columns[0] if columns else None,
    }


def server_facts(live: Any) -> Facts:
    """The largest loads of full answers and of events one by one."""
    loads = [found for found in live.values() if isinstance(found, dict)]

    def largest(kind: str) -> Any:
        found = [
            load
            for load in loads
            if load.get("kind") == kind and load["batch"] == 1
        ]
        return max(found, key=lambda load: float(load["offered_per_second"]))

    kinds = [load for load in loads if "kind" in load]
    return {
        "answers": largest("recommend"),
        "events": largest("events"),
        "checked": sum(load["checked"] for load in kinds),
        "wrong": sum(load["wrong"] for load in kinds),
    }


def visit_facts(replay: Any) -> Facts:
    """How many moments were asked about, and what live answers gain."""
    found = {}
    for alias, name in ALIASES.items():
        if name in replay["logs"]:
            whole = replay["logs"][name]["targets"]["all"]
            rate = whole["hit_rates"][0]
            difference = {"value": rate["difference"], **rate}
            found[alias] = {
                "moments": whole["moments"],
                "difference": difference,
            }
    return found


def effects(found: Any, log: str) -> list[dict[str, Any]]:
    """Leave-one-out effects on reading A on a log, as rows of a plot."""
    return [
        {
            "name": variant["name"].removeprefix("without "),
            "kind": entry["name"],
            **variant["logs"][log]["difference"]["a"],
        }
        for entry in found["hypotheses"]
        if entry["name"].endswith(("generators-on", "feature-groups-on"))
        for variant in entry["variants"]
        if log in variant["logs"]
    ]


def found_alone(log: Any) -> dict[str, float]:
    """Share of the bought pairs in the longest list of each generator that
    is on."""
    return {
        name: float(row["by_k"][-1]["share_of_pairs"])
        for name, row in log["ceilings"]["generators"].items()
        if row["on"]
    }


def has_two_peaks(hours: list[int]) -> bool:
    """One before noon and one from six in the evening on, and no other."""
    peaks = [
        hour
        for hour, count in enumerate(hours)
        if hours[hour - 1] <= count > hours[(hour + 1) % len(hours)]
    ]
    return len(peaks) == 2 and peaks[0] < 12 and peaks[1] >= 18


def is_search_in_vain(facts: Facts) -> bool:
    """No default is what a search has found, and what it gains on a cut of
    the reported ones is not clear of 0."""
    found = facts["tuning"]
    a, defaults = found["unseen"]["a"], facts["defaults"]
    adopted = [
        key for key in found["best"] if found["best"][key] == defaults[key]
    ]
    begins = [begin[:10] for begin, _ in facts["real"]["baskets"]["windows"]]
    return (
        a["low"] <= 0 <= a["high"]
        and not adopted
        and found["unseen"]["cut"] in begins
    )


def leads(peers: Any, log: str) -> list[Any]:
    """How far Vitrina is ahead of each peer on a log, in reading A."""
    (found,) = (each for each in peers["logs"] if each["log"] == log)
    return [
        entry["sizes"]["n"]["vitrina_ahead"]["a"]
        for entry in found["entries"]
        if entry["name"] != OURS
    ]


def is_ahead_on_groceries_alone(peers: Any) -> bool:
    """Of every peer there, of no peer behind on Taobao and of some level."""
    ahead = [
        lead["low"] > 0 for log in GROCERIES for lead in leads(peers, log)
    ]
    level = [
        all(lead["high"] >= 0 for lead in leads(peers, log))
        and any(lead["low"] <= 0 for lead in leads(peers, log))
        for log in ALIASES.values()
    ]
    return all(ahead) and all(level)


def claims(facts: Facts) -> dict[str, bool]:
    """Whether what a title says is what was measured."""
    ahead = [
        facts["real"][log]["rules"][rule]["difference"]["a"]["low"] > 0
        for log in ALIASES
        for rule in RULES
    ]
    crossing = [
        row["low"] <= 0 <= row["high"]
        for row in effects(facts["experiments"], ALIASES["baskets"])
    ]
    found = {
        "ahead_of_every_rule": all(ahead),
        "most_parts_change_little": 2 * sum(crossing) > len(crossing),
        "two_peaks": has_two_peaks(hours_of(facts["shop"]["log"])),
    }
    if "learning" in facts:
        alone = [
            found_alone(log)
            for name, log in facts["learning"]["logs"].items()
            if name in (*ALIASES.values(), *GROCERIES)
        ]
        best = {max(shares, key=shares.__getitem__) for shares in alone}
        found["sources_differ"] = len(best) > 1
    if "tuning" in facts:
        found["search_in_vain"] = is_search_in_vain(facts)
    if "peers" in facts:
        found["ahead_on_groceries"] = is_ahead_on_groceries_alone(
            facts["peers"]
        )
    if "replay" in facts:
        found["live_ahead"] = all(
            log["targets"]["all"]["hit_rates"][0]["low"] > 0
            for log in facts["replay"]["logs"].values()
        )
    return found


def derived(facts: Facts) -> Facts:
    """Everything of the kind."""
    windows = facts["real"]["baskets"]["windows"]
    days = [dt.datetime.fromisoformat(begin) for begin, _ in windows]
    found = {
        **log_facts(facts["shop"]),
        **experiment_facts(facts["experiments"]),
        "real_cuts": ", ".join(f"{day:%Y-%m-%d}" for day in days),
        "cut_count": len(days),
    }
    if "speed" in facts:
        found["speed"] = speed_facts(facts["speed"])
    if "live" in facts:
        found["server"] = server_facts(facts["live"])
    if "learning" in facts:
        (first, *_) = facts["learning"]["logs"].values()
        found["list_length"] = first["ceilings"]["k"][-1]
    if "replay" in facts:
        (first, *_) = facts["replay"]["logs"].values()
        found["visit_k"] = first["targets"]["all"]["hit_rates"][0]["k"]
        found["visits"] = visit_facts(facts["replay"])
    return found
