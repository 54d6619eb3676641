"""A killed server has lost nothing that it acknowledged.

$VITRINA_KILLS is how often it is killed.
"""

import http.client
import os
import random
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from serving import Server, serving

KILLS = int(os.environ.get("VITRINA_KILLS", "20"))
WRITERS = 6


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
            body = {
                "events": [
                    {"event_id": i, "user_id": i, "action": "visit"}
                    for i in ids
                ]
            }
            self.sent += ids
            try:
                status, answer = client.ask("POST", "/v1/events", body)
            except (OSError, http.client.HTTPException):
                return
            if status != 200 or len(answer["statuses"]) != len(ids):
                self.wrong.append(answer)
            self.acknowledged += ids


def stored(store: Path) -> list[str]:
    """The customers of all rows: each event has one of its own."""
    database = sqlite3.connect(store / "events.db")
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [r[0] for r in database.execute("SELECT customer FROM events")]
    finally:
        database.close()


def test_kills_lose_double_and_invent_nothing(
    learned: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    rng = random.Random(7)
    sent: set[str] = set()
    acknowledged: set[str] = set()
    for kill in range(KILLS):
        server = Server(learned / "bundle", store)
        writers = [
            Writer(server, f"{kill}-{w}", random.Random(100 * kill + w))
            for w in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        time.sleep(rng.uniform(0.02, 0.25))
        server.kill()
        for writer in writers:
            writer.join()
            assert not writer.wrong
            sent.update(writer.sent)
            acknowledged.update(writer.acknowledged)
        rows = stored(store)
        assert len(rows) == len(set(rows)), "an event is there twice"
        assert acknowledged <= set(rows), "an acknowledged event is lost"
        assert set(rows) <= sent, "an event was never sent"
    assert len(acknowledged) > 10 * KILLS
    # who did not hear of it sends it again: it counts once all the same
    unheard = sorted(sent - acknowledged)[:1000]
    with serving(learned / "bundle", store) as server:
        assert server.n_events == len(rows)
        if unheard:
            body = {
                "events": [
                    {"event_id": i, "user_id": i, "action": "visit"}
                    for i in unheard
                ]
            }
            server.ask("POST", "/v1/events", body)
    assert len(stored(store)) == len(set(rows) | set(unheard))
