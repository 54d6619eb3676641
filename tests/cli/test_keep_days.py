"""Events that are older than is wanted leave a server and its exports."""

import datetime as dt
from pathlib import Path

from command import Vitrina, assert_refused, must_run
from serving import Server, serving

DAY = dt.timedelta(days=1)


def event(user: str, days_ago: int) -> dict[str, object]:
    time = dt.datetime.now(dt.UTC) - days_ago * DAY
    return {
        "user_id": user,
        "action": "view",
        "products": ["1"],
        "time": time.isoformat(),
    }


def wait_for_expired(server: Server, n: int) -> None:
    client = server.admin()
    line = f"\nvitrina_events_expired_total {n}\n"
    while line not in client.done("GET", "/metrics"):
        pass


def test_old_events_leave(learned: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    with serving(learned / "bundle", store) as server:
        events = [event("u", 9), event("u", 1), event("gone", 8)]
        server.ask("POST", "/v1/events", {"events": events})
    with serving(learned / "bundle", store, "--keep-days", "7") as server:
        assert server.n_events == 1
        assert server.ask("GET", "/v1/users/gone")["n_events"] == 0
        wait_for_expired(server, 2)
        said = must_run("export", "--store", store, "--out", tmp_path / "log")
        assert ": 1 events of users" in said
    with serving(learned / "bundle", store) as server:
        assert server.n_events == 1, "nothing comes back"


def test_says_how_many_days_there_may_be(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words = ("serve", "--bundle", learned / "bundle", "--store", tmp_path)
    for days in ("0", "-1", "x", "36501"):
        refused = vitrina(*words, "--keep-days", days)
        assert_refused(refused, 2, "--keep-days", "1", "36500")
