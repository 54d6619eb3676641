"""An export beside a server that forgets."""

import contextlib
import sqlite3
from pathlib import Path

from command import Vitrina
from serving import serving


def test_gives_up_where_somebody_is_always_forgotten(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store, log = tmp_path / "store", tmp_path / "log"
    with serving(learned / "bundle", store) as server:
        event = {"user_id": "u", "action": "visit"}
        server.ask("POST", "/v1/events", {"events": [event]})
    with contextlib.closing(sqlite3.connect(store / "events.db")) as database:
        database.execute("DROP TABLE forgotten")
        database.execute(
            "CREATE VIEW forgotten AS SELECT 'x' AS customer, "
            "random() / 2 AS at"
        )
    refused = vitrina("export", "--store", store, "--out", log)
    assert refused.returncode == 7
    *warnings, last = refused.stderr.splitlines()
    assert len(warnings) == 4
    assert all("the log is written anew" in line for line in warnings)
    assert last.startswith("vitrina export: error: export: found a customer")
    assert not list(log.glob("*"))
