"""Hypotheses as files: experiments/*.yaml, read strictly.

A file says what is claimed, which settings are varied, on which development
logs and at which cuts, by which reading and by what rule it is decided. The
logs and cuts are those of experiments/logs/development.yaml. Settings are
`key=value` words of `--set`; every key is checked against the program's own
list before anything runs.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrina_ops import pipeline
from vitrina_ops.errors import OpsError
from vitrina_ops.pipeline import load_yaml
from vitrina_ops.program import built

FOLDER = Path("experiments")
DEVELOPMENT = FOLDER / "logs" / "development.yaml"
READINGS = ("a", "b", "c", "precision")
CLAIMS = ("higher", "lower")
NEEDS = ("any", "all")
SOURCES = ("real", "simulated")
REGISTRIES = {"generators": "candidates", "groups": "features"}


@dataclass(frozen=True)
class Variant:
    """Settings that are compared with the base."""

    name: str
    name_ru: str
    settings: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """How intervals of the difference, variant minus base, become a verdict.

    The claim of a variant is that its reading is `higher` or `lower` than the
    base's by more than `margin`; a negative margin is a loss that may be.
    """

    metric: str = "a"
    claim: str = "higher"
    needs: str = "any"
    margin: float = 0.0


@dataclass(frozen=True)
class Hypothesis:
    """One file of experiments/."""

    name: str
    statement: str
    statement_ru: str
    logs: str  # one of SOURCES
    base: tuple[str, ...]
    variants: tuple[Variant, ...]
    rule: Rule
    only: tuple[str, ...] = ()  # of the real logs; all, where none is named


@dataclass(frozen=True)
class Cuts:
    """Moments of the answer on a log."""

    cuts: tuple[str, ...]
    unseen: str  # never used to choose


@dataclass(frozen=True)
class Development:
    """The logs and cuts that choices are made on."""

    real: dict[str, Cuts]  # by the folder's name
    scale: float
    seed: int
    simulated: Cuts


class Section:
    """A mapping of a file, of which every key must be asked for."""

    def __init__(self, place: str, values: Any, keys: Iterable[str]) -> None:
        self.place = place
        if not isinstance(values, dict):
            raise OpsError(f"{place}: found {values!r}, expected a mapping")
        self.values: dict[str, Any] = values
        expect_known(place, map(str, values), list(keys))

    def text(self, key: str, default: str | None = None) -> str:
        found = self.values.get(key, default)
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(key, "a text")
        return " ".join(found.split())

    def word(self, key: str, words: Iterable[str], default: str = "") -> str:
        found = str(self.values.get(key, default))
        if found not in words:
            raise self.wrong(key, f"one of {', '.join(words)}")
        return found

    def number(self, key: str, default: float | None = None) -> float:
        found = self.values.get(key, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self.wrong(key, "a number")
        return float(found)

    def texts(self, key: str) -> tuple[str, ...]:
        found = self.values.get(key, [])
        if not isinstance(found, list):
            raise self.wrong(key, "a list")
        return tuple(str(value) for value in found)

    def wrong(self, key: str, expected: str) -> OpsError:
        found = self.values.get(key)
        shown = "nothing" if found is None else repr(found)
        return OpsError(
            f"{self.place}: {key}: found {shown}, expected {expected}"
        )


def expect_known(place: str, found: Iterable[str], known: list[str]) -> None:
    """Names an unknown key and the nearest known one."""
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1, 0.0)
            raise OpsError(
                f"{place}: unknown key '{key}', the nearest is '{near[0]}'"
            )


def settings_of(place: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Words of `--set`, each `key=value` with a key the program knows."""
    for word in words:
        key, equals, _ = word.partition("=")
        if not equals:
            raise OpsError(f"{place}: found '{word}', expected key=value")
        expect_known(place, [key], known_settings())
    return words


def known_settings() -> list[str]:
    """Every parameter of the program as `section.field`."""
    return list(pipeline.flatten_params(pipeline.defaults()))


def load_variants(place: str, values: Any) -> tuple[Variant, ...]:
    """The variants written out in a file."""
    if not isinstance(values, list) or not values:
        raise OpsError(f"{place}: found {values!r}, expected a list")
    found = []
    for number, value in enumerate(values, 1):
        here = f"{place}: variant {number}"
        section = Section(here, value, ("name", "name_ru", "set"))
        words = settings_of(here, section.texts("set"))
        if not words:
            raise section.wrong("set", "a list of key=value")
        names = (section.text("name"), section.text("name_ru"))
        found.append(Variant(*names, words))
    if len({variant.name for variant in found}) != len(found):
        raise OpsError(f"{place}: two variants have the same name")
    return tuple(found)


def each_of(registries: Any, registry: str, *, on: bool) -> list[Variant]:
    """A variant for each row of a registry that is on, without it, or for
    each that is off, with it."""
    section = REGISTRIES[registry]
    said, said_ru = ("without", "без") if on else ("with", "с")
    return [
        Variant(
            f"{said} {row['name']}",
            f"{said_ru} {row['name']}",
            (f"{section}.{row['name']}.enabled={str(not on).lower()}",),
        )
        for row in registries[registry]
        if row["on"] == on
    ]


def load_rule(place: str, values: Any) -> Rule:
    keys = ("metric", "claim", "needs", "margin")
    section = Section(f"{place}: rule", values, keys)
    return Rule(
        section.word("metric", READINGS, "a"),
        section.word("claim", CLAIMS),
        section.word("needs", NEEDS, "any"),
        section.number("margin", 0.0),
    )


def load_logs(
    section: Section, real: Iterable[str]
) -> tuple[str, tuple[str, ...]]:
    """A source, or the real logs that are named in a list."""
    if not isinstance(section.values.get("logs"), list):
        return section.word("logs", SOURCES), ()
    only = section.texts("logs")
    expect_known(f"{section.place}: logs", only, list(real))
    if not only:
        raise section.wrong("logs", "names of real logs")
    return "real", only


def load(path: Path, registries: Any, real: Iterable[str] = ()) -> Hypothesis:
    """One hypothesis; anything unexpected is one line with the place."""
    keys = ("statement", "statement_ru", "logs", "base", "rule")
    section = Section(str(path), load_yaml(path), (*keys, "variants", "each"))
    rule = load_rule(str(path), section.values.get("rule"))
    if ("variants" in section.values) == ("each" in section.values):
        raise OpsError(f"{path}: expected one of 'variants' and 'each'")
    if "each" in section.values:
        # A claim of a loss is about what is on, one of a gain what is off.
        on = rule.claim == "lower"
        registry = section.word("each", REGISTRIES)
        variants = tuple(each_of(registries, registry, on=on))
    else:
        variants = load_variants(str(path), section.values["variants"])
    logs, only = load_logs(section, real)
    return Hypothesis(
        path.stem,
        section.text("statement"),
        section.text("statement_ru"),
        logs,
        settings_of(f"{path}: base", section.texts("base")),
        variants,
        rule,
        only,
    )


def load_all(folder: Path = FOLDER) -> list[Hypothesis]:
    """Every hypothesis, in the order of the files' names."""
    registries = built().answer("features")
    paths = sorted(folder.glob("*.yaml"))
    real = load_development().real if paths else {}
    found = [load(path, registries, real) for path in paths]
    if not found:
        raise OpsError(f"{folder}: no *.yaml, expected hypotheses")
    return found


def load_development(path: Path = DEVELOPMENT) -> Development:
    """The development logs and cuts."""
    section = Section(str(path), load_yaml(path), SOURCES)
    real = section.values.get("real")
    if not isinstance(real, dict):
        raise section.wrong("real", "folders of logs with their cuts")
    logs = {}
    for name, values in real.items():
        log = Section(f"{path}: real.{name}", values, ("cuts", "unseen"))
        logs[str(name)] = Cuts(log.texts("cuts"), log.text("unseen"))
    shop = Section(
        f"{path}: simulated",
        section.values.get("simulated"),
        ("scale", "seed", "cuts", "unseen"),
    )
    return Development(
        logs,
        shop.number("scale"),
        int(shop.number("seed")),
        Cuts(shop.texts("cuts"), shop.text("unseen")),
    )
