"""An export as a log to train on, and beside a server that forgets."""

import contextlib
import re
import shutil
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import yaml
from command import Vitrina, must_run
from finished import FAST, simulate
from serving import serving

CATALOG = "stokman_catalog_preprocessed.pq"
JUNK = "/*"  # an id of the simulated shop that the server refuses


def test_the_pipeline_learns_of_what_was_served(
    learned: Path, tmp_path: Path
) -> None:
    """The lines of docs/serving.md, from events over HTTP to an answer."""
    shop, store, log = (tmp_path / name for name in ("shop", "store", "log"))
    simulate(shop, seed=7, scale="0.005")
    rows = [
        row
        for row in pq.read_table(shop / "train_actions.pq").to_pylist()
        if JUNK not in (row["user_id"], *row["products"])
    ]
    # a customer's events in the order of time, one customer after the other
    rows.sort(key=lambda row: (row["user_id"], row["date"]))
    events = [
        {
            "user_id": row["user_id"],
            "action": row["action"],
            "products": row["products"],
            "time": row["date"].isoformat(),
            "page": row["pageId"] or 0,
        }
        for row in rows
    ]
    with serving(learned / "bundle", store) as server:
        client = server.client()
        for begin in range(0, len(events), 1000):
            told = {"events": events[begin : begin + 1000]}
            client.done("POST", "/v1/events", told)
        client.close()
    must_run("export", "--store", store, "--out", log)
    exported = pq.read_table(log / "train_actions.parquet")
    assert exported.num_rows == sum(
        max(1, len(event["products"])) for event in events
    )
    shutil.copy(shop / CATALOG, log)
    (tmp_path / "fast.yaml").write_text(yaml.safe_dump(FAST))
    said = must_run(
        *("run", "--data", log, "--out", tmp_path / "answer"),
        *("--params", tmp_path / "fast.yaml"),
        *("--bundle", tmp_path / "tonight"),
    )
    named = re.search(r"^named +(\d+) customers x 5 products", said, re.M)
    assert named
    answer = pq.read_table(tmp_path / "answer" / "recommendations.parquet")
    users = set(answer["user_id"].to_pylist())
    assert len(users) == int(named[1]) == FAST["choose"]["max_users"]
    assert users <= {row["user_id"] for row in rows}
    # what was served is answered for by what was learned of it
    with serving(tmp_path / "tonight", store) as server:
        body = {"user_id": min(users)}
        asked = server.ask("POST", "/v1/recommendations", body)
        assert asked["bundle"] == server.bundle
        assert asked["fallback"] == "none"


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
