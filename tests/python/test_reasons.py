"""Reasons for an alias, in Russian."""

import re

import pytest
from vitrina_ops import champion, reasons, track

NUMBERS = {
    "difference": 0.01,
    "difference_low": -0.005,
    "difference_high": 0.025,
    "second_recall_a": 0.5,
}


@pytest.mark.parametrize("retrained", [False, True])
@pytest.mark.parametrize("low", [-0.005, 0.005])
def test_a_verdict_in_russian(low: float, retrained: bool) -> None:
    numbers = {**NUMBERS, "difference_low": low}
    fresh = (
        "the configuration of version 3 with data to 2024-09-29T10:00:00, "
        "before to 2024-09-28T10:00:00; by build 12ab, before by 34cd"
    )
    reason = champion.verdict_of(numbers, "3", retrained, fresh).reason
    said = reasons.in_russian(reason)
    assert "метрика A +0,0100 [" in said and "версии 3" in said
    assert ("обученной заново" in said) == retrained
    assert ("содержит ноль" in said) and ("не содержит" in said) == (low > 0)
    builds = "программа сборки 12ab, раньше сборки 34cd"
    assert (builds in said) == (low < 0)
    assert not re.search("[a-z]{3}", said), said


def test_other_reasons() -> None:
    said = reasons.in_russian(
        "its data end 2024-09-28T10:00:00, those of version 2 2024-09-29"
    )
    assert said == (
        "данные кончаются 28.09.2024 10:00:00, "
        "у версии 2 — 29.09.2024 00:00:00"
    )
    first = "it is the shop's first"
    assert reasons.in_russian(first) == "первая версия этого магазина"
    experiment = reasons.in_russian(track.experiment_reason("wise-fox"))
    assert experiment == (
        "это эксперимент DVC wise-fox, такие не регистрируются; чтобы "
        "зарегистрировать: `dvc exp apply wise-fox` и `make run` с теми же "
        "DATA= или SCALE="
    )
    unknown = "something that nobody foresaw"
    assert reasons.in_russian(unknown) == unknown
