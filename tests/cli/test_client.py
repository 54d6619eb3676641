"""The Python client, asked of a real server and of one that misbehaves."""

import inspect
import re
import select
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import vitrina
from command import ROOT
from serving import Server, serving
from vitrina import Client, RequestError
from vitrina.client import Facts, answers
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


@pytest.mark.parametrize("has_poll", [True, False])
def test_connections_are_kept_and_fresh_ones_made(
    learned: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_poll: bool,
) -> None:
    if not has_poll:  # as on Windows
        monkeypatch.delattr(select, "poll")
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
