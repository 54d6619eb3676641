"""docs/experiments.md from what was measured."""

from collections.abc import Iterator, Mapping
from typing import Any

HEAD = """\
# Experiments
Written by `make experiments` from the files of `experiments/`; do not edit.

Every variant answers at earlier cuts as if it were that day and is held \
against the base on the same customers. Figures are differences, variant \
minus base, of reading A (mean recall over all buyers of the next {days:g} \
days), B (buyers among the sent) and C (buyers with a hit). The intervals are \
95%, paired bootstrap, {draws} draws; what is drawn is customers with all \
their cuts. At 10% the first tenth of the customers known at a cut is named. \
A rule in each file turns intervals into a verdict: accepted when \
the claim is borne out on one log and contradicted on none (on all of them \
where it is that nothing is lost), rejected the other way round, else \
undecided. A variant has one verdict over all its logs together, told in its \
first row: a log whose interval crosses 0 may stand under an accepted one.

**{variants} variants in {comparisons} comparisons were tried.** At 95% about \
one comparison in forty falls on either side by chance alone; a single \
accepted variant among many is a hint and no proof.
"""


def interval(value: Mapping[str, float | None]) -> str:
    """A difference with its interval; a reading over nobody has none."""
    if None in value.values():
        return "–"
    return f"{value['value']:+.4f} [{value['low']:+.4f}, {value['high']:+.4f}]"


def cell_of(text: str) -> str:
    """A text in a cell: a bar of its own would end the cell."""
    return text.replace("|", "\\|")


def tenth_of(measure: Mapping[str, Any]) -> str:
    """Reading A where a tenth is named; older measurements do not have it."""
    found = measure.get("tenth")
    return interval(found["difference"]) if found else "–"


def seeds_of(report: Mapping[str, Any]) -> str:
    seeds = report.get("seeds") or [report["seed"]]
    name = "seed" if len(seeds) == 1 else "seeds"
    return f"{name} {', '.join(map(str, seeds))}"


def logs_table(report: dict[str, Any]) -> Iterator[str]:
    yield "\n| log | | cuts | digest |"
    yield "| --- | --- | --- | --- |"
    for name, log in report["logs"].items():
        kind = "simulated shop" if log["simulated"] else "real"
        cuts = ", ".join(log["cuts"])
        yield f"| {name} | {kind} | {cuts} | `{log['digest'][:16]}` |"


def verdicts_table(report: dict[str, Any]) -> Iterator[str]:
    yield "\n## Verdicts\n"
    yield "| hypothesis | statement | verdict |"
    yield "| --- | --- | --- |"
    for entry in report["hypotheses"]:
        anchor = f"[{entry['name']}](#{entry['name']})"
        statement = cell_of(entry["statement"])
        yield f"| {anchor} | {statement} | {entry['verdict']} |"


def rule_of(entry: dict[str, Any]) -> str:
    rule = entry["rule"]
    claim = (
        f"reading {rule['metric'].upper()} of "
        f"{'a' if rule['needs'] == 'any' else 'every'} variant is "
        f"{rule['claim']} than the base's"
    )
    if rule["margin"] > 0:
        claim += f" by more than {rule['margin']:g}"
    elif rule["margin"] < 0:
        claim += f", or worse by less than {-rule['margin']:g}"
    base = ", ".join(f"`{word}`" for word in entry["base"])
    found = f"Base: {base or 'params.yaml'}. Build `{entry['build']}`."
    return f"Claim: {claim}. {found}"


def hypothesis_table(entry: dict[str, Any]) -> Iterator[str]:
    yield f"\n## {entry['name']}\n"
    yield f"{entry['statement']} {rule_of(entry)} **{entry['verdict']}**\n"
    head = "| variant | log | A | from the base | at 10% | B | C |"
    yield f"{head} verdict of the variant, all its logs together |"
    yield "| --- | --- | --: | --- | --- | --- | --- | --- |"
    for variant in entry["variants"]:
        verdict = variant["verdict"]
        for log, measure in variant["logs"].items():
            a, b, c = (interval(measure["difference"][key]) for key in "abc")
            cells = [
                cell_of(variant["name"]),
                log,
                f"{measure['readings']['a']['value']:.4f}",
                *(a, tenth_of(measure), b, c),
                verdict,
            ]
            yield f"| {' | '.join(cells)} |"
            verdict = ""
        if not variant["logs"]:
            name = cell_of(variant["name"])
            yield f"| {name} | – | – | – | – | – | – | {verdict} |"


def page_of(report: dict[str, Any]) -> str:
    """The whole page."""
    lines = [
        HEAD.format(
            days=report["horizon_days"],
            draws=report["draws"],
            variants=report["variants_tried"],
            comparisons=report["comparisons"],
        ),
        "Each hypothesis names the build that it was asked of; "
        f"{seeds_of(report)}.",
        *logs_table(report),
        *verdicts_table(report),
    ]
    for entry in report["hypotheses"]:
        lines += hypothesis_table(entry)
    return "\n".join(lines) + "\n"
