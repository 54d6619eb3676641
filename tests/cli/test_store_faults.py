"""Whatever call of the system fails in the store, or is the last one: what
was acknowledged is there once, and nothing that was not sent.

With $VITRINA_FAULTS=all every restart fails at every call too.
"""

import os
from pathlib import Path

import pytest
from faults import (
    REFUSED,
    Fault,
    assert_told_after_sync,
    changes,
    check,
    check_recovery,
    faults_of,
    judge_all,
    play,
    shim,
)
from serving import Server

# Of the ends of a process, those whose restart fails too.
EVERY = 1 if os.environ.get("VITRINA_FAULTS") == "all" else 40


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Of a start, events, a checkpoint, forgetting, the end of old events
    and a stop."""
    folder = tmp_path_factory.mktemp("sound")
    sound = play(folder / "store", log=folder / "log")
    assert sound.lines[-1] == "stopped"
    assert "refused" not in {line.split()[0] for line in sound.lines}
    return sound.calls


def test_every_call_of_the_store_may_fail(
    calls: list[str], memory_folder: Path
) -> None:
    assert assert_told_after_sync(calls) == 15
    kinds = {call.split()[0] for call in calls}
    assert kinds >= {"open", "write", "sync", "truncate", "unlink", "tell"}
    faults = faults_of(calls)
    assert len(faults) > 200
    judge_all(check, faults, memory_folder)


def test_a_restart_after_an_end_may_fail_too(
    calls: list[str], memory_folder: Path
) -> None:
    ends = [f for f in faults_of(calls) if f.kind in ("exit", "torn")]
    n_ways: list[int] = []

    def judge(mine: Path, fault: Fault) -> None:
        n_ways.append(check_recovery(mine, fault))

    judge_all(judge, ends[::EVERY], memory_folder)
    assert sum(n_ways) > 5 * len(n_ways)


def test_a_start_says_that_the_disk_is_full(tmp_path: Path) -> None:
    """Which SQLite does not, of the file that it shares memory by."""
    store, log = tmp_path / "store", tmp_path / "log"
    play(store, log=log)
    calls = changes(play(store, "list", log=log).calls)
    fault = Fault(calls.index("write events.db-shm") + 1, "ENOSPC")
    played = play(store, "list", fault=fault, log=log)
    assert played.code == REFUSED
    assert played.lines == [
        f"error {store}/events.db: cannot write: the disk is full"
    ]


def test_a_server_acknowledges_what_is_on_the_disk(
    learned: Path, tmp_path: Path
) -> None:
    """Not only after a kill, which leaves the system's cache as it is."""
    store, log = tmp_path / "store", tmp_path / "log"
    server = Server(learned / "bundle", store, env=shim(store, log))
    client = server.client()
    for number in range(20):
        event = {"event_id": number, "user_id": "u", "action": "visit"}
        client.done("POST", "/v1/events", {"events": [event]})
    lamp = {"products": [{"product_id": "lamp", "price": 12.5}]}
    client.done("PUT", "/v1/products", lamp)
    client.done("POST", "/v1/users/u/link", {"visit_id": "v"})
    client.done("DELETE", "/v1/users/u")
    client.close()
    assert server.stop() == (0, "")
    assert assert_told_after_sync(log.read_text().splitlines()) == 23
