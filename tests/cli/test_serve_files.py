"""Files that a server is given: bundles that are none, and backups."""

import contextlib
import os
import shutil
import sqlite3
import threading
import time
from pathlib import Path

from command import ROOT
from serving import Server, serving


def test_a_bundle_of_pipes_is_refused(learned: Path, tmp_path: Path) -> None:
    """Nobody writes into them: they would be waited for."""
    shutil.copytree(learned / "bundle", tmp_path / "piped")
    for name in ("models.vtr", "manifest.json"):
        (tmp_path / "piped" / name).unlink()
        os.mkfifo(tmp_path / "piped" / name)
        server = Server(learned / "bundle", tmp_path / name)
        admin = server.admin()
        told = {"bundle": str(tmp_path / "piped")}
        status, problem = admin.ask("POST", "/admin/v1/bundle", told)
        assert status in (409, 422)
        assert f"{name}: is a pipe or a device" in problem["detail"]
        assert admin.done("GET", "/healthz") == {"status": "ok"}
        admin.close()
        assert server.stop()[0] == 0


def test_a_backup_is_whole_while_events_come(
    learned: Path, tmp_path: Path
) -> None:
    """The line of docs/serving.md, by the library of the same SQLite."""
    store, copied = tmp_path / "store", tmp_path / "copied"
    line = "VACUUM INTO 'backup.db'"
    assert line in (ROOT / "docs" / "serving.md").read_text()
    is_over = threading.Event()
    told: list[str] = []

    def tell(server: Server) -> None:
        client = server.client()
        while not is_over.is_set():
            user = f"u{len(told)}"
            event = {"event_id": f"e{len(told)}", "user_id": user}
            viewed = {"action": "view", "products": ["x"]}
            client.done("POST", "/v1/events", {"events": [event | viewed]})
            told.append(user)
        client.close()

    with serving(learned / "bundle", store) as server:
        teller = threading.Thread(target=tell, args=[server])
        teller.start()
        while len(told) < 100:
            time.sleep(0.01)
        n_before = len(told)
        copied.mkdir()
        with contextlib.closing(sqlite3.connect(store / "events.db")) as db:
            db.execute(line.replace("backup.db", str(copied / "events.db")))
        is_over.set()
        teller.join()
    with serving(learned / "bundle", copied) as server:
        for user in told[:n_before]:
            answer = server.ask(
                "POST", "/v1/recommendations", {"user_id": user}
            )
            assert answer["fallback"] == "none"
        first = {"event_id": "e0", "user_id": "u0", "action": "visit"}
        again = server.ask("POST", "/v1/events", {"events": [first]})
        assert again == {"statuses": ["repeated"]}
