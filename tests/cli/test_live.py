"""The live engine against the program: the same answers, to the bit."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shops
import vitrina as library
from command import Vitrina, assert_refused
from vitrina_ops.files import read_json

AT = "2024-03-14T11:22:33"


def pairs_of(answer: pa.Table) -> list[tuple[str, float, str]]:
    return [
        (row["product_id"], row["score"], row["source"])
        for row in answer.to_pylist()
    ]


@pytest.fixture
def live(learned: Path) -> library.Live:
    return library.Live.open(learned / "bundle")


def test_answers_as_the_program_does(
    vitrina: Vitrina, learned: Path, live: library.Live, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    shops.write_shop(shop, shops.later_rows())
    products = {p for row in shops.later_rows() for p in row.products}
    listed_ids = sorted(products)[::2]
    catalog = {
        "product_id": listed_ids,
        "price": [float(len(p)) for p in listed_ids],
        "category_id": [f"category {p[-1]}" for p in listed_ids],
    }
    pq.write_table(pa.table(catalog), shop / "catalog.pq")
    strangers = ["stranger", "another"]
    ids = tmp_path / "ids.txt"
    users = sorted({row.user_id for row in shops.later_rows()})
    ids.write_text("\n".join(users + strangers) + "\n")
    done = vitrina(
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", tmp_path / "shop", "--at", AT, "--out", tmp_path / "out"),
        *("--max-users", "1000", "--force-bundle", "--only-users", ids),
    )
    assert done.returncode == 0, done.stderr
    expected: dict[str, list[tuple[str, float, str]]] = {}
    for row in pq.read_table(
        tmp_path / "out" / "recommendations.parquet"
    ).to_pylist():
        entry = (row["product_id"], row["score"], row["source"])
        expected.setdefault(row["user_id"], []).append(entry)
    assert set(expected) >= set(strangers)

    live.swap(learned / "bundle", catalog=shop)
    assert live.add(shop) > 0
    assert live.add(shop) == 0, "the very same events count once"
    for user, listed in expected.items():
        answer = live.recommend(user, at=AT)
        assert pairs_of(answer) == listed, user
        assert answer.schema.metadata[b"vitrina.as_of"] == AT.encode()
    fallback = live.recommend("stranger", at=AT).schema.metadata
    assert fallback[b"vitrina.fallback"] == b"popular"
    assert fallback[b"vitrina.bundle"] == live.fingerprint.encode()


def test_events_come_as_dicts_tables_and_paths(
    learned: Path, live: library.Live
) -> None:
    log = pq.read_table(next((learned / "shop").glob("*actions*")))
    n_events = live.add(log, before="2024-03-10")
    other = library.Live.open(learned / "bundle")
    assert n_events == other.add(learned / "shop", before="2024-03-10") > 0
    event: dict[str, Any] = {
        "user_id": 7,
        "action": "basket_add",
        "products": [3, "5"],
    }
    assert live.add(event) == 2
    assert live.add([event | {"time": "2024-03-14T10:00:00"}] * 2) == 2
    for time in (
        "2024-03-14T12:00:00+02:00",
        datetime(2024, 3, 14, 10, tzinfo=UTC),
    ):
        assert live.add(event | {"time": time}) == 0, "on the clock, those"
    assert live.n_events == n_events + 4
    for key, value, error in (
        ("action", "look", "event 0: action: found 'look'"),
        ("user_id", None, "event 0: visit_id: found ''"),
        ("products", "3", "event 0: products: found '3'"),
        ("page", -1, "event 0: page: found -1"),
        ("price", 3, "event 0: found the key 'price'"),
        ("time", "soon", "event 0: time: found 'soon'"),
    ):
        with pytest.raises(library.Error, match=error):
            live.add(event | {key: value})
    with pytest.raises(library.Error, match="events: found 7"):
        live.add(7)  # type: ignore[arg-type]
    with pytest.raises(library.Error, match="before: found with events"):
        live.add(event, before="2024-03-10")
    assert live.n_events == n_events + 4


def test_a_warning_of_a_log_names_the_callers_line(
    live: library.Live,
) -> None:
    moscow = pa.timestamp("us", tz="Europe/Moscow")
    log = pa.table(
        {
            "user_id": ["a"],
            "action": ["view"],
            "products": [["1"]],
            "date": pa.array([1_710_000_000_000_000], type=moscow),
        }
    )
    with pytest.warns(UserWarning, match="Europe/Moscow") as told:
        live.add(log)
    assert told[0].filename == __file__


def test_the_next_answer_counts_an_event(live: library.Live) -> None:
    product = live.recommend(k=10)["product_id"][-1].as_py()
    assert live.add(
        {"visit_id": "v", "action": "basket_add", "products": [product]}
    )
    assert live.recommend(visit_id="v")["product_id"][0].as_py() == product
    signed_in = live.recommend("u", visit_id="v", k=3)
    assert signed_in["product_id"][0].as_py() == product
    others = live.recommend(visit_id="v", exclude_touched=True, k=10)
    assert len(others) == 10
    assert product not in others["product_id"].to_pylist()
    assert live.recommend(only=[product]).num_rows == 1
    assert live.forget(visit_id="v") == 1
    assert live.n_events == 0
    assert live.link("v", "u")
    assert not live.link("v", "another"), "it stays the first one's"
    with pytest.raises(library.Error, match="is linked to user 'u'"):
        live.forget(visit_id="v")
    with pytest.raises(library.Error, match="forget: give one of"):
        live.forget()
    with pytest.raises(library.Error, match="k: found '0'"):
        live.recommend(k=0)
    with pytest.raises(library.Error, match="learned from events until"):
        live.recommend(at="2024-03-01")


def test_proposes_by_events_and_catalog(live: library.Live) -> None:
    """By the catalog of shops.catalog_table(products=30)."""
    product = live.recommend(k=10)["product_id"][0].as_py()
    live.add({"user_id": "u", "action": "basket_add", "products": [product]})
    live.add({"user_id": "u", "action": "view", "products": [product]})
    for rows in (
        live.recommend("u", k=10, exclude_seen=True),
        live.recommend("u", k=10, exclude_in_basket=True),
    ):
        assert product not in rows["product_id"].to_pylist()
    rows = live.recommend("u", k=10, exclude_bought=True)
    assert product in rows["product_id"].to_pylist()
    rows = live.recommend("u", k=10, categories=["c1", "c3"])
    assert len(rows) == 10
    assert {
        int(p) % shops.CATEGORIES for p in rows["product_id"].to_pylist()
    } == {
        1,
        3,
    }
    prices = dict(
        zip(
            *(
                shops.catalog_table(products=30)[column].to_pylist()
                for column in ("product_id", "price")
            ),
            strict=True,
        )
    )
    rows = live.recommend("u", k=30, min_price=1000, max_price=5000)
    assert 0 < len(rows) < 30
    for listed in rows["product_id"].to_pylist():
        assert 1000 <= prices[listed] <= 5000
    rows = live.recommend("u", k=40, only_listed=True)
    assert set(rows["product_id"].to_pylist()) <= set(prices)
    with pytest.raises(library.Error, match="min_price: found 'cheap'"):
        live.recommend(min_price="cheap")  # type: ignore[arg-type]
    with pytest.raises(library.Error, match="max_price: found 'nan'"):
        live.recommend(max_price=float("nan"))


def test_neighbours_come_first_and_visits_are_linked(
    live: library.Live,
) -> None:
    first, last = (
        live.recommend(k=10).column("product_id").to_pylist()[p]
        for p in (0, 9)
    )
    beside = pairs_of(live.recommend(k=3, beside=first))
    similar = live.similar(first, 3).column("product_id").to_pylist()
    assert [p for p, _, _ in beside][: len(similar)] == similar
    assert first not in [p for p, _, _ in beside]
    with pytest.raises(library.Error, match="no such model"):
        live.recommend(beside=first, by=["no such model"])
    live.add({"visit_id": "g", "action": "basket_add", "products": [last]})
    assert pairs_of(live.recommend("u", k=1))[0][0] != last
    live.link("g", "u")
    assert pairs_of(live.recommend("u", k=1))[0][0] == last


def test_is_asked_from_many_threads(learned: Path, live: library.Live) -> None:
    live.add(learned / "shop")
    users = [str(user) for user in range(1, 40)]
    expected = {u: pairs_of(live.recommend(u, at=AT)) for u in users}
    wrong: list[str] = []

    def ask() -> None:
        for user in users:
            if pairs_of(live.recommend(user, at=AT)) != expected[user]:
                wrong.append(user)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        live.swap(learned / "bundle")
    for thread in threads:
        thread.join()
    assert not wrong


def test_replay_tells_hits_and_compares(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words = (
        *("replay", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop", "--allow-future"),
        *("--from", "2024-03-11", "--to", "2024-03-15"),
    )
    done = vitrina(*words, "--check", "300", "--json", tmp_path / "r.json")
    assert done.returncode == 0, done.stderr
    assert "hit@" in done.stdout
    report = read_json(tmp_path / "r.json")
    check = report["check"]
    assert check["answers"] > 200
    assert check["moments"] == 50
    assert check["other_lists"] == check["other_features"] == 0
    targets = report["targets"]
    assert targets["all"]["moments"] >= targets["not_in_basket"]["moments"] > 0
    for target in targets.values():
        if target["moments"] == 0:
            continue
        for rate in target["hit_rates"]:
            assert 0 <= rate["frozen"] <= 1
            assert rate["low"] <= rate["difference"] <= rate["high"]
        low, high = target["hit_rates"]
        assert (low["k"], high["k"]) == (10, 25)
        assert low["live"] <= high["live"]
    longer = (*words, "--k", "40", "--check", "50", "--json")
    assert vitrina(*longer, tmp_path / "longer.json").returncode == 0
    check = read_json(tmp_path / "longer.json")["check"]
    assert check["other_lists"] == check["other_features"] == 0
    one = vitrina(*words, "--threads", "1", "--json", tmp_path / "1.json")
    assert one.returncode == 0, one.stderr
    again = read_json(tmp_path / "1.json")
    assert again["targets"] == json.loads(json.dumps(targets))


def test_replay_refuses(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words = (
        *("replay", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop"),
    )
    span = ("--from", "2024-03-14", "--to", "2024-03-15")
    early = vitrina(*words, "--from", "2024-03-01", "--to", "2024-03-15")
    assert_refused(early, 6, "learned from events until 2024-03-12T")
    turned = vitrina(*words, "--from", "2024-03-15", "--to", "2024-03-14")
    assert_refused(turned, 2, "--to: found 2024-03-14")
    unread = vitrina(*words, *span, "--set", "ingest.since=2024-03-14")
    assert_refused(unread, 2, "--set ingest.since: has no effect here")
    assert_refused(vitrina(*words, *span, "--k", "0"), 2, "--k: found '0'")
    assert_refused(vitrina(*words, *span, "--check", "x"), 2, "--check")
    nothing = vitrina(*words, "--from", "2025-03-01", "--to", "2025-03-02")
    assert nothing.returncode == 0, nothing.stderr
    assert "no product is put into a basket or ordered" in nothing.stderr


@pytest.fixture
def newer(vitrina: Vitrina, learned: Path, tmp_path: Path) -> Path:
    """A bundle of the same shop as of another day, with other trees."""
    done = vitrina(
        *("run", "--quiet", "--data", learned / "shop"),
        *("--as-of", "2024-03-14", "--out", tmp_path / "answer"),
        *("--bundle", tmp_path / "newer", "--set=train.rounds=2"),
    )
    assert done.returncode == 0, done.stderr
    return tmp_path / "newer"


def test_replay_compares_two_bundles(
    vitrina: Vitrina, learned: Path, newer: Path, tmp_path: Path
) -> None:
    span = ("--from", "2024-03-14", "--to", "2024-03-16")

    def report(name: str, *bundles: str | Path) -> dict[str, Any]:
        done = vitrina(
            *("replay", "--quiet", "--data", learned / "shop", *span),
            *("--bundle", *bundles, "--k", "1,3", "--json", tmp_path / name),
        )
        assert done.returncode == 0, done.stderr
        assert ("live - other" in done.stdout) == ("--vs" in bundles)
        return dict(read_json(tmp_path / name))

    old, new = learned / "bundle", newer
    first = report("first.json", new, "--vs", old)
    second = report("second.json", old, "--vs", new)
    alone = report("alone.json", new)
    versus = first["versus"]
    assert versus["bundle"] == second["bundle"] != first["bundle"]
    assert versus["learned_until"].startswith("2024-03-12T")
    assert "versus" not in alone
    assert alone["targets"] == first["targets"]
    n_apart = 0
    for target, found in first["targets"].items():
        rates = zip(
            found["hit_rates"],
            versus["targets"][target]["hit_rates"],
            second["targets"][target]["hit_rates"],
            second["versus"]["targets"][target]["hit_rates"],
            strict=True,
        )
        for live, other, other_live, turned in rates:
            assert other["live"] == other_live["live"]
            if other["live"] is None:
                continue
            assert turned["difference"] == -other["difference"]
            assert other["difference"] == live["live"] - other["live"]
            assert other["low"] <= other["difference"] <= other["high"]
            n_apart += other["difference"] != 0
    assert n_apart > 0


def test_replay_of_a_bundle_against_itself_is_level(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    done = vitrina(
        *("replay", "--quiet", "--data", learned / "shop"),
        *("--bundle", learned / "bundle", "--vs", learned / "bundle"),
        *("--from", "2024-03-13", "--to", "2024-03-15"),
        *("--json", tmp_path / "r.json"),
    )
    assert done.returncode == 0, done.stderr
    targets = read_json(tmp_path / "r.json")["versus"]["targets"]
    for target in ("all", "not_in_basket"):
        for rate in targets[target]["hit_rates"]:
            assert rate["live"] > 0
            assert rate["difference"] == rate["low"] == rate["high"] == 0


def test_replay_refuses_another_bundle(
    vitrina: Vitrina, learned: Path, newer: Path, tmp_path: Path
) -> None:
    words = (
        *("replay", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop", "--to", "2024-03-15"),
    )
    on_13 = (*words, "--from", "2024-03-13")
    none = vitrina(*on_13, "--vs", tmp_path / "none")
    assert_refused(none, 4, "expected a bundle")
    no_bundle = vitrina(*on_13, "--vs", learned / "shop")
    assert_refused(no_bundle, 4, "expected a bundle")
    early = vitrina(*on_13, "--vs", newer)
    assert_refused(early, 6, "learned from events until 2024-03-13T")
    allowed = vitrina(*on_13, "--vs", newer, "--allow-future")
    assert allowed.returncode == 0, allowed.stderr
    assert "the answer has seen the future" in allowed.stderr


def test_a_score_is_the_same_whatever_is_asked_for(
    live: library.Live,
) -> None:
    """Candidates are those of a batch; a longer list goes on behind them."""
    longest = 40
    some = pairs_of(live.recommend(k=longest, at=AT))
    assert len(some) == longest, "more than best sellers are proposed"
    before = "2024-03-14T11:00:00"
    for product, _, _ in some[::2]:
        event = {"user_id": "much", "action": "view", "products": [product]}
        live.add(event | {"time": before})
    for user in ("much", "nobody"):
        ten = pairs_of(live.recommend(user, k=10, at=AT))
        scores = {product: score for product, score, _ in ten}
        for k in (25, 35, longest):
            longer = pairs_of(live.recommend(user, k=k, at=AT))
            assert len(longer) == k
            assert len({product for product, _, _ in longer}) == k
            assert longer[:10] == ten
        home = pairs_of(live.recommend(user, k=10, max_touched=5, at=AT))
        assert len(home) == 10
        known = [p for p, _, _ in home if p in scores]
        assert len(known) >= 5
        assert all(
            score == scores.get(product, score) for product, score, _ in home
        )
