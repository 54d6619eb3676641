"""Why a version got its alias (vitrina_ops.champion), said in Russian."""

import re

from vitrina_ops.report_words import Words

_RUSSIAN = Words("ru")

# A part of a reason, between semicolons, and what it is in Russian.
_PARTS = (
    (r"it is the shop's first", "первая версия этого магазина"),
    (
        r"its data end (\S+), those of version (\S+) (\S+)",
        r"данные кончаются {0}, у версии {1} — {2}",
    ),
    (
        r"the configuration of version (\S+) with data to (\S+), "
        r"before to (\S+)",
        "конфигурация версии {0} на данных до {1}, раньше до {2}",
    ),
    (
        r"by build (\S+), before by (\S+)",
        "программа сборки {0}, раньше сборки {1}",
    ),
    (
        r"the log is too short for a valid fold",
        "лог слишком короткий для валидационного окна",
    ),
    (
        r"nobody bought in the valid fold",
        "в валидационном окне никто ничего не купил",
    ),
    (
        r"reading A (\S+) \[(\S+), (\S+)\] against version (\S+?)"
        r"( retrained)?, (not )?beyond the interval",
        "метрика A {0} [{1}; {2}] против версии {3}{4}, {5}",
    ),
    (
        r"version (\S+) cannot be compared: (.+)",
        "с версией {0} сравнить нельзя: {1}",
    ),
    (r"(\S+) does not answer", "{0} не отвечает"),
    (
        r"DVC experiment (\S+): nothing is registered",
        "это эксперимент DVC {0}, такие не регистрируются",
    ),
    (
        r"(`dvc exp apply \S+`) and (`make run`) \(with the same DATA= or "
        r"SCALE=\) do it",
        "чтобы зарегистрировать: {0} и {1} с теми же DATA= или SCALE=",
    ),
)


def _word(group: str | None, place: int) -> str:
    """A number, a moment or a word of a reason as Russian writes it."""
    if place == 4:
        return ", обученной заново" if group else ""
    if place == 5:
        return (
            "интервал содержит ноль" if group else "интервал не содержит ноль"
        )
    text = group or ""
    if re.fullmatch(r"[+-]\d+\.\d+", text):
        return text.replace(".", ",")
    return (
        _RUSSIAN.moment(text) if re.match(r"\d{4}-\d\d-\d\d", text) else text
    )


def in_russian(reason: str) -> str:
    """The reason in Russian; a part that is not known stays as it is."""
    said = []
    for part in reason.split("; "):
        for pattern, russian in _PARTS:
            if found := re.fullmatch(pattern, part):
                groups = enumerate(found.groups())
                words = [_word(group, place) for place, group in groups]
                part = russian.format(*words)
                break
        said.append(part)
    return "; ".join(said)
