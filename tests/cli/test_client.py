"""The Python client, asked of a real server and of one that misbehaves."""

import http.client
import inspect
import json
import math
import pickle
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
import vitrina
from command import ROOT
from serving import Server, serving
from vitrina import Client, RequestError
from vitrina.client import Facts, answers, connections, with_event_ids
from vitrina.client.caller import judge
from vitrina.client.routes import ROUTES

Json = dict[str, Any]


@pytest.fixture(scope="module")
def server(
    learned: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("served") / "store"
    with serving(learned / "bundle", store) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    # machines that run tests may be slow
    url = f"http://127.0.0.1:{server.port}"
    with Client(url, timeout=30, tell_timeout=30) as made:
        yield made


@pytest.fixture(scope="module")
def openapi(server: Server) -> Json:
    with Client(f"http://127.0.0.1:{server.port}") as client:
        return client.openapi(timeout=30)


def operations(openapi: Json) -> Iterator[tuple[str, str, str, Json]]:
    """Name, method, path and description of all that can be asked for."""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path, operation


def schema_of(openapi: Json, content: Json) -> Json:
    name = content["content"]["application/json"]["schema"]["$ref"]
    return openapi["components"]["schemas"][name.rpartition("/")[2]]  # type: ignore[no-any-return]


def test_every_route_of_the_server_has_a_method(openapi: Json) -> None:
    served = {
        (name, method, path) for name, method, path, _ in operations(openapi)
    }
    known = {(r.operation, r.method, r.path) for r in ROUTES.values()}
    assert known == served
    for name in ROUTES:
        assert callable(getattr(Client, name, None)), name


def test_methods_take_what_their_routes_take(openapi: Json) -> None:
    by_operation = {route.operation: name for name, route in ROUTES.items()}
    for operation, _, _, about in operations(openapi):
        method = getattr(Client, by_operation[operation])
        taken = set(inspect.signature(method).parameters)
        taken -= {"self", "timeout"}
        given = {each["name"] for each in about.get("parameters", [])}
        if "requestBody" in about:
            given |= set(
                schema_of(openapi, about["requestBody"])["properties"]
            )
        assert taken == given, operation


def test_answers_have_the_fields_of_the_schemas(openapi: Json) -> None:
    schemas = openapi["components"]["schemas"]
    # bodies whose fields are parameters of a method
    bodies = {
        about["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for _, _, _, about in operations(openapi)
        if "requestBody" in about
    }
    bodies = {name.rpartition("/")[2] for name in bodies} | {"Problem"}
    for name in set(schemas) - bodies:
        known = getattr(answers, name)
        assert set(get_type_hints(known)) == set(schemas[name]["properties"])
        required = set(schemas[name].get("required", []))
        assert known.__required_keys__ == required, name


def test_asks_tells_and_forgets(client: Client) -> None:
    assert client.health() == {"status": "ok"}
    assert client.ready() == {"status": "ready"}
    last = client.popular(k=10)["products"][-1]["product_id"]
    assert client.recommend("ann")["fallback"] == "popular"
    told: list[answers.Event] = [
        {"event_id": 1, "user_id": "ann", "action": "view", "products": [last]}
    ]
    assert client.add_events(told)["statuses"] == ["stored"]
    assert client.add_events(told[0])["statuses"] == ["repeated"], "one alone"
    answer = client.recommend("ann", k=3)
    assert answer["products"][0]["product_id"] == last
    assert len(answer["products"]) == 3
    others = client.recommend(
        "ann", k=100, place="home", exclude={"products": [last]}
    )
    assert last not in [p["product_id"] for p in others["products"]]
    only = client.recommend("ann", filter={"products": [last]})["products"]
    assert [p["product_id"] for p in only] == [last]
    assert client.similar(last, k=4, details=True)["products"]
    assert client.popular(details=True)["products"]
    assert client.popular(details=False)["products"]
    assert client.popular(k=2, category="c1")["products"]
    kept = client.user("ann")
    assert (kept["n_events"], kept["events"][0]["product_id"]) == (1, last)
    lamp: Facts = {"product_id": last, "title": "Lamp", "price": 9}
    assert client.put_products([lamp]) == {"n_stored": 1}
    assert client.product(last)["title"] == "Lamp"
    shown = client.recommend("ann", k=1, details=True)["products"]
    assert shown[0]["title"] == "Lamp"
    assert len(client.bought_with(last, k=4)["products"]) == 4
    client.add_events([{"visit_id": "guest", "action": "visit"}])
    assert client.visit("guest")["n_events"] == 1
    assert client.link("ann", "guest")["user_id"] == "ann"
    assert client.user("ann")["n_events"] == 2
    erased = client.forget("ann")
    assert (erased["user_id"], erased["n_erased"]) == ("ann", 2)
    assert client.forget_visit("guest")["n_erased"] == 0
    assert client.user("ann")["n_events"] == 0


def test_ids_of_any_letters_stay_whole(client: Client) -> None:
    name = "a/b ?&#%ё"
    client.add_events([{"user_id": name, "action": "visit"}])
    assert client.user(name)["user_id"] == name
    assert client.forget(name)["n_erased"] == 1


def test_what_is_refused_says_status_and_detail(client: Client) -> None:
    with pytest.raises(RequestError) as caught:
        client.recommend("ann", k=1000)
    assert caught.value.status == 422
    assert caught.value.detail == (
        "body.k: found 1000, expected a whole number from 1 to 100"
    )
    assert str(caught.value) == f"422: {caught.value.detail}"
    with pytest.raises(RequestError) as caught:
        client.add_events([])
    assert caught.value.status == 422


def test_threads_share_a_client(client: Client) -> None:
    def tell(name: str) -> None:
        for _ in range(20):
            client.add_events([{"user_id": name, "action": "visit"}])
            client.recommend(name)

    threads = [
        threading.Thread(target=tell, args=(f"t{i}",)) for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(8):
        assert client.forget(f"t{i}")["n_erased"] == 20


def test_connections_are_kept_and_fresh_ones_made(
    learned: Path, tmp_path: Path
) -> None:
    with serving(learned / "bundle", tmp_path / "store") as server:
        port = server.port
        client = Client(f"http://127.0.0.1:{port}", timeout=30, retries=0)
        client.health()
        client.health()
        admin = server.admin()
        metrics = admin.done("GET", "/metrics")
        admin.close()
        assert "vitrina_open_connections 1\n" in metrics
    words = ("--port", str(port))
    with serving(learned / "bundle", tmp_path / "store", *words):
        # the server of that connection is gone, and nobody has to know
        assert client.health() == {"status": "ok"}
    with pytest.raises(RequestError) as caught:
        client.health()
    assert (caught.value.status, caught.value.is_sent) == (None, False)
    client.close()
    with pytest.raises(ValueError, match="was closed"):
        client.health()


def test_a_key_is_sent_and_never_shown(learned: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    # the SHA-256 of "secret"
    keys.write_text(
        "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b "
        "recommend\n"
    )
    words = ("--api-key-file", keys)
    with serving(learned / "bundle", tmp_path / "store", *words) as server:
        url = f"http://127.0.0.1:{server.port}"
        with Client(url, "secret", timeout=30, tell_timeout=30) as client:
            assert client.popular()["products"]
            assert "secret" not in repr(client) + str(vars(RequestError))
            with pytest.raises(RequestError) as caught:
                client.add_events([{"user_id": 1, "action": "visit"}])
            assert caught.value.status == 403
        with Client(url, timeout=30) as client:
            with pytest.raises(RequestError) as caught:
                client.popular()
            assert caught.value.status == 401


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


def test_what_is_not_safe_is_not_sent_again() -> None:
    stage = Stage([None, STORED])
    with Client(stage.url) as client:
        with pytest.raises(RequestError) as caught:
            client.forget("ann")
    assert (caught.value.status, caught.value.is_sent) == (None, True)
    assert len(stage.heard) == 1


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


def test_the_folder_alone_is_a_client(server: Server, tmp_path: Path) -> None:
    """Where there is neither the wheel nor any other package."""
    shutil.copytree(ROOT / "python" / "vitrina" / "client", tmp_path / "shop")
    lines = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})",
        "import shop",
        f"client = shop.Client('http://127.0.0.1:{server.port}', timeout=30)",
        "print(len(client.popular(k=3)['products']))",
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("3\n", "")


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md"])
def test_the_readmes_lines_run_as_printed(server: Server, readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    block = re.search(r"```python\n(client = .*?)```", text, re.DOTALL)
    assert block
    # on a machine that runs tests half a second may be short
    mine = f':{server.port}", timeout=30, tell_timeout=30'
    lines = block[1].replace(':8000"', mine).splitlines()
    assert len(lines) == 3
    names: Json = {"vitrina": vitrina}
    exec("\n".join(lines[:2]), names)
    assert eval(lines[2], names)[0]["product_id"] == "1234"
    assert names["client"].forget("7", timeout=30)["n_erased"] == 1
    names["client"].close()
