"""What a call of the client raises."""

from functools import partial
from typing import Any


class RequestError(Exception):
    """A request that was not answered as it was meant.

    `status` is the answer's, None where none came in time; `detail` is one
    line: the server's own, or what went wrong on the way. `retry_after` is
    for how many seconds the server asks to be left alone, None where it does
    not say. `is_sent` is False where no byte had left: nothing can have
    changed.
    """

    def __init__(
        self,
        status: int | None,
        detail: str,
        *,
        retry_after: float | None = None,
        is_sent: bool = True,
    ) -> None:
        super().__init__(detail if status is None else f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.retry_after = retry_after
        self.is_sent = is_sent

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle: an exception is made anew of `args` alone."""
        made = partial(
            type(self), retry_after=self.retry_after, is_sent=self.is_sent
        )
        return made, (self.status, self.detail)
