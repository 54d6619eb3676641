"""`vitrina serve` and peers who are slow, idle or too many."""

import resource
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command import heed_hangups
from serving import Client, Server, serving

Prepare = Callable[[], None]


def test_slow_and_idle_peers_do_not_hold_others_up(
    learned: Path, tmp_path: Path
) -> None:
    with serving(learned / "bundle", tmp_path / "store") as server:
        half_open = [
            socket.create_connection(("127.0.0.1", server.port))
            for _ in range(200)
        ]
        for peer in half_open:
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHo")
        client = server.client()
        for _ in range(50):
            client.done("GET", "/v1/popular?k=3")
        half_open[0].settimeout(10)
        assert half_open[0].recv(65536) == b"", "a head has five seconds"
        for peer in half_open:
            peer.close()


def with_open_files(soft: int, hard: int | None = None) -> Prepare:
    """For `prepare`: the limits that the system sets; as hard a one as here
    where none is given."""
    here = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    def prepare() -> None:
        heed_hangups()
        limits = (soft, here if hard is None else hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    return prepare


def connected(server: Server, n: int) -> list[socket.socket]:
    """So many peers, of which the last one is told that it is too many."""
    peers = [
        socket.create_connection(("127.0.0.1", server.port)) for _ in range(n)
    ]
    peers[-1].settimeout(10)
    answer = peers[-1].recv(65536)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 1\r\n" in answer
    return peers


def n_turned_away(server: Server) -> int:
    """By the metrics."""
    row = 'vitrina_http_requests_total{route="none",status="503"} '
    text = server.admin().done("GET", "/metrics")
    return int(text.partition(row)[2].partition("\n")[0])


def test_few_open_files_are_fewer_connections(
    learned: Path, tmp_path: Path
) -> None:
    prepare = with_open_files(300, 300)
    server = Server(learned / "bundle", tmp_path / "store", prepare=prepare)
    peers = connected(server, 30)
    assert n_turned_away(server) > 0
    for peer in peers:
        peer.close()
    code, said = server.stop()
    assert code == 0
    assert said.count("\n") == 1
    assert "allows 300 open files, expected 2304; no more than 22 conn" in said


def test_too_many_connections_are_turned_away(
    learned: Path, tmp_path: Path
) -> None:
    """Under the limit on open files that most systems begin with."""
    with serving(
        *(learned / "bundle", tmp_path / "store"),
        prepare=with_open_files(1024),
    ) as server:
        peers = connected(server, 1100)
        assert n_turned_away(server) > 0
        for peer in peers:
            peer.close()
        # what has been closed makes room
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            client = Client(server.port)
            try:
                if client.ask("GET", "/healthz")[0] == 200:
                    break
            except OSError:
                pass
            time.sleep(0.05)
        else:
            pytest.fail("nobody is let in any more")
