"""Servers that are killed under writers, and what must be left."""

import http.client
import random
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving import Server, serving


class Writer(threading.Thread):
    """Sends events, some of them twice, until its server is gone."""

    def __init__(self, server: Server, name: str, rng: random.Random) -> None:
        super().__init__()
        self.server, self.prefix, self.rng = server, name, rng
        self.sent: list[str] = []
        self.acknowledged: list[str] = []
        self.wrong: list[Any] = []

    def run(self) -> None:
        client = self.server.client()
        for number in range(10_000):
            ids = [
                f"{self.prefix}-{number}-{e}"
                for e in range(self.rng.choice([1, 1, 1, 20]))
            ]
            if self.sent and self.rng.random() < 0.2:
                ids.append(self.rng.choice(self.sent))
            self.sent += ids
            try:
                status, answer = client.ask("POST", "/v1/events", visits(ids))
            except (OSError, http.client.HTTPException):
                return
            if status != 200 or len(answer["statuses"]) != len(ids):
                self.wrong.append(answer)
            self.acknowledged += ids


def visits(ids: list[str]) -> dict[str, Any]:
    """Events of these ids, each of a customer of the same id."""
    return {
        "events": [
            {"event_id": i, "user_id": i, "action": "visit"} for i in ids
        ]
    }


def stored(store: Path) -> list[str]:
    """The customers of all rows: each event has one of its own."""
    database = sqlite3.connect(store / "events.db")
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [r[0] for r in database.execute("SELECT customer FROM events")]
    finally:
        database.close()


@dataclass
class Kills:
    """What came of some kills of the servers of one store."""

    sent: set[str]
    acknowledged: set[str]
    rows: list[str]


def kill_under_writers(
    bundle: Path, store: Path, kills: int, writers: int, seed: int
) -> Kills:
    """Starts and kills a server that often, each time under new writers, and
    looks after each what is stored: all that was acknowledged, nothing twice
    and nothing that was not sent."""
    rng = random.Random(seed)
    sent: set[str] = set()
    acknowledged: set[str] = set()
    rows: list[str] = []
    for kill in range(kills):
        server = Server(bundle, store)
        threads = [
            Writer(server, f"{seed}-{kill}-{w}", random.Random(rng.random()))
            for w in range(writers)
        ]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.02, 0.25))
        server.kill()
        for thread in threads:
            thread.join()
            assert not thread.wrong
            sent.update(thread.sent)
            acknowledged.update(thread.acknowledged)
        rows = stored(store)
        assert len(rows) == len(set(rows)), "an event is there twice"
        assert acknowledged <= set(rows), "an acknowledged event is lost"
        assert set(rows) <= sent, "an event was never sent"
    return Kills(sent, acknowledged, rows)


def send_unheard(bundle: Path, store: Path, kills: Kills) -> None:
    """Who did not hear of it sends it again: it counts once all the same."""
    unheard = sorted(kills.sent - kills.acknowledged)[:1000]
    with serving(bundle, store) as server:
        assert server.n_events == len(kills.rows)
        if unheard:
            server.ask("POST", "/v1/events", visits(unheard))
    assert len(stored(store)) == len(set(kills.rows) | set(unheard))
