"""The report page: self-contained, escaped, with reasons."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_track import sample
from vitrina_ops import pipeline, report, report_words, track

WHY = {"own_history": "what the user touched"}
SHORT = "the log is too short for a valid fold: nothing was judged"
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
    found = list(report.customers_of(answer(tmp_path, 12)))
    assert [row["place"] for row in found] == [1, 2, 10]
    assert [row["user_id"] for row in found] == ["u0", "u1", "u9"]
    assert [p["source"] for p in found[0]["products"]] == [
        "own_history",
        "popular",
        "popular",
    ]


def page(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    metrics: Any,
    catalog: Any = None,
    **logged: Any,
) -> str:
    figures = tmp_path / "figures"
    figures.mkdir()
    (figures / "recall_by_k.png").write_bytes(b"picture")
    (figures / "recall_by_k.ru.png").write_bytes(b"in Russian")
    shown = report.without_codes(catalog or {"file": None, "products": {}})
    monkeypatch.setattr(report, "catalog_of", lambda *_: shown)
    monkeypatch.setattr(report, "why_of", lambda: WHY)
    monkeypatch.setattr(pipeline, "FIGURES", figures)
    monkeypatch.setattr(pipeline, "TIMINGS", tmp_path)
    monkeypatch.setattr(pipeline, "RECOMMENDATIONS", answer(tmp_path, 2))
    chosen = {
        "as_of": "2024-01-21T23:59:59.000001",
        "users": 2,
        "k": 3,
        "expected_buyers": 1.5,
        "expected_buyers_is_lower_bound": True,
        "pairs_by_source": {"own_history": 2, "popular": 4},
    }
    reports = {
        **sample().reports,
        "train": {"trees": 0, "bought_pairs": 12},
        "evaluate": metrics,
        "recommend": chosen,
    }
    tracked = {
        "version": 2,
        "model": "vitrina",
        "alias": "challenger",
        "reason": "reading A +0.1 against version 1",
        "run_id": "r",
        **logged,
    }
    return report.render(report.content_of(sample(reports=reports), tracked))


def judged(recall: float | None) -> dict[str, Any]:
    """The metrics of a valid fold."""
    reading = dict.fromkeys(READING, recall)
    fold = {"buyers": 1234, "buyers_sent": 3, "cut": "2024-01-18", "to": "b"}
    baseline = {"organisers": reading}
    return {
        "valid": {**reading, **fold},
        "baselines": baseline,
        "ahead_of": baseline,
    }


def in_language(text: str, language: str) -> str:
    """What the page shows in a language."""
    start = text.index(f'<div class="body" lang="{language}">')
    return text[start : text.index("</footer>", start)]


def test_the_page_needs_nothing_and_escapes_ids(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = {
        "file": "catalog.pq",
        "products": {BAD: {"title": BAD + "!", "price": 1299.5}},
    }
    text = page(tmp_path, monkeypatch, judged(0.1234), catalog)
    assert BAD not in text and text.count("&lt;script&gt;") > 4
    assert not re.search(r"(src|href)\s*=\s*[\"'](?!data:)", text)
    assert text.count("<script") == 1 and "url(" not in text
    for needless in ("localStorage", "cookie", "fetch(", "XMLHttp"):
        assert needless not in text
    assert "challenger</b>: reading A +0.1 against version 1" in text


def test_an_experiment_is_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "DVC experiment puffy-lamb"
    logged = {"version": "", "alias": "", "reason": reason}
    text = page(tmp_path, monkeypatch, judged(0.1234), None, **logged)
    english = in_language(text, "en")
    assert f"No model was registered: {reason}. MLflow run" in english
    assert "became" not in english and "The run is kept" not in english


def test_each_language_has_its_numbers_dates_and_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = {
        "file": "catalog.pq",
        "products": {BAD: {"title": "Lamp", "price": 1299.5}},
    }
    text = page(tmp_path, monkeypatch, judged(0.1234), catalog)
    english, russian = (in_language(text, name) for name in ("en", "ru"))
    assert not re.search("[а-яё]", english, re.I)
    for said in (
        "+0.1234 [+0.1234, +0.1234]",
        "2024-01-22 00:00:00",
        "<b>1,234</b>",
        "1,299.50",
        "0 trees from 12 bought pairs",
        "data:image/png;base64,cGljdHVyZQ==",
    ):
        assert said in english
    for said in (
        "+0,1234 [+0,1234; +0,1234]",
        "22.01.2024 00:00:00",
        "<b>1\u202f234</b>",
        "1\u202f299,50",
        "деревьев 0, купленных пар 12",
        "data:image/png;base64,aW4gUnVzc2lhbg==",
    ):
        assert said in russian
    assert "23:59:59" not in text and ".000001" not in text
    assert "Lamp" in english and "Lamp" in russian


def test_titles_that_are_numbers_are_not_shown() -> None:
    rows = {"a": {"title": "5165 37080"}, "b": {"title": "Лампа 3000"}}
    found = report.without_codes({"file": "c.pq", "products": rows})
    titles = [row["title"] for row in found["products"].values()]
    assert found["coded_titles"] and titles == [None, "Лампа 3000"]


def test_nobody_to_judge_is_a_dash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page(tmp_path, monkeypatch, judged(None))
    assert "<b>–</b>" in text and "nan" not in text and "None" not in text
    assert "has no catalog" in text


def test_every_generator_has_a_reason_in_russian() -> None:
    assert report.why_of().keys() == report_words.GENERATORS.keys()


def test_a_short_log_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = {"valid": None, "reason": SHORT}
    text = page(tmp_path, monkeypatch, metrics)
    assert "The log is too short for a valid fold" in in_language(text, "en")
    assert "Лог слишком короткий" in in_language(text, "ru")


def test_lift_is_against_the_average() -> None:
    rows = [{"achieved": "0.1"}, {"achieved": "0.3"}]
    found = track.lift_rows(rows)
    assert [float(row["lift"]) for row in found] == pytest.approx([1.5, 0.5])
    assert track.lift_rows([{"achieved": "0"}]) == []
