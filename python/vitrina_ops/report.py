"""The stage `report`: reports/report.html, one self-contained page a run.

Metrics beside the baselines, plots, data quality, examples of who was chosen
and why, and what came of the comparison with the champion, in English and in
Russian. Nothing in it is fetched; every id of the shop is escaped.
"""

import base64
import csv
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vitrina_ops import pipeline, plots
from vitrina_ops.errors import run_main
from vitrina_ops.files import read_json, write_text
from vitrina_ops.language import LANGUAGES
from vitrina_ops.pipeline import Pipeline
from vitrina_ops.program import built
from vitrina_ops.reasons import in_russian
from vitrina_ops.report_words import Words

OUT = Path("reports/report.html")
PAGE, BODY = "report.html.j2", "report_body.html.j2"
READINGS = ("recall_a", "recall_b", "recall_c", "precision")
# Places of the answer that are shown, and products of each.
PLACES = (1, 2, 10, 100, 1000, 3000)
PRODUCTS = 5


def why_of() -> dict[str, str]:
    """What each generator proposes, in its own words."""
    found = built().answer("features")
    return {row["name"]: row["summary"] for row in found["generators"]}


def customers_of(path: Path) -> Iterator[dict[str, Any]]:
    """Customers at PLACES of the answer with their first products."""
    table = pq.read_table(path)
    starts = pc.indices_nonzero(pc.equal(table["rank"], 1)).to_pylist()
    for place in PLACES:
        if place > len(starts):
            return
        rows = table.slice(starts[place - 1], PRODUCTS).to_pylist()
        mine = [r for r in rows if r["user_id"] == rows[0]["user_id"]]
        kept = ("user_id", "expected_recall", "p_buy")
        yield {
            "place": place,
            **{key: mine[0].get(key) for key in kept},
            "products": mine,
        }


def catalog_of(present: Pipeline, products: set[str]) -> dict[str, Any]:
    """What the catalog in the shop's folder says about the products, and
    the name of its file; None where there is none."""
    words = ["--data", present.source["data_dir"]]
    if schema := present.params["ingest"].get("schema"):
        words += ["--schema", schema]
    with tempfile.TemporaryDirectory() as folder:
        ids = Path(folder) / "products.txt"
        with ids.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerows(
                [[column] for column in ["product_id", *sorted(products)]]
            )
        return without_codes(
            built().answer("catalog", "--products", ids, *words)
        )


def without_codes(catalog: dict[str, Any]) -> dict[str, Any]:
    """The same without titles that are numbers in the place of words, as
    the case's are; `coded_titles` says whether there were any."""
    rows = catalog["products"].values()
    coded = [
        row
        for row in rows
        if row["title"] and not re.search(r"[^\W\d_]", row["title"])
    ]
    for row in coded:
        row["title"] = None
    return {**catalog, "coded_titles": bool(coded)}


def answers_of(metrics: Any) -> Iterator[dict[str, Any]]:
    """Vitrina and the baselines, with how far Vitrina is ahead."""
    yield {"name": "Vitrina", "result": metrics["valid"], "ahead": None}
    for name, values in metrics["baselines"].items():
        ahead = metrics["ahead_of"][name]
        yield {"name": name, "result": values, "ahead": ahead}


def numbers_of(entries: dict[str, Any]) -> list[tuple[str, int]]:
    return [
        (name, value)
        for name, value in entries.items()
        if isinstance(value, int)
    ]


def figures_of(folder: Path, language: str) -> list[tuple[str, str]]:
    """Names and base64 of the pictures in a language."""
    ours = plots.SUFFIXES[language]
    return [
        (
            name,
            base64.b64encode((folder / f"{name}{ours}").read_bytes()).decode(),
        )
        for name in plots.FIGURES
        if (folder / f"{name}{ours}").exists()
    ]


def content_of(present: Pipeline, tracked: Any) -> dict[str, Any]:
    """Everything the page says, in no language yet."""
    reports = present.reports
    ingest, metrics = reports["ingest"], reports["evaluate"]
    answer = reports["recommend"]
    customers = list(customers_of(pipeline.RECOMMENDATIONS))
    shown = {
        product["product_id"]
        for customer in customers
        for product in customer["products"]
    }
    valid = metrics["valid"]
    return {
        "data": Path(present.source["data_dir"]).name,
        "simulated": present.is_simulated,
        "build": present.build_id,
        "bundle": present.bundle,
        "as_of_given": bool(present.params["ingest"].get("as_of")),
        "answer": answer,
        "judged": reports["train"],
        "valid": valid,
        "reason": metrics.get("reason", ""),
        "readings": READINGS,
        "answers": list(answers_of(metrics)) if valid else [],
        "tracked": tracked,
        "tracked_ru": in_russian(tracked["reason"]),
        "customers": customers,
        "catalog": catalog_of(present, shown),
        "why": why_of(),
        "reasons": sorted(
            answer["pairs_by_source"].items(), key=lambda row: -int(row[1])
        ),
        "read": numbers_of(ingest),
        "bad_rows": numbers_of(ingest["bad_rows"]),
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
    body = environment.get_template(BODY)
    bodies = {}
    for language in LANGUAGES:
        words = Words(language)
        figures = figures_of(pipeline.FIGURES, language)
        text = body.render(
            content, words=words, say=words.say, figures=figures
        )
        bodies[language] = Markup(text)  # escaped when it was rendered
    page = environment.get_template(PAGE)
    return page.render(bodies=bodies, bundle=content["bundle"])


def main() -> None:
    present = pipeline.load_pipeline()
    tracked = read_json(pipeline.RUN_REPORT)
    write_text(OUT, render(content_of(present, tracked)))


if __name__ == "__main__":
    sys.exit(run_main("report", main))
