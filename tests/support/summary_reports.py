"""The reports of a finished pipeline, made up, for `vitrina summary`."""

import json
from pathlib import Path
from typing import Any


def model(trees: int, pairs: int) -> dict[str, Any]:
    return {
        "windows": 2,
        "bought_pairs": pairs,
        "trees": trees,
        "columns": 204,
        "gain": [],
    }


def metrics(recall: float | None) -> dict[str, Any]:
    keys = ("recall_a", "recall_b", "recall_c", "precision")
    values = {f"{k}{e}": recall for k in keys for e in ("", "_low", "_high")}
    fold = {
        "buyers": 1234,
        "sent": 300,
        "buyers_sent": 27,
        "cut": "2024-01-18T23:59:59.000001",
        "to": "2024-01-21T23:59:59.000001",
    }
    return {
        "valid": {**values, **fold},
        "baselines": {"own_history": values, "popularity": values},
    }


ANSWER = {
    "as_of": "2024-01-21T23:59:59.000001",
    "users": 300,
    "k": 25,
    "users_with_fewer_than_k": 0,
    "expected_buyers": 34.84,
    "expected_buyers_is_lower_bound": False,
    "bundle": "abc",
}
INGEST = {
    "events": 84252,
    "users": 814,
    "products": 3410,
    "begin": "2024-01-01T00:00:12",
    "end": "2024-01-21T23:59:59",
    "bad_rows": {"junk_user": 0, "duplicate": 1200},
    "simulation": {"simulator_version": 3, "scale": 0.02},
}


def write_reports(
    folder: Path,
    evaluate: dict[str, Any] | None = None,
    answer: dict[str, Any] | None = None,
) -> None:
    """The reports of a pipeline whose judged model has no trees."""
    split = {"label_days": 3.0, "train": [{}, {}, {}], "valid": {}}
    for name, report in {
        "reports/ingest.json": INGEST,
        "data/processed/split.json": split,
        "reports/train.json": model(0, 12),
        "reports/refit.json": model(10, 51),
        "reports/metrics.json": evaluate or metrics(0.78258),
        "reports/recommend.json": {**ANSWER, **(answer or {})},
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report))


def said(result: Any) -> dict[str, str]:
    """The values of a summary by label."""
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    return {line[:14].strip(): line[14:] for line in lines}
