"""A customer is forgotten, and nothing is left: shown, not said."""

from pathlib import Path

from command import Vitrina, assert_refused, must_run
from serving import serving

USER = "somebody-to-forget"


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


def test_forgets_where_no_server_runs(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    words = ("forget", "--store", store)
    with serving(learned / "bundle", store) as server:
        event = {"visit_id": "guest-of-today", "action": "visit"}
        server.ask("POST", "/v1/events", {"events": [event]})
        refused = vitrina(*words, "--visit", "guest-of-today")
        assert_refused(refused, 7, "'vitrina serve' (process")
    said = must_run(*words, "--visit", "guest-of-today")
    assert said.startswith("1 rows erased, forgotten at ")
    must_run(*words, "--visit", "guest-of-today", "--verify")
    short = must_run(*words, "--user", "7", "--verify")
    assert "bytes not looked at" in short


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
