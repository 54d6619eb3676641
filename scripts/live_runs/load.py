"""Threads that ask and tell a server, and how long it took them."""

import http.client
import threading
import time
from collections.abc import Callable
from typing import Any

from serving import Client, Server

Do = Callable[[Client, int], Any]


def percentile(seconds: list[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(seconds)
    return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Worker(threading.Thread):
    """Does one thing over and over on a connection of its own, until told
    to stop. `wrong` has what was answered otherwise than with 200."""

    def __init__(self, server: Server, do: Do, pause: float = 0) -> None:
        super().__init__(daemon=True)
        self._server, self._do, self._pause = server, do, pause
        self._is_over = threading.Event()
        self.seconds: list[float] = []
        self.wrong: list[Any] = []

    def run(self) -> None:
        client = self._server.client()
        number = 0
        while not self._is_over.wait(self._pause):
            begin = time.perf_counter()
            try:
                self._do(client, number)
            except (AssertionError, OSError, http.client.HTTPException) as e:
                self.wrong.append(repr(e))
                client.close()
            self.seconds.append(time.perf_counter() - begin)
            number += 1
        client.close()

    def stop(self) -> None:
        self._is_over.set()
        self.join()


def question(user: str, k: int = 10) -> Do:
    """Asks for exactly `k` products for a customer."""

    def ask(client: Client, _: int) -> Any:
        body = {"user_id": user, "k": k}
        answer = client.done("POST", "/v1/recommendations", body)
        assert len(answer["products"]) == k, answer
        return answer

    return ask
