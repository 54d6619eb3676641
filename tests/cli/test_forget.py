"""A customer is forgotten, and nothing is left: shown, not said."""

import contextlib
import sqlite3
import struct
from pathlib import Path

import pytest
from command import Vitrina, assert_refused, must_run
from serving import Server, serving

USER = "somebody-to-forget"
GUEST = "guest-of-today"


def test_what_a_server_forgot_is_nowhere(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store, log = tmp_path / "store", tmp_path / "log"
    look = ("forget", "--store", store, "--user", USER, "--verify")
    everywhere = (*look, "--data", log, "--bundle", learned / "bundle")
    with serving(learned / "bundle", store) as server:
        events = [
            {"user_id": user, "action": "view", "products": ["1"]}
            for user in (USER, USER, USER + "s", "other")
        ]
        client = server.client()
        client.done("POST", "/v1/events", {"events": events})
        must_run("export", "--store", store, "--out", log)
        found = vitrina(*everywhere)
        assert_refused(found, 5, "the customer is still there")
        assert "store: rows: 2\n" in found.stdout
        assert f"{log}: rows: 2\n" in found.stdout
        assert "store: was never asked to forget that id" in found.stdout
        erased = client.done("DELETE", f"/v1/users/{USER}")
        assert_refused(vitrina(*everywhere), 5, "still there")
        must_run("export", "--store", store, "--out", log)
        said = must_run(*everywhere)
    assert f"receipt {erased['receipt']}" in said
    assert erased["forgotten_at"] in said
    assert "files with the id's bytes: 0" in said
    assert said.endswith("verified: nothing is left there\n")


def tell_of_guest(server: Server) -> None:
    event = {"visit_id": GUEST, "action": "visit"}
    server.ask("POST", "/v1/events", {"events": [event]})


def test_forgets_where_no_server_runs(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    words = ("forget", "--store", store)
    with serving(learned / "bundle", store) as server:
        tell_of_guest(server)
        refused = vitrina(*words, "--visit", GUEST)
        assert_refused(refused, 7, "'vitrina serve' (process")
    said = must_run(*words, "--visit", GUEST)
    assert said.startswith("1 rows erased, forgotten at ")
    must_run(*words, "--visit", GUEST, "--verify")
    short = must_run(*words, "--user", "7", "--verify")
    assert "bytes not looked at" in short


def test_a_linked_visit_is_forgotten_with_its_user(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    words = ("forget", "--store", store)
    with serving(learned / "bundle", store) as server:
        tell_of_guest(server)
        visit = {"visit_id": GUEST}
        server.ask("POST", "/v1/users/ann/link", visit)
    refused = vitrina(*words, "--visit", GUEST)
    assert_refused(refused, 5, "is linked to user 'ann'")
    found = vitrina(*words, "--visit", GUEST, "--verify")
    assert_refused(found, 5, "the customer is still there")
    assert "store: links of visits to users: 1\n" in found.stdout
    must_run(*words, "--user", "ann")
    must_run(*words, "--visit", GUEST, "--verify")


def test_a_reader_may_keep_the_log(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    words = ("forget", "--store", store, "--user", USER)
    with contextlib.ExitStack() as readers:
        with serving(learned / "bundle", store) as server:
            event = {"user_id": USER, "action": "visit"}
            server.ask("POST", "/v1/events", {"events": [event]})
            reader = sqlite3.connect(store / "events.db")
            readers.callback(reader.close)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            erased = server.ask("DELETE", f"/v1/users/{USER}")
            assert not erased["overwritten"]
            found = vitrina(*words, "--verify")
            assert_refused(found, 5, "no row is left, but bytes of the id may")
            assert "events.db-wal\n" in found.stdout
        refused = vitrina(*words)
        assert_refused(refused, 7, "another process reads it")
    must_run(*words)
    must_run(*words, "--verify")


def snapshot_of(kind: int, id: str, n_events: int) -> bytes:
    """A customer in a copy of memory, as src/live/snapshot.hpp writes it."""
    name = id.encode()
    head = struct.pack("<BI", kind, len(name))
    return head + name + struct.pack("<I", n_events)


@pytest.mark.parametrize("n_events", [1, ord("7"), ord("s")])
def test_looks_into_copies_of_memory(
    vitrina: Vitrina, learned: Path, tmp_path: Path, n_events: int
) -> None:
    """A count behind an id may look like a letter or a digit of it."""
    store = tmp_path / "store"
    with serving(learned / "bundle", store):
        pass
    words = ("forget", "--store", store, "--verify")
    copy = store / "snapshot.bin"
    copy.write_bytes(snapshot_of(0, USER, n_events))
    found = vitrina(*words, "--user", USER)
    assert_refused(found, 5, "bytes of the id may be")
    assert f"  {copy}\n" in found.stdout
    must_run(*words, "--visit", USER)
    must_run(*words, "--user", USER[:-1])
    copy.write_bytes(snapshot_of(0, USER + "7", n_events))
    must_run(*words, "--user", USER)


def test_bytes_beside_others_are_found(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    """A database has its columns back to back."""
    store = tmp_path / "store"
    with serving(learned / "bundle", store):
        pass
    words = ("forget", "--store", store, "--visit", GUEST)
    (store / "copy").write_bytes(b"..guest-of-today7..")
    found = vitrina(*words, "--verify")
    assert_refused(found, 5, "bytes of the id may be")
    # now that is another one
    with contextlib.closing(sqlite3.connect(store / "events.db")) as database:
        database.execute("INSERT INTO links VALUES ('guest-of-today7', 'u')")
        database.commit()
    said = must_run(*words, "--verify")
    assert "that have the id as a part: 1" in said


def test_a_log_that_is_not_understood_proves_nothing(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    with serving(learned / "bundle", store):
        pass
    log = tmp_path / "log.csv"
    words = ("forget", "--store", store, "--user", USER, "--verify")
    row = f"user_id,action,date,products\n{USER},{{}},2024-03-01,p\n"
    for action, words_of_error in (
        ("view", "is still there"),
        ("purchase", "they may be anybody's"),
    ):
        log.write_text(row.format(action))
        found = vitrina(*words, "--data", log)
        assert_refused(found, 5, words_of_error)
        assert "verified" not in found.stdout


def test_says_what_is_wrong(vitrina: Vitrina, tmp_path: Path) -> None:
    words = ("forget", "--store", tmp_path)
    assert_refused(vitrina(*words), 2, "give one of --user ID and --visit ID")
    assert_refused(
        vitrina(*words, "--user", "1", "--visit", "2"), 2, "give one of"
    )
    assert_refused(vitrina(*words, "--user", "1"), 4, "events.db is not there")
    assert_refused(
        vitrina(*words, "--user", "1", "--bundle", tmp_path),
        *(2, "--bundle: is looked at with --verify alone"),
    )
    assert list(tmp_path.iterdir()) == []
