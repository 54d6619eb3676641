"""The program as a server: started, asked, stopped and hurt."""

import hashlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import shops
from command import (
    ROOT,
    Vitrina,
    assert_refused,
    heed_hangups,
    must_run,
    program_path,
)
from serving import READY, Server, serving


def event(user: str, product: str, **more: Any) -> dict[str, Any]:
    return {
        "user_id": user,
        "action": "basket_add",
        "products": [product],
        **more,
    }


def products_of(answer: Any) -> list[str]:
    return [row["product_id"] for row in answer["products"]]


def test_the_next_answer_counts_an_event_and_a_restart_keeps_it(
    learned: Path, tmp_path: Path
) -> None:
    with serving(learned / "bundle", tmp_path / "store") as server:
        client = server.client()
        popular = products_of(client.done("GET", "/v1/popular?k=10"))
        told = {"events": [event("u", popular[-1], event_id="1")] * 2}
        statuses = client.done("POST", "/v1/events", told)["statuses"]
        assert statuses == ["stored", "repeated"]
        answer = client.done("POST", "/v1/recommendations", {"user_id": "u"})
        assert products_of(answer)[0] == popular[-1]
        assert answer["bundle"] == server.bundle
        assert len(answer["products"]) == 10
    with serving(learned / "bundle", tmp_path / "store") as server:
        assert server.n_events == 1
        again = server.ask("POST", "/v1/events", told)["statuses"]
        assert again == ["repeated", "repeated"]
        assert server.ask("DELETE", "/v1/users/u")["n_erased"] == 1
    with serving(learned / "bundle", tmp_path / "store") as server:
        assert server.n_events == 0


def test_what_was_served_is_what_the_program_recommends_for_the_export(
    learned: Path, tmp_path: Path
) -> None:
    """To the bit, at the moment that each answer names, with a restart and a
    swap of bundles in the middle."""
    rows = shops.random_rows(seed=3, users=40, products=40)
    told = [
        {
            "user_id": row.user_id,
            "action": row.action,
            "products": list(row.products),
            "time": row.date.isoformat(),
            "page": row.page_id or 0,
        }
        | ({"device": row.loc_user_id} if row.loc_user_id else {})
        for row in rows
    ]
    users = sorted({row.user_id for row in rows})
    served: list[tuple[str, Any]] = []

    def tell_and_ask(server: Server, part: list[Any], some: list[str]) -> None:
        client = server.client()
        for begin in range(0, len(part), 1000):
            body = {"events": part[begin : begin + 1000]}
            client.done("POST", "/v1/events", body)
        for user in some:
            question = {"user_id": user, "k": 25}
            answer = client.done("POST", "/v1/recommendations", question)
            served.append((user, answer))

    half = len(told) // 2
    live: list[dict[str, Any]] = [
        {field: value for field, value in each.items() if field != "time"}
        | {"recommendation_id": f"answer {place}"}
        for place, each in enumerate(told[half:])
    ]
    with serving(learned / "bundle", tmp_path / "store") as server:
        tell_and_ask(server, told[:half], users[:2])
    with serving(learned / "bundle", tmp_path / "store") as server:
        tell_and_ask(server, live[: half // 2], [users[0], "stranger"])
        server.admin().done("POST", "/admin/v1/bundle", {})
        tell_and_ask(server, live[half // 2 :], [users[0], users[2]])
        client = server.client()
        guest = {"visit_id": "guest", "action": "visit"}
        client.done("POST", "/v1/events", {"events": [guest]})
        out = must_run(
            *("export", "--store", tmp_path / "store"),
            *("--out", tmp_path / "log"),
        )
        assert "1 of visits without a user are left out" in out
    log = pq.read_table(tmp_path / "log" / "train_actions.parquet")
    came_of = [
        f"answer {place}"
        for place, each in enumerate(live)
        for _ in each["products"] or [None]
    ]
    n_before = log.num_rows - len(came_of)
    assert n_before > 0
    kept = log["recommendation_id"].to_pylist()
    assert kept == [None] * n_before + came_of
    names = sorted({user for user, _ in served})
    (tmp_path / "ids.txt").write_text("\n".join(names) + "\n")
    assert len({answer["as_of"] for _, answer in served}) == len(served)
    for user, answer in served:
        must_run(
            *("recommend", "--bundle", learned / "bundle"),
            *("--data", tmp_path / "log", "--at", answer["as_of"]),
            *("--out", tmp_path / "out", "--force-bundle"),
            *("--only-users", tmp_path / "ids.txt", "--k", "25"),
        )
        batch = [
            {key: row[key] for key in ("product_id", "score", "source")}
            for row in pq.read_table(
                tmp_path / "out" / "recommendations.parquet"
            ).to_pylist()
            if row["user_id"] == user
        ]
        assert answer["products"] == batch, user


def test_two_servers_share_neither_a_store_nor_a_port(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words = ("serve", "--quiet", "--bundle", learned / "bundle")
    with serving(learned / "bundle", tmp_path / "store") as server:
        refused = vitrina(*words, "--store", tmp_path / "store", "--port", "0")
        assert_refused(refused, 7, "store: ", "'vitrina serve' (process")
        refused = vitrina(
            *(*words, "--store", tmp_path / "other"),
            *("--port", str(server.port), "--admin-port", "0"),
        )
        assert_refused(refused, 7, "cannot listen", "name another port")


def test_says_in_one_line_why_it_does_not_start(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words = ("serve", "--quiet", "--bundle", learned / "bundle")
    store = ("--store", tmp_path / "store")
    ports = ("--port", "0", "--admin-port", "0")
    assert_refused(vitrina(*words), 2, "--store DIR is required")
    assert_refused(
        vitrina(*words, *store, "--port", "70000"),
        *(2, "--port: found '70000', expected a whole number from 0 to 65535"),
    )
    assert_refused(
        vitrina(*words, *store, "--port", "18470", "--admin-port", "18470"),
        *(3, "--admin-port: found 18470, which is --port too"),
    )
    assert_refused(
        vitrina(*words, *store, *ports, "--host", "0.0.0.0"),
        *(3, "--host: others can reach 0.0.0.0", "--api-key-file"),
    )
    assert_refused(
        vitrina(*words, *store, *ports, "--host", "shop.example"),
        *(3, "--host: others can reach"),
    )
    assert_refused(
        vitrina("serve", "--bundle", tmp_path, *store, *ports),
        *(4, "manifest.json"),
    )
    assert_refused(
        vitrina(*words, *store, *ports, "--time-zone", "Nowhere"), 3, "Nowhere"
    )
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "events.db").write_text("no database" * 1000)
    assert_refused(
        vitrina(*words, *ports, "--store", tmp_path / "text"),
        *(5, "events.db: is no store of events"),
    )
    with serving(learned / "bundle", tmp_path / "later"):
        pass
    database = sqlite3.connect(tmp_path / "later" / "events.db")
    database.execute("PRAGMA user_version = 9")
    database.close()
    assert_refused(
        vitrina(*words, *ports, "--store", tmp_path / "later"),
        *(6, "found a store of version 9, expected 3"),
    )
    assert_refused(
        vitrina("export", "--store", tmp_path / "no", "--out", tmp_path / "o"),
        *(4, "is missing"),
    )


def test_a_public_address_asks_for_keys(learned: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    digest = hashlib.sha256(b"secret").hexdigest()
    keys.write_text(f"{digest} recommend\n")
    words = ("--api-key-file", keys)
    with serving(learned / "bundle", tmp_path / "store", *words) as server:
        client = server.client()
        for headers, status in (
            ({}, 401),
            ({"Authorization": "Bearer secret"}, 200),
            ({"X-API-Key": "secret"}, 200),
            ({"X-API-Key": "secre"}, 401),
        ):
            answer = client.ask("GET", "/v1/popular", headers=headers)
            assert answer[0] == status, headers
        key = {"X-API-Key": "secret"}
        told = {"events": [event("u", "1")]}
        assert client.ask("POST", "/v1/events", told, key)[0] == 403
        # it was refused with its body unread, so on a connection of its own
        assert server.client().ask("GET", "/v1/users/u", headers=key)[0] == 403
        assert server.client().ask("GET", "/healthz")[0] == 200


def test_the_docs_say_what_each_scope_is_for(
    learned: Path, tmp_path: Path
) -> None:
    told: dict[str, set[str]] = {}
    with serving(learned / "bundle", tmp_path / "store") as server:
        for client in (server.client(), server.admin()):
            paths = client.done("GET", "/openapi.json")["paths"]
            for path, methods in paths.items():
                for method, operation in methods.items():
                    ways = operation.get("security", [{"key": ["none"]}])
                    [scope] = {s for way in ways for [s] in way.values()}
                    names = told.setdefault(scope, set())
                    names.add(f"{method.upper()} {path}")
    docs = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    _, _, rows = docs.partition("| scope | what it is for |\n")
    rows, _, _ = rows.partition("\n\n")
    written = {
        re.sub(r"\W", "", row.split("|")[1]): set(
            re.findall(r"`([A-Z]+ [^`]*)`", row)
        )
        for row in rows.splitlines()[1:]
    }
    assert written == told


def test_bundles_are_swapped_under_load(learned: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    must_run(
        *("run", "--data", learned / "shop", "--as-of", "2024-03-13"),
        *("--out", tmp_path / "answer", "--bundle", other),
        *("--set=train.rounds=6", "--set=evaluate.draws=50"),
    )
    broken = tmp_path / "broken"
    broken.mkdir()
    for part in other.iterdir():
        (broken / part.name).write_bytes(part.read_bytes()[:-1])
    server = Server(learned / "bundle", tmp_path / "store")
    names: set[str] = set()
    failed: list[Any] = []
    is_over = threading.Event()

    def ask() -> None:
        client = server.client()
        while not is_over.is_set():
            body = {"user_id": "1001", "k": 5}
            status, answer = client.ask("POST", "/v1/recommendations", body)
            if status != 200 or len(answer["products"]) != 5:
                failed.append(answer)
            names.add(answer.get("bundle", ""))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    admin = server.admin()
    for _ in range(10):
        for bundle in (other, learned / "bundle"):
            body = {"bundle": str(bundle)}
            admin.done("POST", "/admin/v1/bundle", body)
        status, problem = admin.ask(
            "POST", "/admin/v1/bundle", {"bundle": str(broken)}
        )
        assert status in (409, 422), problem
    is_over.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(names) == 2
    metrics = admin.done("GET", "/metrics")
    assert 'vitrina_model_reload_total{result="done"} 20' in metrics
    assert 'vitrina_model_reload_total{result="refused"} 10' in metrics
    line = f"vitrina serve: warning: bundle refused: {problem['detail']}\n"
    assert server.stop() == (0, 10 * line)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_loses_no_request_in_flight(
    learned: Path, tmp_path: Path, by: int
) -> None:
    server = Server(learned / "bundle", tmp_path / "store")
    body = b'{"events":[{"user_id":"late","action":"visit"}]}'
    head = (
        "POST /v1/events HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    peers = [
        socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)
    ]
    # of each two: a part of a request was sent; all of it; a request was
    # answered before; nothing was sent yet
    for peer in peers[:2]:
        peer.sendall(head + body[:10])
    for peer in peers[4:6]:
        peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert peer.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    time.sleep(0.2)
    for peer in peers[2:4]:
        peer.sendall(head + body)
    server.process.send_signal(by)
    time.sleep(0.2)
    for peer in peers[:2]:
        peer.sendall(body[10:])
    # it had connected to ask, and its request was on the way
    peers[6].sendall(head + body)
    answers = [peer.recv(65536) for peer in peers]
    for answer in (*answers[:4], answers[6]):
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n"), answers
    assert [answers[4], answers[5], answers[7]] == [b"", b"", b""]
    for peer in peers:
        peer.close()
    assert server.ended() == (0, "")
    with serving(learned / "bundle", tmp_path / "store") as again:
        assert again.n_events == 5


def test_a_full_disk_is_told_and_nothing_is_acknowledged(
    learned: Path, tmp_path: Path
) -> None:
    limit = 300_000

    def prepare() -> None:
        heed_hangups()
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    server = Server(learned / "bundle", tmp_path / "store", prepare=prepare)
    client = server.client()
    n_stored = 0
    for part in range(200):
        events = [event("u", "1", event_id=f"{part} {e}") for e in range(50)]
        status, answer = client.ask("POST", "/v1/events", {"events": events})
        if status != 200:
            assert status == 503, answer
            assert "the disk is full" in answer["detail"] or (
                "cannot read or write" in answer["detail"]
            )
            break
        n_stored += len(events)
    else:
        pytest.fail("the disk was never full")
    asked = client.done("POST", "/v1/recommendations", {"user_id": "u"})
    assert asked["fallback"] == "none"
    code, said = server.stop()
    assert code == 0
    assert re.search(r"^vitrina serve: warning: store: .*/events\.db: ", said)
    with serving(learned / "bundle", tmp_path / "store") as again:
        assert again.n_events == n_stored
        answer = again.ask("POST", "/v1/events", {"events": events})
        assert set(answer["statuses"]) == {"stored"}


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md"])
def test_the_readmes_lines_run_as_printed(
    learned: Path, tmp_path: Path, readme: str
) -> None:
    """With the port of this test's server, which scripts/serve.sh starts;
    and once more, as who pastes them again does."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    block = re.search(
        r"```sh\n((?:curl [^\n]*127\.0\.0\.1[^\n]*\n)+)```", text
    )
    assert block
    lines = block[1].splitlines()
    assert len(lines) == 4
    server = subprocess.Popen(
        [ROOT / "scripts" / "serve.sh"],
        env={
            "PATH": os.environ["PATH"],
            "BUNDLE": str(learned / "bundle"),
            "STORE": str(tmp_path / "store"),
            "PORT": "0",
            "ADMIN_PORT": "0",
        },
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_hangups,
    )
    try:
        assert server.stdout is not None
        ready = READY.fullmatch(server.stdout.readline().strip())
        assert ready
        answers = [
            json.loads(
                subprocess.run(
                    line.replace(":8000/", f":{ready[1]}/"),
                    shell=True,
                    capture_output=True,
                    check=True,
                    text=True,
                ).stdout
            )
            for line in lines * 2
        ]
    finally:
        server.terminate()
    for before, told, after, erased in (answers[:4], answers[4:]):
        assert before["fallback"] == "popular"
        assert "1234" not in products_of(before)
        assert told == {"statuses": ["stored"]}
        assert products_of(after)[0] == "1234"
        assert erased["user_id"] == "7"
        assert erased["n_erased"] == 1
    assert server.wait(timeout=30) == 0


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd here"
)
def test_the_unit_is_one_of_systemd(tmp_path: Path) -> None:
    unit = (ROOT / "deploy" / "vitrina.service").read_text()
    unit = unit.replace("/usr/local/bin/vitrina", str(program_path()))
    (tmp_path / "vitrina.service").write_text(unit)
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "vitrina.service"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
