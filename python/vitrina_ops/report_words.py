"""The words of the report: numbers, dates and names in both languages."""

import datetime as dt
import math
from dataclasses import dataclass

from vitrina_ops.language import Say, sayer

DASH = "–"
NARROW_SPACE = "\u202f"  # between thousands; no line breaks at it


@dataclass(frozen=True)
class Words:
    """How a language writes what the report says."""

    language: str

    @property
    def say(self) -> Say:
        return sayer(self.language)

    def count(self, value: float) -> str:
        """84,252 or 84 252."""
        return f"{round(value):,}".replace(",", self.say(",", NARROW_SPACE))

    def share(self, value: float | None, digits: int = 4) -> str:
        """0.1234 or 0,1234; a dash where there is no number."""
        if value is None or not math.isfinite(value):
            return DASH
        return f"{value:.{digits}f}".replace(".", self.say(".", ","))

    def signed(self, value: float | None) -> str:
        """+0.1234 or +0,1234."""
        text = self.share(value)
        is_plain = value is None or value < 0 or text == DASH
        return text if is_plain else f"+{text}"

    def between(self, low: str, high: str) -> str:
        """An interval; a decimal comma asks for another separator."""
        return f"[{low}{self.say(', ', '; ')}{high}]"

    def price(self, value: float | None) -> str:
        """1,299.50 or 1 299,50; a whole number without a fraction."""
        if value is None:
            return DASH
        whole, _, part = f"{value:.2f}".partition(".")
        text = self.count(int(whole))
        return text if part == "00" else f"{text}{self.say('.', ',')}{part}"

    def moment(self, iso: str) -> str:
        """2024-01-21 23:59:59 or 21.01.2024 23:59:59. A part of a second
        counts as a whole one, as in the program's summary; another text
        stays as it is."""
        try:
            time = dt.datetime.fromisoformat(iso)
        except ValueError:
            return iso
        if time.microsecond:
            time = time.replace(microsecond=0) + dt.timedelta(seconds=1)
        return time.strftime(
            self.say("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")
        )

    def name(self, key: str) -> str:
        """What a key of the reports is called."""
        english, russian = NAMES.get(key, (key.replace("_", " "), key))
        return self.say(english, russian)

    def caption(self, figure: str) -> str:
        """How a picture is to be read."""
        english, russian = CAPTIONS.get(figure, (figure, figure))
        return self.say(english, russian)

    def why(self, generator: str, summary: str) -> str:
        """What a generator proposes; `summary` is the program's text."""
        return self.say(summary, GENERATORS.get(generator, generator))


# Keys of reports/ingest.json and reports/metrics.json.
NAMES = {
    "rows_read": ("rows read", "прочитано строк"),
    "rows_hidden_by_as_of": (
        "rows at or after the moment, not looked at",
        "строк не раньше момента ответа, не использованы",
    ),
    "events_hidden_by_since": (
        "events before --since, not looked at",
        "событий раньше --since, не использованы",
    ),
    "events": ("events", "событий"),
    "users": ("users", "пользователей"),
    "products": ("products", "товаров"),
    "categories": ("categories", "категорий"),
    "junk_user": ("no usable user id", "нет пользователя"),
    "null_date": ("no readable date", "нет даты"),
    "unknown_action": ("unknown action", "неизвестное действие"),
    "implausible_date": (
        "date far from the rest of the log",
        "дата далеко за пределами лога",
    ),
    "junk_product": ("no usable product id", "некорректный товар"),
    "duplicate": ("duplicate", "дубликат"),
    "organisers": ("organisers' basket rule", "правило организаторов"),
    "own_history": ("own history", "собственная история"),
    "popularity": ("popularity", "популярные товары"),
    "the log is too short for a valid fold: nothing was judged": (
        "The log is too short for a valid fold: nothing was judged.",
        "Лог слишком короткий для валидационного окна: оценки нет.",
    ),
    "nobody bought anything in the valid fold: nothing was judged": (
        "Nobody bought anything in the valid fold: nothing was judged.",
        "В валидационном окне никто ничего не купил: оценки нет.",
    ),
}

# The program's own summaries are English (`vitrina features`).
GENERATORS = {
    "own_history": "товары из истории покупателя, по обученному затуханию",
    "basket_now": "то, что сейчас лежит в корзине, начиная с новых",
    "repurchase": "купленное раньше и популярное в той же категории, "
    "когда подходит срок повторной покупки",
    "covisitation": "то, что другие покупали или смотрели вместе с "
    "последними товарами покупателя",
    "session_neighbours": "то, чем заканчивались чужие визиты с последними "
    "товарами покупателя",
    "popular_in_categories": "популярное в категориях, которые смотрит "
    "покупатель",
    "popular": "популярное во всём магазине",
}

CAPTIONS = {
    "recall_by_k": (
        "Reading A by the number of products a customer; dashed: the "
        "baselines at the full length of the list.",
        "Метрика A в зависимости от числа товаров на покупателя; пунктир — "
        "бейзлайны при полной длине списка.",
    ),
    "segments": (
        "Reading A of buyers with few and with many events before the cut.",
        "Метрика A для покупателей с малым и большим числом событий до среза.",
    ),
    "ceilings": (
        "The share of the pairs bought in the valid fold that each generator "
        "proposes; no ranking can find more than the union.",
        "Доля купленных пар, которую предлагает каждый генератор; больше "
        "объединения (union) не найдёт никакое ранжирование.",
    ),
    "calibration": (
        "Named customers in equal groups: near the line the expected recall "
        "can be believed.",
        "Названные покупатели равными группами: чем ближе к линии, тем "
        "точнее ожидаемый recall.",
    ),
    "importance": (
        "The features that the trees gained most from.",
        "Признаки с наибольшим вкладом (gain) в деревья.",
    ),
    "lift": (
        "Named customers in equal groups, by the order of the answer.",
        "Названные покупатели равными группами в порядке ответа.",
    ),
    "timings": (
        "What each stage took when it last ran.",
        "Сколько заняла каждая стадия при последнем запуске.",
    ),
}
