"""What a person reads of a run in MLflow: names, descriptions, tags.

The readings come first, with their intervals; what else was logged is found
below them.
"""

from typing import Any

from vitrina_ops import store
from vitrina_ops.pipeline import Pipeline

READINGS = ("a", "b", "c")


def moment(time: str) -> str:
    """A time of a report without seconds."""
    return time[:16].replace("T", " ")


def interval(values: dict[str, Any], name: str) -> str:
    """A reading with its interval, or a dash where nobody is judged."""
    if values.get(name) is None:
        return "–"
    text = f"{values[name]:.4f}"
    if values.get(f"{name}_low") is None:
        return text
    return (
        f"{text} [{values[f'{name}_low']:.4f}, {values[f'{name}_high']:.4f}]"
    )


def run_name(present: Pipeline, experiment: str = "") -> str:
    """Which shop, its day, and what was run; the UI shows the beginning."""
    day = present.data_end[:10]
    what = f"experiment {experiment}" if experiment else present.bundle[:8]
    return f"{present.shop} {day} {what}"


def key_metrics(present: Pipeline) -> dict[str, float]:
    """The readings with their intervals: what a version is judged by. In
    capitals, so that they stand above the hundreds of other metrics."""
    if present.valid is None:
        return {}
    found = {
        f"{reading.upper()}_recall{edge}": present.valid.get(
            f"recall_{reading}{edge}"
        )
        for reading in READINGS
        for edge in ("", "_low", "_high")
    }
    return {name: float(v) for name, v in found.items() if v is not None}


def readings_table(present: Pipeline) -> str:
    """Vitrina and the baselines, as Markdown."""
    metrics = present.reports["evaluate"]
    if present.valid is None:
        reason = metrics.get("reason", "the log is too short")
        return f"No valid fold: {reason}."
    lines = [
        f"Buyers of {moment(present.valid['cut'])} to "
        f"{moment(present.valid['to'])}: {present.valid['buyers']}.",
        "",
        "| answer | reading A | B | C |",
        "| --- | --- | --- | --- |",
    ]
    answers = {"Vitrina": present.valid, **metrics.get("baselines", {})}
    for name, values in answers.items():
        cells = " | ".join(
            interval(values, f"recall_{reading}") for reading in READINGS
        )
        lines.append(f"| {name.replace('_', ' ')} | {cells} |")
    return "\n".join(lines)


def about_data(present: Pipeline) -> str:
    """The shop and what was read of it."""
    ingest = present.reports["ingest"]
    kind = "shop (simulated)" if present.is_simulated else "shop"
    counts = ", ".join(
        f"{ingest[name]:,} {name}"
        for name in ("events", "users", "products")
        if name in ingest
    )
    return (
        f"The {kind} **{present.shop}**, {moment(ingest['begin'])} to "
        f"{moment(ingest['end'])}: {counts}."
    )


def run_note(
    present: Pipeline, verdict: str = "", experiment: str = ""
) -> str:
    """The run's description, as Markdown."""
    parts = [about_data(present), readings_table(present)]
    if experiment:
        parts.append(
            f"DVC experiment `{experiment}`: not registered. To keep it: "
            f"`dvc exp apply {experiment}`, then `make run` "
            "with the same DATA= or SCALE=."
        )
    if verdict:
        parts.append(verdict)
    return "\n\n".join(parts)


def version_note(present: Pipeline, alias: str, reason: str) -> str:
    """The description of a registered version."""
    return run_note(
        present,
        f"Registered as {alias}: {reason}. Bundle `{present.bundle}`, build "
        f"`{present.build_id}`.",
    )


def model_note(present: Pipeline) -> str:
    """The description of a shop's registered model."""
    model = store.model_of(present.shop)
    return (
        f"Who will buy in the shop **{present.shop}** in the next days, and "
        "what. A version a run of the pipeline; `champion` is the one to "
        "answer with, `challenger` the newest that did not take its place.\n\n"
        f"`make fetch SHOP={present.shop}` brings the champion's bundle; from "
        f'Python: `mlflow.pyfunc.load_model("models:/{model}@champion")`.'
    )


def version_tags(present: Pipeline) -> dict[str, str]:
    """What tells versions apart in the registry's table."""
    found = {
        store.TAG_SHOP: present.shop,
        store.TAG_DATA_END: present.data_end,
        store.TAG_BUNDLE: present.bundle,
    }
    if present.valid is not None:
        for reading in READINGS:
            text = interval(present.valid, f"recall_{reading}")
            found[f"reading_{reading}"] = text
    return found
