"""The report page: self-contained, escaped, with reasons."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_track import sample
from vitrina_ops import pipeline, report, track

WHY = {"own_history": "what the user touched"}
BAD = "<script>alert(1)</script>"
READING = {
    f"{key}{edge}": 0.5
    for key in report.READINGS
    for edge in ("", "_low", "_high")
}


def answer(tmp_path: Path, users: int) -> Path:
    rows = [
        {
            "user_id": f"u{user}",
            "rank": rank,
            "product_id": BAD,
            "score": 0.25,
            "expected_recall": 0.5,
            "p_buy": None if user else 0.75,
            "source": "own_history" if rank == 1 else "popular",
        }
        for user in range(users)
        for rank in (1, 2, 3)
    ]
    path = tmp_path / "recommendations.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_customers_come_from_their_places(tmp_path: Path) -> None:
    found = list(report.customers_of(answer(tmp_path, 12), WHY))
    assert [row["place"] for row in found] == [1, 2, 10]
    assert [row["user_id"] for row in found] == ["u0", "u1", "u9"]
    assert [p["why"] for p in found[0]["products"]] == [
        "what the user touched",
        "popular",
        "popular",
    ]


def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metrics: Any) -> str:
    figures = tmp_path / "figures"
    figures.mkdir()
    (figures / "recall_by_k.png").write_bytes(b"picture")
    monkeypatch.setattr(report, "why_of", lambda: WHY)
    monkeypatch.setattr(pipeline, "FIGURES", figures)
    monkeypatch.setattr(pipeline, "TIMINGS", tmp_path)
    monkeypatch.setattr(pipeline, "RECOMMENDATIONS", answer(tmp_path, 2))
    chosen = {
        "as_of": "2024-01-22",
        "users": 2,
        "k": 3,
        "expected_buyers": 1.5,
        "expected_buyers_is_lower_bound": True,
        "pairs_by_source": {"own_history": 2, "popular": 4},
    }
    reports = {
        **sample().reports,
        "evaluate": metrics,
        "recommend": chosen,
    }
    tracked = {
        "version": 2,
        "model": "vitrina",
        "alias": "challenger",
        "reason": "reading A +0.1 against version 1",
        "run_id": "r",
    }
    return report.render(report.content_of(sample(reports=reports), tracked))


def test_the_page_needs_nothing_and_escapes_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valid = {
        **READING,
        "recall_a": 0.1234,
        "buyers": 4,
        "buyers_sent": 3,
        "cut": "a",
        "to": "b",
    }
    baseline = {"organisers": READING}
    metrics = {"valid": valid, "baselines": baseline, "ahead_of": baseline}
    text = page(tmp_path, monkeypatch, metrics)
    assert BAD not in text and "&lt;script&gt;" in text
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!data:)", text)
    assert "<script" not in text and "url(" not in text
    assert "0.1234" in text and "+0.5000 [+0.5000, +0.5000]" in text
    assert "data:image/png;base64,cGljdHVyZQ==" in text
    assert "challenger</b>: reading A +0.1 against version 1" in text


def test_a_short_log_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = {"valid": None, "reason": "the log is too short"}
    text = page(tmp_path, monkeypatch, metrics)
    assert "the log is too short" in text


def test_lift_is_against_the_average() -> None:
    rows = [{"attained": "0.1"}, {"attained": "0.3"}]
    found = track.lift_rows(rows)
    assert [float(row["lift"]) for row in found] == pytest.approx([1.5, 0.5])
    assert track.lift_rows([{"attained": "0"}]) == []
