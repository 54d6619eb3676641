"""What the slides may say: measured JSON by path, and how numbers are shown.

`{real.baskets.vitrina.a.value:r4}` in a text is the leaf of that path with a
format of FORMATS. A path that nothing was measured for is an error: a number
is never typed by hand and never left out silently.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vitrina_ops import pipeline
from vitrina_ops.errors import OpsError
from vitrina_ops.files import read_json
from vitrina_ops.program import built

from vitrina_slides import derived
from vitrina_slides.derived import ALIASES, Facts

MEASURED = Path("docs/measured")
REQUIRED = {
    "real": ("real_logs.json", "scripts/measure/real_logs.sh LOGS_DIR"),
    "shop": ("simulated_shop.json", "scripts/measure/simulated_shop.py"),
    "experiments": ("experiments.json", "make experiments RECORD=1"),
    "logs": ("logs.json", "scripts/measure/log_sizes.py LOGS_DIR"),
}
OPTIONAL = ("tuning", "peers", "speed", "learning", "replay", "live")
SPACE = Path("experiments/tuning/space.yaml")
PLACEHOLDER = re.compile(r"\{([\w.]+)(?::(\w+))?\}")
LEVEL = 0.95  # of every interval that `vitrina score` gives
THIN = "\u202f"


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _interval(value: Any) -> str:
    return f"{value['value']:+.4f} [{value['low']:+.4f}, {value['high']:+.4f}]"


FORMATS: dict[str, Callable[[Any], str]] = {
    "": _plain,
    "int": lambda value: f"{round(value):,}".replace(",", THIN),
    "r4": lambda value: f"{value:.4f}",
    "x1": lambda value: f"{value:.1f}",
    "x2": lambda value: f"{value:.2f}",
    "s2": lambda value: f"{value:#.2g}".rstrip("."),
    "pct0": lambda value: f"{100 * value:.0f}%",
    "pct2": lambda value: f"{100 * value:.2f}%",
    "interval": _interval,
    "gain": lambda value: f"{value:+.4f}",
}
NUMERIC = ("r4", "x1", "x2", "s2", "pct0", "pct2", "interval", "gain", "")


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
        "version": built().run("--version").strip(),
        "generators_on": len(on["generators"]),
        "generators_off": len(found["generators"]) - len(on["generators"]),
        "groups_on": len(on["groups"]),
        "columns_on": found["columns_on"],
    }


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
    facts["defaults"] = pipeline.flatten_params(facts["params"])
    facts["space"] = pipeline.load_yaml(SPACE)
    facts["program"] = program_facts()
    facts["derived"] = derived.derived(facts)
    facts["builds"] = derived.builds(facts)
    facts["claims"] = derived.claims(facts)
    return facts
