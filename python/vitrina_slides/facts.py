"""What the slides may say: measured JSON by path, and how numbers are shown.

`{real.baskets.vitrina.a.value:r4}` in a text is the leaf of that path with a
format of FORMATS. A path that nothing was measured for is an error: a number
is never typed by hand and never left out silently.
"""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vitrina_ops import experiments, pipeline
from vitrina_ops.errors import OpsError
from vitrina_ops.files import read_json
from vitrina_ops.program import built

MEASURED = Path("docs/measured")
REQUIRED = {
    "real": ("real_logs.json", "scripts/measure/real_logs.sh LOGS_DIR"),
    "shop": ("simulated_shop.json", "scripts/measure/simulated_shop.py"),
    "experiments": ("experiments.json", "make experiments RECORD=1"),
}
OPTIONAL = ("tuning", "peers", "speed")
ALIASES = {"full": "taobao2017-full-logs", "baskets": "taobao2017-baskets"}
RULES = ("own_history", "organisers", "popularity")
PLACEHOLDER = re.compile(r"\{([\w.]+)(?::(\w+))?\}")
LEVEL = 0.95  # of every interval that `vitrina score` gives
THIN = "\u202f"

Facts = dict[str, Any]


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _interval(value: Any) -> str:
    return f"{value['value']:+.4f} [{value['low']:+.4f}, {value['high']:+.4f}]"


FORMATS: dict[str, Callable[[Any], str]] = {
    "": _plain,
    "int": lambda value: f"{round(value):,}".replace(",", THIN),
    "r4": lambda value: f"{value:.4f}",
    "x1": lambda value: f"{value:.1f}",
    "s2": lambda value: f"{value:#.2g}".rstrip("."),
    "pct0": lambda value: f"{100 * value:.0f}%",
    "pct2": lambda value: f"{100 * value:.2f}%",
    "interval": _interval,
    "gain": lambda value: f"{value:+.4f}",
}
NUMERIC = ("r4", "x1", "s2", "pct0", "pct2", "interval", "gain", "")


def localized(text: str, style: str, lang: str) -> str:
    """Russian writes a decimal comma, and a minus is a minus sign."""
    text = re.sub(r"(?<![\w-])-(?=\d)", "\u2212", text)
    if lang == "ru" and style in NUMERIC:
        text = text.replace(", ", "; ")
        text = re.sub(r"(?<=\d)\.(?=\d)", ",", text)
    return text


def at(facts: Facts, path: str) -> Any:
    """The fact of a path."""
    found: Any = facts
    for key in path.split("."):
        if not isinstance(found, dict) or found.get(key) is None:
            raise OpsError(f"'{path}' is not measured: no '{key}'")
        found = found[key]
    return found


def resolve(value: Any, facts: Facts, lang: str) -> Any:
    """A tree of texts with every placeholder filled in."""
    if isinstance(value, dict):
        return {key: resolve(v, facts, lang) for key, v in value.items()}
    if isinstance(value, list):
        return [resolve(entry, facts, lang) for entry in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        path, style = match[1], match[2] or ""
        if style not in FORMATS:
            raise OpsError(f"'{match[0]}': no such format")
        found = at(facts, path)
        if isinstance(found, str):
            return found
        return localized(FORMATS[style](found), style, lang)

    return PLACEHOLDER.sub(fill, value)


def measured(folder: Path) -> Facts:
    """The measured files; those of OPTIONAL where they are there."""
    facts: Facts = {}
    for name, (file, maker) in REQUIRED.items():
        if not (folder / file).exists():
            raise OpsError(f"{folder / file} is missing; run `{maker}`")
        facts[name] = read_json(folder / file)
    for name in OPTIONAL:
        path = folder / f"{name}.json"
        if path.exists():
            facts[name] = read_json(path)
    return facts


def program_facts() -> Facts:
    """What the program says of its registries."""
    found = built().answer("features")
    on = {
        key: [row for row in found[key] if row["on"]]
        for key in ("generators", "groups")
    }
    return {
        "generators_on": len(on["generators"]),
        "generators_off": len(found["generators"]) - len(on["generators"]),
        "groups_on": len(on["groups"]),
        "columns_on": found["columns_on"],
    }


def log_facts(shop: Any) -> Facts:
    """Shares of the simulated log that the slides name."""
    log, ingest = shop["log"], shop["run"]["ingest"]
    hours = [sum(h) for h in zip(*log["by_day_and_hour"]["events"])]
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
    }


def experiment_facts(found: Any) -> Facts:
    """Counts of the verdicts, and the logs they are about."""
    verdicts = [entry["verdict"] for entry in found["hypotheses"]]
    cuts = "; ".join(
        f"{name}: {', '.join(log['cuts'])}"
        for name, log in found["logs"].items()
    )
    counts = {
        name: verdicts.count(name)
        for name in (
            experiments.ACCEPTED,
            experiments.REJECTED,
            experiments.UNDECIDED,
        )
    }
    return {
        "hypotheses": len(verdicts) - verdicts.count(experiments.NOT_RUN),
        "experiment_cuts": cuts,
        **counts,
    }


def claims(facts: Facts) -> dict[str, bool]:
    """Whether what a title says is what was measured."""
    ahead = [
        facts["real"][log]["rules"][rule]["difference"]["a"]["low"] > 0
        for log in ALIASES
        for rule in RULES
    ]
    ceilings = {
        row["generator"]: float(row["share_of_pairs"])
        for row in facts["shop"]["run"]["plots"]["ceilings"]
    }
    crossing = [
        row["low"] <= 0 <= row["high"]
        for row in effects(facts["experiments"], ALIASES["baskets"])
    ]
    alone = {k: v for k, v in ceilings.items() if k != "union"}
    return {
        "ahead_of_every_rule": all(ahead),
        "own_history_proposes_most": max(alone, key=alone.__getitem__)
        == "own_history"
        and 2 * alone["own_history"] > ceilings["union"],
        "most_parts_change_little": 2 * sum(crossing) > len(crossing),
    }


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


def load(folder: Path = MEASURED) -> Facts:
    """Everything the slides may say."""
    facts = measured(folder)
    logs = facts["real"]["logs"]
    for alias, name in ALIASES.items():
        facts["real"][alias] = at(logs, name)
    first = facts["real"]["baskets"]
    facts["real"]["draws"] = first["draws"]
    facts["real"]["level"] = LEVEL
    facts["params"] = pipeline.defaults()
    facts["program"] = program_facts()
    days = [dt.datetime.fromisoformat(begin) for begin, _ in first["windows"]]
    facts["derived"] = {
        **log_facts(facts["shop"]),
        **experiment_facts(facts["experiments"]),
        "real_cuts": ", ".join(f"{day:%Y-%m-%d}" for day in days),
        "tuning_source": facts.get("tuning", {}).get("source", ""),
    }
    facts["claims"] = claims(facts)
    return facts
