"""The clock of a store, and what belongs to another shop."""

import datetime as dt
from pathlib import Path

from command import Vitrina, assert_refused, program_path
from serving import Server, serving

ASK = ("POST", "/v1/recommendations")


def hours_ahead(as_of: str) -> int:
    """Of a moment on the server's clock, before UTC."""
    ahead = dt.datetime.fromisoformat(as_of) - dt.datetime.now(dt.UTC).replace(
        tzinfo=None
    )
    return round(ahead / dt.timedelta(hours=1))


def test_a_store_stays_on_the_clock_that_it_began_on(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    told = {"events": [{"user_id": "u", "action": "view", "products": ["x"]}]}
    with serving(learned / "bundle", store, "--time-zone", "+05:00") as server:
        server.ask("POST", "/v1/events", told)
    with serving(learned / "bundle", store) as server:
        answer = server.ask(*ASK, {"user_id": "u"})
        assert answer["fallback"] == "none", "what was told counts"
        assert hours_ahead(answer["as_of"]) == 5
        server.ask("POST", "/v1/events", told)
    words = ("serve", "--quiet", "--bundle", learned / "bundle")
    refused = vitrina(
        *(*words, "--store", store, "--port", "0", "--admin-port", "0"),
        *("--time-zone", "UTC"),
    )
    assert_refused(refused, 3, "--time-zone: found UTC", "on the clock +05:00")
    done = vitrina("export", "--store", store, "--out", tmp_path / "log")
    assert "2 events of users on the clock +05:00" in done.stdout


def test_a_store_without_events_begins_on_any_clock(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    bundle, store = learned / "bundle", tmp_path / "store"
    ports = ("--port", "0", "--admin-port", "0")
    failed = vitrina(
        *("serve", "--quiet", "--bundle", bundle, "--store", store, *ports),
        *("--data", tmp_path / "misspelt"),
    )
    assert_refused(failed, 4, "misspelt")
    for zone, hours in (("UTC", 0), ("+05:00", 5)):
        with serving(bundle, store, "--time-zone", zone) as server:
            assert hours_ahead(server.ask(*ASK, {})["as_of"]) == hours


def test_a_log_of_another_clock_does_not_stop_this_one(
    learned: Path, tmp_path: Path
) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    soon = (now + dt.timedelta(hours=1)).isoformat(" ", "seconds")
    log = tmp_path / "ahead.csv"
    log.write_text(f"user_id,action,date,products\nu,1,{soon},x\n")
    server = Server(learned / "bundle", tmp_path / "store", "--data", str(log))
    told = {"events": [{"user_id": "u", "action": "view", "products": ["y"]}]}
    client = server.client()
    assert client.ask("POST", "/v1/events", told)[0] == 200
    first = client.ask(*ASK, {"user_id": "u"})[1]
    assert first["fallback"] == "none"
    assert hours_ahead(first["as_of"]) == 0
    code, said = server.stop()
    assert code == 0
    assert "log: 1 events are later than now" in said
    assert "name the log's own time zone" in said


def test_nobody_is_linked_whom_no_log_would_keep(
    learned: Path, tmp_path: Path
) -> None:
    with serving(learned / "bundle", tmp_path / "store") as server:
        code, said = server.client().ask(
            "POST", "/v1/users/%2F*/link", {"visit_id": "a"}
        )
        assert code == 422
        assert "path: found" in said["detail"]


def test_another_shops_events_are_pointed_at(
    learned: Path, tmp_path: Path
) -> None:
    log = tmp_path / "other.csv"
    rows = [f"u,1,2024-03-01,other-{p}" for p in range(120)]
    log.write_text("\n".join(["user_id,action,date,products", *rows, ""]))
    server = Server(learned / "bundle", tmp_path / "store", "--data", str(log))
    code, said = server.stop()
    assert code == 0
    assert "knows 0 of the 120 products" in said


class SetClock:
    """The time of day of a server that was started with `env`."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "seconds_off"
        self.env = {
            "LD_PRELOAD": str(program_path().parent / "clock_shim.so"),
            "VITRINA_CLOCK_FILE": str(self.file),
        }

    def ahead_by(self, hours: float) -> None:
        self.file.write_text(str(round(3600 * hours)))


def test_a_clock_that_was_ahead_does_not_stop_time(
    learned: Path, tmp_path: Path
) -> None:
    clock = SetClock(tmp_path)
    clock.ahead_by(3)
    bundle, store = learned / "bundle", tmp_path / "store"
    server = Server(bundle, store, env=clock.env)
    clock.ahead_by(0)
    told = {"events": [{"user_id": "u", "action": "view", "products": ["x"]}]}
    assert server.ask("POST", "/v1/events", told) == {"statuses": ["stored"]}
    answer = server.ask(*ASK, {"user_id": "u"})
    assert answer["fallback"] == "none"
    assert hours_ahead(answer["as_of"]) == 0
    clock.ahead_by(30)
    assert hours_ahead(server.ask(*ASK, {})["as_of"]) == 30
    clock.ahead_by(0)
    assert server.ask("POST", "/v1/events", told) == {"statuses": ["stored"]}
    assert hours_ahead(server.ask(*ASK, {})["as_of"]) == 0
    code, said = server.stop()
    assert code == 0
    assert "the machine's was set back by 3.0 hours" in said
    assert "the machine's was set back by 30.0 hours" in said
    with serving(bundle, store) as later:
        answer = later.ask(*ASK, {"user_id": "u"})
        assert answer["fallback"] == "none", "what was told counts"


def test_a_restart_does_not_wait_for_a_clock_that_was_ahead(
    learned: Path, tmp_path: Path
) -> None:
    clock = SetClock(tmp_path)
    clock.ahead_by(3)
    bundle, store = learned / "bundle", tmp_path / "store"
    told = {"events": [{"user_id": "u", "action": "view", "products": ["x"]}]}
    first = Server(bundle, store, env=clock.env)
    assert first.ask("POST", "/v1/events", told) == {"statuses": ["stored"]}
    assert first.stop()[0] == 0
    with serving(bundle, store) as server:
        assert hours_ahead(server.ask(*ASK, {})["as_of"]) == 0


def test_a_clock_that_is_set_back_behind_the_bundle_is_no_refusal(
    learned: Path, tmp_path: Path
) -> None:
    clock = SetClock(tmp_path)
    clock.ahead_by(0)
    bundle = learned / "bundle"
    server = Server(bundle, tmp_path / "store", env=clock.env)
    clock.ahead_by(-10 * 365 * 24)
    answer = server.ask(*ASK, {"user_id": "u", "k": 3})
    assert len(answer["products"]) == 3
    assert hours_ahead(answer["as_of"]) == -10 * 365 * 24
    assert server.stop()[0] == 0


def test_a_start_with_a_clock_that_is_ahead_erases_nothing(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    clock = SetClock(tmp_path)
    clock.ahead_by(0)
    bundle, store = learned / "bundle", tmp_path / "store"
    told = {"events": [{"user_id": "u", "action": "view", "products": ["x"]}]}
    with serving(bundle, store) as server:
        server.ask("POST", "/v1/events", told)
    clock.ahead_by(30 * 24)
    ahead = Server(bundle, store, "--keep-days", "7", env=clock.env)
    code, said = ahead.stop()
    assert code == 0
    assert "all are older than the 7 days that they are kept" in said
    assert "they go in 1 hours, unless the machine's clock is wrong" in said
    done = vitrina("export", "--store", store, "--out", tmp_path / "log")
    assert "1 events of users" in done.stdout


def test_an_event_is_stored_once_whatever_the_clock_is_set_to(
    learned: Path, tmp_path: Path
) -> None:
    clock = SetClock(tmp_path)
    clock.ahead_by(0)
    server = Server(learned / "bundle", tmp_path / "store", env=clock.env)
    event = {"event_id": "1", "user_id": "u", "action": "view"}
    told = {"events": [event | {"products": ["x"]}]}
    assert server.ask("POST", "/v1/events", told) == {"statuses": ["stored"]}
    clock.ahead_by(25)
    assert server.ask("POST", "/v1/events", told) == {"statuses": ["repeated"]}
    assert server.stop()[0] == 0
