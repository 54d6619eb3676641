"""One call: what is sent, how long it may take, and when it is sent again."""

import contextlib
import email.utils
import http.client
import json
import operator
import random
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, SupportsIndex, cast
from urllib.parse import quote, urlencode

from .answers import Id
from .connections import Deadline, Pool
from .errors import RequestError
from .routes import ROUTES, Route, Wait

# Answers that a server or a proxy gives where another try may do better.
TRY_LATER = {429, 502, 503, 504}
FIRST_PAUSE = 0.02  # seconds; twice as long each time


class Caller:
    """Calls the routes of one server by the names of routes.py."""

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        timeouts: Mapping[Wait, float],
        retries: int,
        max_idle: int,
        context: ssl.SSLContext | None,
    ) -> None:
        self.url = url
        self._pool = Pool(url, max_idle, context)
        self._timeouts = timeouts
        self._retries = retries
        self._headers = {"Accept": "application/json"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {checked_key(key)}"

    def close(self) -> None:
        self._pool.close()

    def call(
        self,
        name: str,
        id: Id | None = None,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> object:
        """The answer's JSON. What is None in `query` or `body` is left out."""
        route = ROUTES[name]
        target = self._target(route, id, query)
        data = None if body is None else as_json(given(body))
        deadline = Deadline(
            self._timeouts[route.wait] if timeout is None else timeout
        )
        n_retries = 0
        while True:
            try:
                return self._exchange(route, target, data, deadline)
            except RequestError as error:
                if n_retries >= self._retries or not may_repeat(route, error):
                    raise
                if not sleep_within(deadline, pause(n_retries, error)):
                    raise
            n_retries += 1

    def _target(
        self, route: Route, id: Id | None, query: Mapping[str, Any] | None
    ) -> str:
        path = route.path
        if "{id}" in path:
            path = path.replace("{id}", quote(id_text(id), safe=""))
        told = given(query or {})
        words = urlencode(
            {
                name: str(value).lower() if isinstance(value, bool) else value
                for name, value in told.items()
            }
        )
        return f"{self._pool.prefix}{path}{'?' if words else ''}{words}"

    def _exchange(
        self,
        route: Route,
        target: str,
        body: bytes | None,
        deadline: Deadline,
    ) -> object:
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = self._pool.take()
        is_sent = False
        try:
            connection.open(deadline)
            is_sent = True
            answer = connection.exchange(route.method, target, body, headers)
        except BaseException as error:
            connection.close()
            if isinstance(error, TimeoutError):
                detail = f"{self.url}: no answer in time"
            elif isinstance(error, OSError | http.client.HTTPException):
                detail = f"{self.url}: no answer: {error or repr(error)}"
            else:
                raise
            raise RequestError(None, detail, is_sent=is_sent) from error
        self._pool.give_back(connection)
        return judge(*answer)


def id_text(id: object) -> str:
    """An id as the path has it. None, 7.0 or True are no customer's, and a
    text made of them would be somebody whom nobody knows."""
    text = id
    if not isinstance(id, str | bool):
        with contextlib.suppress(TypeError):
            text = str(operator.index(cast(SupportsIndex, id)))
    if not isinstance(text, str) or not is_sendable(text):
        raise ValueError(
            f"id: found {id!r}, expected a text or a whole number"
        )
    return text


def as_json(body: Mapping[str, Any]) -> bytes:
    """What is sent. Numbers of NumPy and pandas are numbers too."""
    try:
        return json.dumps(body, allow_nan=False, default=plain).encode()
    except (TypeError, ValueError) as error:
        raise ValueError(f"body: {error}") from None


def plain(value: object) -> int | float | bool:
    """A value of another library as JSON has it."""
    told = (
        value.item()
        if hasattr(value, "item")
        else operator.index(cast(SupportsIndex, value))
    )
    if isinstance(told, int | float):
        return told
    raise TypeError(f"found {value!r}, expected what JSON knows")


def is_sendable(text: str) -> bool:
    """Whether a text can be written as UTF-8; half of a pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def checked_key(key: str) -> str:
    """A key that a header takes. Errors do not show it."""
    if key and key.isascii() and key.isprintable() and " " not in key:
        return key
    raise ValueError(
        "key: found a space, a line end or a letter that is not ASCII, or "
        "nothing; expected the key alone"
    )


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not None, and of mappings among them the same."""
    return {
        name: given(v) if isinstance(v, Mapping) else v
        for name, v in values.items()
        if v is not None
    }


def may_repeat(route: Route, error: RequestError) -> bool:
    """Whether another try may do better and can do no harm."""
    if error.status is None:
        return route.is_repeatable or not error.is_sent
    return error.status in TRY_LATER and (
        route.is_repeatable or error.status == 429
    )


def pause(n_retries: int, error: RequestError) -> float:
    """Seconds before the next try, not the same for all who failed."""
    spread: float = FIRST_PAUSE * 2**n_retries * random.uniform(0.5, 1.5)
    return spread if error.retry_after is None else error.retry_after + spread


def sleep_within(deadline: Deadline, seconds: float) -> bool:
    """Sleeps, and says so; not where the time would be over then."""
    try:
        if seconds >= deadline.left():
            return False
    except TimeoutError:
        return False
    time.sleep(seconds)
    return True


def judge(
    status: int, headers: http.client.HTTPMessage, body: bytes
) -> object:
    """The JSON of an answer with status 200; raises RequestError."""
    kind = headers.get("Content-Type", "")
    try:
        answer = json.loads(body) if "json" in kind else None
    except ValueError:
        answer = None
    if status == 200 and answer is not None:
        return cast(object, answer)
    if isinstance(answer, dict) and "detail" in answer:
        detail = str(answer["detail"])
    else:
        detail = f"found {len(body)} bytes of {kind!r}, expected JSON"
    raise RequestError(status, detail, retry_after=retry_after(headers))


def retry_after(headers: http.client.HTTPMessage) -> float | None:
    """Seconds of Retry-After, which has a number or a date."""
    text = headers.get("Retry-After", "")
    if text.isdecimal():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
