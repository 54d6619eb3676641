"""Which language to speak, by the rule of the program's `--lang auto`."""

import os
from collections.abc import Callable

LANGUAGES = ("en", "ru")


def of_locale() -> str:
    """`ru` where the first of LC_ALL, LC_MESSAGES and LANG that is set
    begins so, else `en`."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    values = (os.environ.get(name) for name in names)
    first = next((value for value in values if value), "")
    return "ru" if first.startswith("ru") else "en"


# Picks one of an English and a Russian text.
Say = Callable[[str, str], str]


def sayer(language: str) -> Say:
    """Picks the text of a language, `en` or `ru`."""

    def say(english: str, russian: str) -> str:
        return russian if language == "ru" else english

    return say
