"""`vitrina summary`: what it says of reports, in English and Russian."""

from pathlib import Path

import pytest
from command import Vitrina
from summary_reports import metrics, said, write_reports

USAGE, MISSING_INPUT = 2, 4


def test_english(vitrina: Vitrina, tmp_path: Path) -> None:
    write_reports(tmp_path)
    lines = said(vitrina("summary"))
    assert lines["log"] == (
        "84,252 events of 814 users and 3,410 products, "
        "2024-01-01 00:00:12 to 2024-01-21 23:59:59 "
        "(simulated shop, version 3, scale 0.02)"
    )
    assert lines["bad rows"] == "1,200 (1,200 duplicate)"
    assert lines["reading A"].startswith("0.7826 [0.7826, 0.7826], B 0.7826")
    assert "not listed" not in lines


def test_russian(vitrina: Vitrina, tmp_path: Path) -> None:
    write_reports(tmp_path)
    lines = said(vitrina("summary", "--lang", "ru"))
    assert lines["лог"] == (
        "событий 84\u202f252, пользователей 814, товаров 3\u202f410, "
        "с 01.01.2024 00:00:12 по 21.01.2024 23:59:59 "
        "(синтетический магазин, версия 3, масштаб 0,02)"
    )
    assert lines["метрика A"].startswith("0,7826 [0,7826; 0,7826], B 0,7826")
    assert "собственная история 0,7826" in lines["бейзлайны"]
    by_locale = vitrina("summary", env={"LANG": "ru_RU.UTF-8"})
    assert said(by_locale) == lines
    english = vitrina("summary", env={"LC_ALL": "C", "LANG": "ru_RU.UTF-8"})
    assert "reading A" in said(english)


def test_another_language(vitrina: Vitrina, tmp_path: Path) -> None:
    write_reports(tmp_path)
    result = vitrina("summary", "--lang", "de")
    assert result.returncode == USAGE
    assert "--lang: found 'de', expected auto, en or ru" in result.stderr


def test_nobody_to_judge(vitrina: Vitrina, tmp_path: Path) -> None:
    write_reports(tmp_path, metrics(None))
    lines = said(vitrina("summary"))
    assert lines["reading A"] == "–, B –, C –, precision –"
    assert lines["baselines"] == "own_history –, popularity –"


def test_no_valid_fold(vitrina: Vitrina, tmp_path: Path) -> None:
    reason = "the log is too short for a valid fold: nothing was judged"
    write_reports(tmp_path, {"valid": None, "reason": reason})
    lines = said(vitrina("summary"))
    assert lines["reading A"] == reason
    assert "judged" not in lines
    russian = said(vitrina("summary", "--lang", "ru"))
    assert russian["метрика A"].startswith("лог слишком короткий")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_products_out_of_the_catalog(
    vitrina: Vitrina, tmp_path: Path, lang: str
) -> None:
    write_reports(
        tmp_path, answer={"products_named": 3410, "products_not_listed": 12}
    )
    lines = said(vitrina("summary", "--lang", lang))
    assert (
        lines.get("not listed")
        == "12 of 3,410 named products are not in the catalog"
        or lines.get("вне каталога") == "12 из 3\u202f410 названных товаров"
    )


def test_without_a_catalog(vitrina: Vitrina, tmp_path: Path) -> None:
    write_reports(
        tmp_path, answer={"products_named": 3410, "products_not_listed": None}
    )
    assert "not listed" not in said(vitrina("summary"))


def test_without_a_pipeline(vitrina: Vitrina) -> None:
    result = vitrina("summary")
    assert result.returncode == MISSING_INPUT
    assert "reports/ingest.json is missing" in result.stderr
    assert "vitrina ingest" in result.stderr
