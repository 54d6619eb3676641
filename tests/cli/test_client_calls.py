"""What a call of vitrina.Client sends, sends again, and refuses to send."""

import http.client
import json
import math
import pickle
import socket
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from vitrina import Client, RequestError
from vitrina.client import answers, connections, with_event_ids
from vitrina.client.caller import judge

Json = dict[str, Any]

Script = list[bytes | None]


class Stage:
    """A server that gives one answer after the other: bytes, or None to
    hang up without one. What it was sent is in `heard`."""

    def __init__(self, script: Script) -> None:
        self.script = list(script)
        self.heard: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.play, daemon=True).start()

    def play(self) -> None:
        while self.script:
            peer, _ = self.socket.accept()
            with peer:
                answer = self.script.pop(0)
                self.heard.append(request_of(peer))
                if answer is not None:
                    peer.sendall(answer)


def request_of(peer: socket.socket) -> bytes:
    """The bytes of one request, body included."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += peer.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length: "):
            while len(body) < int(line.partition(b": ")[2]):
                body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(status: int, body: Json, *headers: str) -> bytes:
    text = json.dumps(body)
    lines = [
        f"HTTP/1.1 {status} Words",
        "Content-Type: application/problem+json",
        f"Content-Length: {len(text)}",
        "Connection: close",
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


BUSY = answer(503, {"detail": "events: send again"}, "Retry-After: 0")
STORED = answer(200, {"statuses": ["stored"]})


def test_events_are_sent_again_under_the_same_id() -> None:
    stage = Stage([None, BUSY, STORED])
    with Client(stage.url, tell_timeout=30) as client:
        stored = client.add_events([{"user_id": 1, "action": "visit"}])
    assert stored == {"statuses": ["stored"]}
    bodies = [heard.partition(b"\r\n\r\n")[2] for heard in stage.heard]
    assert len(bodies) == 3
    assert len(set(bodies)) == 1
    assert json.loads(bodies[0])["events"][0]["event_id"]


def test_retries_end() -> None:
    stage = Stage([BUSY] * 5)
    with Client(stage.url, timeout=30, retries=1) as client:
        with pytest.raises(RequestError) as caught:
            client.popular()
    assert (caught.value.status, len(stage.heard)) == (503, 2)
    assert caught.value.retry_after == 0


def forget(client: Client) -> object:
    return client.forget("ann")


def put(client: Client) -> object:
    return client.put_products({"product_id": "1", "price": 990})


@pytest.mark.parametrize("do", [forget, put])
@pytest.mark.parametrize("failure", [None, BUSY])
def test_what_is_not_safe_is_not_sent_again(
    do: Callable[[Client], object], failure: bytes | None
) -> None:
    stage = Stage([failure, STORED])
    with Client(stage.url, tell_timeout=30) as client:
        with pytest.raises(RequestError) as caught:
            do(client)
    status = None if failure is None else 503
    assert (caught.value.status, caught.value.is_sent) == (status, True)
    assert len(stage.heard) == 1


def test_links_are_sent_again_and_so_is_what_came_too_often() -> None:
    often = answer(429, {"detail": "slower"}, "Retry-After: 0")
    stage = Stage([None, BUSY, STORED, often, STORED])
    with Client(stage.url, tell_timeout=30) as client:
        client.link("ann", "guest")
        put(client)
    links, puts = stage.heard[:3], stage.heard[3:]
    assert len(set(links)) == len(set(puts)) == 1
    assert puts[0].startswith(b"PUT ")


def test_a_server_that_asks_for_more_time_than_there_is() -> None:
    late = "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT"
    stage = Stage([answer(429, {"detail": "slower"}, late)] * 2)
    with Client(stage.url, timeout=30) as client:
        with pytest.raises(RequestError) as caught:
            client.recommend("ann")
    assert (caught.value.status, caught.value.detail) == (429, "slower")
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 1e6
    assert len(stage.heard) == 1


def test_a_page_that_is_no_answer() -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"
    stage = Stage([page, b"SMTP\r\n"])
    with Client(stage.url, timeout=30, retries=0) as client:
        with pytest.raises(RequestError, match="text/html.*expected JSON"):
            client.popular()
        with pytest.raises(RequestError, match="no answer: SMTP"):
            client.popular()


@pytest.mark.parametrize("is_dripping", [False, True])
def test_a_call_ends_in_time_whatever_the_server_does(
    is_dripping: bool,
) -> None:
    """A peer that sends a byte now and then is not waited for either."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        peer, _ = listener.accept()
        with peer:
            for _ in range(2000 if is_dripping else 0):
                try:
                    peer.sendall(b"H")
                except OSError:
                    return
                if over.wait(0.01):
                    return
            # who waits until here is told otherwise: no answer at all
            over.wait(20)

    thread = threading.Thread(target=drip)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with Client(url, timeout=0.2) as client:
        with pytest.raises(RequestError, match="no answer in time"):
            client.recommend("ann")
    over.set()
    thread.join()
    listener.close()


class Clock:
    """A time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


def address_of(port: int) -> tuple[Any, ...]:
    kind = socket.SOCK_STREAM
    return (socket.AF_INET, kind, 0, "", ("127.0.0.1", port))


def test_all_addresses_of_a_host_share_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    waits: list[float] = []

    class Silent(socket.socket):
        """A socket whose peer never answers."""

        def connect(self, _address: Any) -> None:
            waits.append(self.gettimeout() or 0.0)
            clock.now += waits[-1]
            raise TimeoutError

    found = [address_of(port) for port in (1, 2, 3, 4)]
    monkeypatch.setattr(connections, "time", clock)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "socket", Silent)
    with Client("http://shop.example:8000", timeout=0.5, retries=0) as client:
        with pytest.raises(RequestError, match="no answer in time"):
            client.recommend("ann")
    assert waits == pytest.approx([0.125] * 4)


def test_an_address_that_refuses_leaves_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage([STORED])
    good = int(stage.url.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0)) as gone:
        closed = gone.getsockname()[1]
    found = [address_of(port) for port in (closed, good)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with Client("http://shop.example", tell_timeout=30, retries=0) as client:
        assert client.add_events([]) == {"statuses": ["stored"]}


def test_what_is_none_is_not_sent() -> None:
    stage = Stage([STORED, STORED])
    event: Json = {"event_id": None, "action": "visit"}
    only: Json = {"listed": True, "min_price": None}
    with Client(stage.url, timeout=30, tell_timeout=30) as client:
        client.add_events([event])  # type: ignore[list-item]
        client.recommend("ann", filter=only)  # type: ignore[arg-type]
    told, asked = (
        json.loads(heard.partition(b"\r\n\r\n")[2]) for heard in stage.heard
    )
    assert told["events"][0]["event_id"]
    assert asked == {"user_id": "ann", "filter": {"listed": True}}


def test_numbers_of_numpy_are_numbers() -> None:
    stage = Stage([STORED, STORED, STORED])
    with Client(stage.url, timeout=30, tell_timeout=30) as client:
        client.recommend(np.int64(7), k=np.int64(3))  # type: ignore[arg-type]
        product: Json = {"product_id": np.str_("7"), "price": np.float32(0.5)}
        client.put_products(product)  # type: ignore[arg-type]
        event: Json = {"user_id": np.int64(7), "action": "visit"}
        client.add_events(event)  # type: ignore[arg-type]
    asked, put, told = (
        json.loads(heard.partition(b"\r\n\r\n")[2]) for heard in stage.heard
    )
    assert asked == {"user_id": 7, "k": 3}
    assert put == {"products": [{"product_id": "7", "price": 0.5}]}
    assert told["events"][0]["user_id"] == 7


def test_what_json_does_not_know_is_not_sent() -> None:
    stage = Stage([STORED])
    with Client(stage.url, timeout=30, tell_timeout=30) as client:
        for value in (object(), float("nan"), {1}, np.zeros(2)):
            with pytest.raises(ValueError, match="^body: "):
                client.recommend("ann", k=value)  # type: ignore[arg-type]
        events: list[Any] = [{"action": "visit"}, None]
        with pytest.raises(ValueError, match=r"^events\[1\]: found None"):
            client.add_events(events)
    assert not stage.heard


def test_addresses_that_are_none() -> None:
    for url in (
        "127.0.0.1:8000",
        "ftp://a",
        "http://",
        "http://a?b",
        "http://a:0",
    ):
        with pytest.raises(ValueError, match="^url: found"):
            Client(url)


def test_what_is_no_id_is_nobodys() -> None:
    stage = Stage([STORED])
    with Client(stage.url, timeout=30, forget_timeout=30) as client:
        for id in (None, 7.0, True, b"7", ["7"], "\ud800"):
            for method in (client.forget, client.similar, client.user):
                with pytest.raises(
                    ValueError, match="^id: found .*, expected"
                ):
                    method(id)  # type: ignore[arg-type]
            with pytest.raises(ValueError, match="^id: found"):
                client.link(id, "visit")  # type: ignore[arg-type]
        assert not stage.heard
        client.forget(np.int64(7))  # type: ignore[arg-type]
    assert stage.heard[0].startswith(b"DELETE /v1/users/7 ")


def test_a_key_that_is_none_is_not_shown() -> None:
    for key in ("", "sec-ret\n", "sec ret", "ключ-sec-ret"):
        with pytest.raises(ValueError, match="^key: found") as caught:
            Client("http://127.0.0.1:1", key)
        assert "ret" not in str(caught.value)


def test_any_time_may_be_given_that_is_one() -> None:
    with Client(Stage([STORED]).url, tell_timeout=math.inf) as client:
        assert client.add_events([]) == {"statuses": ["stored"]}
        with pytest.raises(ValueError, match="timeout: found nan"):
            client.add_events([], timeout=math.nan)


@pytest.mark.parametrize(
    "date",
    [
        "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
        "Wed, 21 Oct 2026 07:28:00 +99999999999999",
        "soon",
    ],
)
def test_an_odd_retry_after_does_not_hide_the_answer(date: str) -> None:
    headers = http.client.HTTPMessage()
    headers["Retry-After"] = date
    with pytest.raises(RequestError) as caught:
        judge(503, headers, b"")
    assert (caught.value.status, caught.value.retry_after) == (503, None)


def test_errors_travel_between_processes() -> None:
    error = RequestError(503, "busy", retry_after=2.0, is_sent=False)
    twin = pickle.loads(pickle.dumps(error))
    assert str(twin) == str(error) == "503: busy"
    assert vars(twin) == vars(error)


def test_ids_are_made_once_and_own_ones_kept() -> None:
    events: list[answers.Event] = [
        {"action": "visit"},
        {"action": "visit", "event_id": "mine"},
    ]
    made = with_event_ids(events)
    assert "event_id" not in events[0]
    assert made[0]["event_id"] != with_event_ids(events)[0]["event_id"]
    assert made[1]["event_id"] == "mine"
    assert with_event_ids(made) == made
