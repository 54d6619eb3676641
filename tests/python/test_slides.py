"""The slides say what was measured, in both languages, and nothing else."""

import json
import shutil
from pathlib import Path
from typing import Any

import collect_real_logs
import pandas as pd
import pytest
import simulated_shop
import yaml
from vitrina_ops.errors import OpsError
from vitrina_ops.files import read_json
from vitrina_slides import deck as slides
from vitrina_slides import derived
from vitrina_slides import facts as slide_facts
from vitrina_slides import plots as slide_plots
from vitrina_slides import tables as slide_tables

ROOT = Path(__file__).resolve().parents[2]
MEASURED = ROOT / "docs" / "measured"
FACTS: dict[str, Any] = {"log": {"rows": 12345, "share": 0.123, "name": "x"}}


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(
    ("text", "lang", "expected"),
    [
        ("{log.rows:int} rows", "en", "12\u202f345 rows"),
        ("{log.share:r4}", "en", "0.1230"),
        ("{log.share:r4}", "ru", "0,1230"),
        ("{log.share:pct0} of {log.name}", "ru", "12% of x"),
    ],
)
def test_numbers_come_from_paths(text: str, lang: str, expected: str) -> None:
    assert slide_facts.resolve([text], FACTS, lang) == [expected]


def test_an_interval_is_written_in_the_language() -> None:
    facts = {"d": {"value": -0.5, "low": -0.75, "high": 0.25}}
    shown = {
        lang: slide_facts.resolve("{d:interval}", facts, lang)
        for lang in ("en", "ru")
    }
    assert shown["en"] == "\u22120.5000 [\u22120.7500, +0.2500]"
    assert shown["ru"] == "\u22120,5000 [\u22120,7500; +0,2500]"


@pytest.mark.parametrize("text", ["{log.users:int}", "{log.rows.more}"])
def test_what_was_not_measured_stops_the_build(text: str) -> None:
    with pytest.raises(OpsError, match="is not measured"):
        slide_facts.resolve({"a": text}, FACTS, "en")


def test_a_number_typed_by_hand_is_found() -> None:
    assert slides.typed_numbers("title: 3000 customers") == ["3000"]
    good = "title: C++20 and {params.choose.max_users:int}\n    side: 8.4\n"
    assert slides.typed_numbers(good) == []
    assert slides.typed_numbers("  command: make tune RECORD=1") == []
    for lang in slides.LANGUAGES:
        deck = Path(f"slides/deck.{lang}.yaml").read_text(encoding="utf-8")
        assert slides.typed_numbers(deck) == []


def decks() -> dict[str, Any]:
    return {
        lang: yaml.safe_load(Path(f"slides/deck.{lang}.yaml").read_text())
        for lang in slides.LANGUAGES
    }


def shape(slide: Any) -> Any:
    """What two languages of a slide must agree in."""
    places = slide_facts.PLACEHOLDER.findall(
        json.dumps({k: v for k, v in slide.items() if k != "source"})
    )
    same = ("id", "layout", "image", "table", "needs", "holds")
    return [slide.get(key) for key in same], sorted(places)


def test_both_languages_say_the_same() -> None:
    found = decks()
    ru, en = (found[lang]["slides"] for lang in ("ru", "en"))
    assert [shape(slide) for slide in ru] == [shape(slide) for slide in en]
    assert 15 <= len(en) <= 24
    removed = [found[lang]["words"]["removed"] for lang in ("ru", "en")]
    assert len(removed[0]) == len(removed[1])
    assert found["ru"]["words"].keys() == found["en"]["words"].keys()


def test_an_absent_measurement_is_said_so_plainly() -> None:
    for deck in decks().values():
        for slide in deck["slides"]:
            if "needs" not in slide:
                continue
            there = slides.chosen(slide, {slide["needs"]: {}})
            assert there is slide
            absent = slides.chosen(slide, {})
            assert absent["layout"] == "missing"
            assert f"{slide['needs']}.json" in absent["what"]


def test_a_title_that_does_not_hold_stops_the_build(tmp_path: Path) -> None:
    slide = {"id": "x", "title": "Ahead", "layout": "plot", "holds": "ahead"}
    with pytest.raises(OpsError, match="'Ahead' does not hold"):
        slides.finished(
            slide, {"claims": {"ahead": False}}, {}, "en", tmp_path
        )


def test_a_missing_file_names_its_maker(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="real_logs.json is missing; run"):
        slide_facts.measured(tmp_path)


def test_builds_are_told_in_short_and_once() -> None:
    version = "vitrina 0.1.0 (build 40c03aa152a51c2f)"
    other = "fb12fbde51a1cf5e"
    assert derived.short([version, other, version]) == "40c03aa1, fb12fbde"


@pytest.mark.parametrize(
    ("peaks", "holds"),
    [
        ((10, 21), True),
        ((10, 14), False),
        ((10,), False),
        ((3, 10, 21), False),
    ],
)
def test_peaks_of_a_day_are_counted(
    peaks: tuple[int, ...], holds: bool
) -> None:
    hours = [5 if hour in peaks else 1 for hour in range(24)]
    assert derived.has_two_peaks(hours) == holds


def test_a_search_is_in_vain_until_something_is_adopted() -> None:
    windows = [["2017-12-01T00:00:00", "2017-12-04T00:00:00"]]
    unseen = {"cut": "2017-12-01", "a": {"low": -0.1, "high": 0.1}}
    facts: dict[str, Any] = {
        "real": {"baskets": {"windows": windows}},
        "tuning": {"best": {"train.leaves": 22}, "unseen": unseen},
        "defaults": {"train.leaves": 12},
    }
    assert derived.is_search_in_vain(facts)
    facts["defaults"]["train.leaves"] = 22
    assert not derived.is_search_in_vain(facts)
    facts["defaults"]["train.leaves"] = 12
    unseen["a"] = {"low": 0.05, "high": 0.1}
    assert not derived.is_search_in_vain(facts)


def test_a_log_is_told_by_its_days_and_actions() -> None:
    words = decks()["en"]["words"]
    kinds = {"view": 0, "like": 2, "order": 3}
    log = {
        "begin": "2000-11-01T12:00:00",
        "end": "2000-11-03T23:59:59.999999",
        "events_by_action": kinds,
    }
    assert slide_tables.days_of(log) == 3
    assert slide_tables.kinds_of(log, words) == "likes, orders"
    whole = {**log, "events_by_action": dict.fromkeys(kinds, 1)}
    assert slide_tables.kinds_of(whole, words) == words["all_actions"]


def interval(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def test_peers_and_speed_become_tables() -> None:
    words = decks()["en"]["words"]
    entries = [
        {
            "name": name,
            "title": name,
            "sizes": {
                "n": {
                    "pooled": {"a": value},
                    "vitrina_ahead": {"a": interval(0.3 - value)},
                }
            },
        }
        for name, value in (
            ("knn", 0.05),
            ("knn+own", 0.1),
            ("vitrina", 0.3),
        )
    ]
    logs = [{"log": log, "entries": entries} for log in slide_tables.PEER_LOGS]
    write = slide_tables.Writer("en")
    table = slide_tables.peers_table({"peers": {"logs": logs}}, words, write)
    assert table["rows"][0] == [{"strong": "vitrina"}, *["0.3000"] * 4]
    assert table["rows"][1] == ["knn", *["0.1000 (+0.2000*)"] * 4]
    assert len(table["rows"]) == 2
    part = {
        "title": "fit",
        "contestants": {"vitrina": {"seconds": {"median": 1.5}}},
        "ratios": {
            peer: {"median": 4.0, "low": 3.0, "high": 5.0}
            for peer in ("peer", "vitrina with all its columns")
        },
    }
    table = slide_tables.speed_table(
        {"speed": {"parts": [part]}}, words, write
    )
    assert table["rows"] == [["fit", "1.5 s", "peer", "4.0 [3.0 – 5.0]"]]
    known = {**part, "title": "top 25 of all products for 20,000 users"}
    table = slide_tables.speed_table(
        {"speed": {"parts": [known]}},
        decks()["ru"]["words"],
        slide_tables.Writer("ru"),
    )
    assert table["rows"][0][:2] == [
        "лучшие 25 из всех товаров для 20\u202f000 пользователей",
        "1,5 с",
    ]


def test_the_log_is_described() -> None:
    rows = [
        ("u", "visit", "2024-01-01 00:10", None),
        ("u", "basket_add", "2024-01-01 01:00", "p"),
        ("u", "order", "2024-01-01 05:00", "p"),
        ("v", "basket_add", "2024-01-01 02:00", "q"),
        ("v", "basket_delete", "2024-01-01 02:30", "q"),
        ("w", "view", "2024-02-01 00:00", "p"),
    ]
    log = pd.DataFrame(rows, columns=["user_id", "action", "date", "products"])
    log["date"] = pd.to_datetime(log["date"])
    life = simulated_shop.basket_life(log)
    by_hour = dict(zip(life["hours"], life["order"], strict=True))
    assert life["additions"] == 2
    assert by_hour[3] == 0.0 and by_hour[6] == 0.5
    assert life["basket_delete"][0] == 0.5
    counts = {"visit": 1, "view": 1, "basket_add": 2, "order": 1}
    assert simulated_shop.funnel(log) == counts
    assert simulated_shop.by_day_and_hour(log)["events"][0][2] == 2
    assert simulated_shop.long_tail(log)["order"][-1] == 1.0


def test_gain_is_summed_by_group() -> None:
    rows = [("pair__age", 3.0), ("user__age", 1.0), ("pair__n", 4.0)]
    columns = [{"column": name, "gain": gain} for name, gain in rows]
    found = collect_real_logs.gain_by_group(columns)
    assert found == {"pair": 0.875, "user": 0.125}


def test_the_decks_are_typeset_from_what_is_committed(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "measured"
    shutil.copytree(MEASURED, folder)
    facts = slide_facts.load(folder)
    for lang in slides.LANGUAGES:
        source = slides.build_deck(facts, lang, tmp_path / lang)
        pdf = tmp_path / f"{lang}.pdf"
        slides.typeset(source, pdf)
        assert pdf.read_bytes().startswith(b"%PDF")
        deck = read_json(tmp_path / lang / "deck.json")
        assert "{" not in json.dumps([s["title"] for s in deck["slides"]])[2:]
    again = tmp_path / "again.svg"
    slide_plots.draw(
        "funnel", facts, {**decks()["en"]["words"], "lang": "en"}, again
    )
    first = again.read_bytes()
    slide_plots.draw(
        "funnel", facts, {**decks()["en"]["words"], "lang": "en"}, again
    )
    assert again.read_bytes() == first


def test_the_glue_knows_nothing_of_the_slides() -> None:
    for path in Path("python/vitrina_ops").glob("*.py"):
        assert "vitrina_slides" not in path.read_text(encoding="utf-8"), path
