"""A server as who runs it meets it: signals, readers of what it says that go
away, modes of its files, a stop that has more to do than there is time."""

import hashlib
import os
import signal
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from command import heed_hangups, program_path
from serving import OLD, READY, Server, serving

EVENTS, PRODUCTS, REQUESTS = 1000, 10, 6  # over 50,000 rows: a copy is made


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_whoever_reads_the_warnings_may_go(
    learned: Path, tmp_path: Path
) -> None:
    """A bundle that is none is warned of each time it is offered."""
    server = Server(learned / "bundle", tmp_path / "store")
    assert server.process.stderr is not None
    assert server.process.stdout is not None
    server.process.stderr.close()
    server.process.stdout.close()
    admin = server.admin()
    for _ in range(3):
        body = {"bundle": "/nowhere"}
        assert admin.ask("POST", "/admin/v1/bundle", body)[0] == 422
    admin.close()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=40) == 0


def test_a_hangup_reads_the_keys_again(learned: Path, tmp_path: Path) -> None:
    def line(key: str) -> str:
        return f"{hashlib.sha256(key.encode()).hexdigest()} recommend\n"

    keys = tmp_path / "keys"
    keys.write_text(line("first"))
    server = Server(
        *(learned / "bundle", tmp_path / "store", "--api-key-file", keys)
    )
    client = server.client()

    def status(key: str) -> int:
        headers = {"Authorization": f"Bearer {key}"}
        return client.ask("GET", "/v1/popular", headers=headers)[0]

    assert (status("first"), status("second")) == (200, 401)
    keys.write_text(line("second"))
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: status("second") == 200)
    assert status("first") == 401
    keys.write_text("no key\n")
    server.process.send_signal(signal.SIGHUP)
    assert server.process.stdout is not None
    assert server.process.stdout.readline() == (
        f"keys: {keys} was read again\n"
    )
    assert server.process.stderr is not None
    said = ""
    while "warning: keys: " not in said:
        said = server.process.stderr.readline()
        assert said, "no warning"
    assert f"{keys}:1: expected the SHA-256" in said
    assert said.endswith("; the keys stay as they were\n")
    assert status("second") == 200
    client.close()
    assert server.stop() == (0, "")


def test_a_hangup_without_keys_changes_nothing(
    learned: Path, tmp_path: Path
) -> None:
    with serving(learned / "bundle", tmp_path / "store") as server:
        server.process.send_signal(signal.SIGHUP)
        server.process.send_signal(signal.SIGHUP)
        for _ in range(10):
            server.ask("GET", "/v1/popular")


def test_a_copy_of_memory_that_takes_too_long_is_no_failure(
    learned: Path, tmp_path: Path
) -> None:
    """Nobody reads on of the pipe that it is written into, so that it would
    never end; a second signal comes in the place of half a minute."""
    store = tmp_path / "store"
    server = Server(learned / "bundle", store)
    client = server.client()
    for r in range(REQUESTS):
        events = [
            {
                "user_id": f"{r}-{e}",
                "action": "view",
                "products": [f"{p}" for p in range(PRODUCTS)],
            }
            for e in range(EVENTS)
        ]
        client.done("POST", "/v1/events", {"events": events})
    client.close()
    unfinished = store / "snapshot.new"
    os.mkfifo(unfinished)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.stdout is not None
    assert server.process.stdout.readline().startswith("stopped: ")
    reader = os.open(unfinished, os.O_RDONLY)  # once it is written into
    code, said = server.stop()
    os.close(reader)
    assert code == 0
    assert said == (
        "vitrina serve: warning: snapshot: was given up, since the time to "
        "stop was over; the next start reads the store\n"
    )
    assert not unfinished.exists()
    assert not (store / "snapshot.bin").exists()
    with serving(learned / "bundle", store) as again:
        assert again.n_events == EVENTS * PRODUCTS * REQUESTS
    assert (store / "snapshot.bin").exists()


def test_nobody_else_can_read_what_it_keeps(
    learned: Path, tmp_path: Path
) -> None:
    def open_to_all() -> None:
        heed_hangups()
        os.umask(0)

    store = tmp_path / "store"
    with serving(*(learned / "bundle", store), prepare=open_to_all) as server:
        event = {"user_id": "u", "action": "visit"}
        server.ask("POST", "/v1/events", {"events": [event]})
        made = [store, *store.iterdir()]
        assert len(made) > 2
        for path in made:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o077 == 0, f"{path}: {mode:o}"


def test_a_bundle_that_is_old_is_told_of_at_the_start(
    learned: Path, tmp_path: Path
) -> None:
    """Of the tests' shops all are."""
    words = (program_path(), "serve", "--bundle", learned / "bundle")
    process = subprocess.Popen(
        [*words, "--store", tmp_path / "store", "--port=0", "--admin-port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_hangups,
    )
    assert process.stdout is not None
    assert READY.fullmatch(process.stdout.readline().strip())
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=40)[1]
    assert process.returncode == 0
    assert OLD.fullmatch(said), said
