"""The stage `report`: reports/report.html, one self-contained page a run.

Metrics beside the baselines, plots, data quality, examples of who was chosen
and why, and what came of the comparison with the champion. Nothing in it is
fetched; every id of the shop is escaped.
"""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from vitrina_ops import pipeline
from vitrina_ops.errors import run_main
from vitrina_ops.files import read_json, write_text
from vitrina_ops.pipeline import Pipeline, run_program

OUT = Path("reports/report.html")
TEMPLATE = "report.html.j2"
READINGS = ("recall_a", "recall_b", "recall_c", "precision")
# Places of the answer that are shown, and products of each.
PLACES = (1, 2, 10, 100, 1000, 3000)
PRODUCTS = 5


def count(value: float) -> str:
    return f"{round(value):,}".replace(",", "\u202f")


def share(value: float | None, digits: int = 4) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def signed(value: float) -> str:
    return f"{value:+.4f}"


def why_of() -> dict[str, str]:
    """What each generator proposes, in its own words."""
    found = json.loads(run_program("features", "--quiet"))
    return {row["name"]: row["summary"] for row in found["generators"]}


def customers_of(path: Path, why: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Customers at PLACES of the answer with their first products."""
    table = pq.read_table(path)
    starts = pc.indices_nonzero(pc.equal(table["rank"], 1)).to_pylist()
    for place in PLACES:
        if place > len(starts):
            return
        rows = table.slice(starts[place - 1], PRODUCTS).to_pylist()
        mine = [r for r in rows if r["user_id"] == rows[0]["user_id"]]
        for row in mine:
            row["why"] = why.get(row["source"], row["source"])
        kept = ("user_id", "expected_recall", "p_buy")
        yield {
            "place": place,
            **{key: mine[0].get(key) for key in kept},
            "products": mine,
        }


def answers_of(metrics: Any) -> Iterator[dict[str, Any]]:
    """Vitrina and the baselines, with how far Vitrina is ahead."""
    yield {"name": "Vitrina", "result": metrics["valid"], "ahead": None}
    for name, values in metrics["baselines"].items():
        ahead = metrics["ahead_of"][name]
        shown = name.replace("_", " ")
        yield {"name": shown, "result": values, "ahead": ahead}


def spoken(entries: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (name.replace("_", " "), value)
        for name, value in entries.items()
        if isinstance(value, int)
    ]


def figures_of(folder: Path) -> list[tuple[str, str]]:
    """Names and base64 of the pictures."""
    return [
        (
            path.stem.replace("_", " "),
            base64.b64encode(path.read_bytes()).decode("ascii"),
        )
        for path in sorted(folder.glob("*.png"))
    ]


def content_of(present: Pipeline, tracked: Any) -> dict[str, Any]:
    """Everything the page says."""
    why = why_of()
    reports = present.reports
    ingest, metrics = reports["ingest"], reports["evaluate"]
    answer = reports["recommend"]
    folder = Path(present.source["data_dir"])
    by_source = answer["pairs_by_source"].items()
    return {
        "data": "A simulated shop" if present.is_simulated else folder.name,
        "simulated": present.is_simulated,
        "build": present.build_id,
        "bundle": present.bundle,
        "answer": answer,
        "valid": metrics["valid"],
        "reason": metrics.get("reason", ""),
        "readings": READINGS,
        "answers": list(answers_of(metrics)) if metrics["valid"] else [],
        "tracked": tracked,
        "figures": figures_of(pipeline.FIGURES),
        "customers": list(customers_of(pipeline.RECOMMENDATIONS, why)),
        "reasons": sorted(
            ((why.get(name, name), pairs) for name, pairs in by_source),
            key=lambda row: -int(row[1]),
        ),
        "read": spoken(ingest),
        "bad_rows": spoken(ingest["bad_rows"]),
        "costs": list(present.timings().items()),
    }


def render(content: dict[str, Any]) -> str:
    """The page as text."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(count=count, share=share, signed=signed)
    return environment.get_template(TEMPLATE).render(content)


def main() -> None:
    present = pipeline.load_pipeline()
    tracked = read_json(pipeline.RUN_REPORT)
    write_text(OUT, render(content_of(present, tracked)))


if __name__ == "__main__":
    sys.exit(run_main("report", main))
