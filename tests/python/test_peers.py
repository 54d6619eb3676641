"""The evaluation of bench/peers on a log whose readings are known.

Needs nothing of the peers' environment.
"""

import json
import math
from dataclasses import replace
from pathlib import Path

import measured_docs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command import program_path
from harness import choice, history, lists
from harness import report as peers_report
from harness.evaluate import (
    Answer,
    Judged,
    bootstrap,
    interval,
    judge,
    readings,
)
from harness.logs import US_PER_DAY, Log, make_log, read_log, time_us
from harness.models import two_stage
from harness.plan import read_plans
from harness.program import Program, read_answer, write_answer
from vitrina_ops.files import write_json

ROOT = Path(__file__).resolve().parents[2]

CUTS = ["2024-01-04T00:00:00", "2024-01-05T00:00:00"]
ENDS = ["2024-01-05T00:00:00", "2024-01-06T00:00:00"]
VIEW, ADD, ORDER = 0, 2, 5
# On the 4th u1 buys four products and u2 one; on the 5th u1 and u3 one each.
EVENTS = [
    ("u1", "p1", VIEW, "2024-01-01T10:00:00"),
    ("u1", "p2", ADD, "2024-01-03T10:00:00"),
    ("u2", "p3", ADD, "2024-01-03T11:00:00"),
    ("u4", "p9", VIEW, "2024-01-03T12:00:00"),
    ("u1", "p1", ORDER, "2024-01-04T00:00:00"),
    ("u1", "p2", ORDER, "2024-01-04T09:00:00"),
    ("u1", "p3", ORDER, "2024-01-04T09:00:00"),
    ("u1", "p3", ORDER, "2024-01-04T10:00:00"),
    ("u1", "p4", ORDER, "2024-01-04T10:00:00"),
    ("u2", "p4", ORDER, "2024-01-04T11:00:00"),
    ("u3", "p5", VIEW, "2024-01-04T12:00:00"),
    ("u1", "p1", ORDER, "2024-01-05T00:00:00"),
    ("u3", "p5", ORDER, "2024-01-05T12:00:00"),
]
# Best customer first, products best first.
SENT = [
    {"u1": ["p3", "p1", "p9", "p2"], "u4": ["p4"], "u2": ["p1"]},
    {"u3": ["p9", "p5"], "u1": ["p2"]},
]


@pytest.fixture
def log() -> Log:
    """The events, shuffled."""
    order = np.random.default_rng(3).permutation(len(EVENTS))
    users, items, actions, times = zip(
        *[EVENTS[at] for at in order], strict=True
    )
    return make_log(
        "tiny",
        np.array(users),
        np.array(items),
        np.array(actions),
        np.array([time_us(one) for one in times]),
    )


def answer(log: Log, sent: dict[str, list[str]]) -> Answer:
    """An answer by ids, as positions."""
    width = max(len(products) for products in sent.values())
    items = np.full((len(sent), width), lists.NONE)
    for row, products in enumerate(sent.values()):
        items[row, : len(products)] = np.searchsorted(log.item_ids, products)
    return Answer(np.searchsorted(log.user_ids, list(sent)), items)


def windows(log: Log, n: int = 10) -> list[Judged]:
    """Both windows, judged on the first n customers."""
    return [
        judge(
            answer(log, sent).first(n),
            log.bought(time_us(cut), time_us(end)),
        )
        for sent, cut, end in zip(SENT, CUTS, ENDS, strict=True)
    ]


def test_readings_of_each_window(log: Log) -> None:
    first, second = windows(log)
    # u1 gets 3 of 4, u2 is sent and gets nothing, u4 does not buy
    assert readings([first]) == {
        "a": 0.375,
        "b": 0.375,
        "c": 0.75,
        "precision": pytest.approx(2 / 3),
    }
    # u3 gets 1 of 1, u1 nothing
    assert readings([second]) == {
        "a": 0.5,
        "b": 0.5,
        "c": 1.0,
        "precision": 1.0,
    }


def test_windows_are_pooled_over_buyers(log: Log) -> None:
    pooled = readings(windows(log))
    assert pooled["a"] == pytest.approx((0.75 + 0 + 1 + 0) / 4)
    assert pooled["c"] == pytest.approx((0.75 + 1) / 2)
    assert pooled["precision"] == pytest.approx(4 / 5)


def test_a_buyer_who_is_not_sent_counts_nothing_in_a(log: Log) -> None:
    one = readings(windows(log, n=1))
    assert one["a"] == pytest.approx((0.75 + 1) / 4)
    assert one["b"] == pytest.approx((0.75 + 1) / 2)


def test_nobody_sent_leaves_b_without_a_value(log: Log) -> None:
    none = readings(windows(log, n=0))
    assert none["a"] == 0
    assert np.isnan([none["b"], none["c"], none["precision"]]).all()


def test_bootstrap_draws_a_buyer_with_all_cuts(log: Log) -> None:
    both, fewer = windows(log), windows(log, n=1)
    drawn = bootstrap([both, both, fewer], draws=400)
    assert drawn.shape == (3, 400, 3)
    assert np.array_equal(drawn[0], drawn[1], equal_nan=True)
    # u1 has two windows and .75 in all, u2 one and 0, u3 one and 1
    possible = set()
    for ones in range(4):
        for twos in range(4 - ones):
            threes = 3 - ones - twos
            total = 0.75 * ones + threes
            possible.add(round(total / (2 * ones + twos + threes), 9))
    assert set(np.round(drawn[0][:, 0], 9)) == possible
    low, high = interval(drawn[0][:, 0])
    assert low <= readings(both)["a"] <= high


def test_program_scores_the_same(log: Log, tmp_path: Path) -> None:
    write_log(tmp_path / "shop", EVENTS)
    files = [tmp_path / f"{at}.csv" for at in range(2)]
    for path, sent in zip(files, SENT, strict=True):
        write_answer(path, answer(log, sent), log)
        back, made = read_answer(path, log, 4), answer(log, sent)
        assert np.array_equal(back.users, made.users)
        width = made.items.shape[1]
        assert np.array_equal(back.items[:, :width], made.items)
    theirs = Program(program_path(), 1).score(
        files, tmp_path / "shop", CUTS, ENDS
    )
    ours = readings(windows(log))
    assert theirs == pytest.approx(ours, abs=1e-9)


def write_log(folder: Path, events: list[tuple[str, str, int, str]]) -> None:
    """The events as the case's file, with rows that are to be left out."""
    rows = [*events, ("/*", "p1", ORDER, EVENTS[0][3])]
    users, items, actions, times = zip(*rows, strict=True)
    dates = np.array(times, "datetime64[us]")
    products = [[one] for one in items]
    products[0] = [products[0][0], "/*"]
    table = {
        "user_id": pa.array(users),
        "action": pa.array(actions, pa.int64()),
        "date": pa.array(dates),
        "products": pa.array(products, pa.list_(pa.string())),
    }
    visit = {
        "user_id": ["u8"],
        "action": [7],
        "date": dates[:1],
        "products": pa.array([[]], pa.list_(pa.string())),
    }
    folder.mkdir()
    parts = [pa.table(table), pa.table(visit, schema=pa.table(table).schema)]
    pq.write_table(pa.concat_tables(parts), folder / "train_actions.pq")


def test_log_is_read_without_junk(log: Log, tmp_path: Path) -> None:
    write_log(tmp_path / "tiny", EVENTS)
    read = read_log(tmp_path / "tiny")
    assert read.name == "tiny"
    assert np.array_equal(np.sort(read.time), read.time)
    assert rows(read) == rows(log)


def rows(log: Log) -> list[tuple[str, str, int, int]]:
    """The events by their ids, in a fixed order."""
    columns = (
        log.user_ids[log.user].tolist(),
        log.item_ids[log.item].tolist(),
        log.action.tolist(),
        log.time.tolist(),
    )
    return sorted(zip(*columns, strict=True))


def test_own_history_fades_and_forgets_the_future(log: Log) -> None:
    cut = time_us(CUTS[0])
    rule = history.Rule((VIEW, ADD), (1.0, 1.0), (4, 4))  # a day
    faded = history.fade(log, cut, rule.kinds)
    own = history.rank(faded, rule, 2)
    ids = log.item_ids[own.items[0]]
    assert ids.tolist() == ["p2", "p1"]
    days = [14 / 24, 2 + 14 / 24]
    assert own.values[0] == pytest.approx([0.5**day for day in days])
    assert log.user_ids[own.users].tolist() == ["u1", "u2", "u4"]
    past = history.fade(log.before(cut), cut, rule.kinds)
    assert np.array_equal(past.sums, faded.sums)
    known = choice.activity(log.before(cut), cut, own)
    assert np.array_equal(choice.activity(log, cut, own), known)


def test_learned_rule_gets_better(log: Log) -> None:
    start = history.Rule((VIEW, ADD), (1.0, 1.0), (4, 4))

    def value(rule: history.Rule) -> float:
        return 1 + rule.half_life[1] - abs(rule.weight[0] - 0.25)

    best, tried = history.learn_rule(start, value)
    assert best.half_life[1] == len(history.HALF_LIVES) - 1
    assert best.weight[0] == 0.25
    assert tried == 1 + 2 * 2 * (len(history.HALF_LIVES) + 5)


def scores(items: list[list[int]], values: list[list[float]]) -> lists.Scores:
    """Scores of users 0, 1, ..."""
    return lists.Scores(
        np.arange(len(items)), np.array(items), np.array(values)
    )


def test_blend_adds_shares_of_products_in_both_lists() -> None:
    own = scores([[7, 8, -1], [-1, -1, -1]], [[4.0, 1.0, 0], [0, 0, 0]])
    peer = scores([[9, 8], [5, -1]], [[10.0, 9.0], [3.0, 0]])
    blender = choice.make_blender(own, peer)
    # 7: 1; 8: .25 + .3 * .9; 9: .3
    assert blender.blend(0.3, "max").tolist()[0] == [7, 8, 9, -1, -1]
    # 7: 1; 8: .25 + .9; 9: 1
    assert blender.blend(1.0, "max").tolist()[0] == [8, 7, 9, -1, -1]
    assert blender.blend(1.0, "max").tolist()[1] == [5, -1, -1, -1, -1]


def test_short_lists_are_filled_with_new_products() -> None:
    filled = lists.fill(np.array([[3, -1, -1], [1, 2, 4]]), np.array([3, 5]))
    assert filled.tolist() == [[3, 5, -1], [1, 2, 4]]


def test_ties_go_to_the_lower_product() -> None:
    found = lists.top_k(
        np.array([1, 2, 6]),
        np.array([6, 1, 1, 1]),
        np.array([4, 9, 3, 5]),
        np.array([1.0, 2.0, 2.0, 3.0]),
        2,
    )
    assert found.items.tolist() == [[5, 3], [-1, -1], [4, -1]]
    moved = found.for_users(np.array([0, 1, 6]))
    assert moved.items.tolist() == [[-1, -1], [5, 3], [4, -1]]


def test_customers_are_ranked_by_the_wanted_value() -> None:
    peer = scores([[1], [2], [3]], [[5.0], [9.0], [9.0]])
    ground = choice.Ground(
        peer.users, peer, np.array([], int), {"buys": np.array([3, 1, 2])}
    )
    first = choice.make_answer(ground, peer, choice.Recipe("buys"))
    assert first.users.tolist() == [0, 2, 1]
    assert first.items.tolist() == [[1], [3], [2]]
    by_self = choice.make_answer(ground, peer, choice.Recipe("self"))
    assert by_self.users.tolist() == [1, 2, 0]


def test_customers_are_learned_from_windows_before_the_cut() -> None:
    days = 40
    log = make_log(
        "daily",
        np.repeat(["u", "v"], days),
        np.array(["p"] * 2 * days),
        np.full(2 * days, ORDER),
        np.tile(np.arange(days) * US_PER_DAY, 2),
    )
    rule = history.first_rule(log)
    cut = days * US_PER_DAY
    # four windows of a day; nine of three days fit into four weeks
    assert len(choice.examples(log, cut, rule).buys) == 4 * 2
    weekly = replace(log, pace_days=7.0)
    found = choice.examples(weekly, cut, rule)
    assert len(found.buys) == 9 * 2
    assert found.buys.all() and found.recall.all()
    assert weekly.before(cut).age(cut)[0] == pytest.approx(days / 7)


@pytest.mark.parametrize(
    ("pace", "age", "expected"),
    [
        (7, 100, {"asked": 3, "pace": 7, "two paces": 14}),
        (7, 15, {"asked": 3, "pace": 7, "two paces": 7}),
        (1, 9, {"asked": 1, "pace": 1, "two paces": 2}),
        (1, 1, {"asked": 1, "pace": 1, "two paces": 1}),
    ],
)
def test_two_stages_may_learn_what_is_asked(
    pace: float, age: int, expected: dict[str, float]
) -> None:
    user, item, action, time = map(np.array, (["u"], ["p"], [ORDER], [0]))
    log = make_log("shop", user, item, action, time)
    past = replace(log, pace_days=pace)
    cut = age * US_PER_DAY
    found = {
        window: two_stage.label_days(past, cut, window)
        for window in two_stage.TwoStage.space["labels"]
    }
    assert found == expected


def test_plans_are_read_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    plans = read_plans(ROOT / "bench/peers/logs.toml")
    assert set(plans) == {
        "taobao2017-baskets",
        "taobao2017-full-logs",
        "tafeng2001-half",
        "completejourney2017",
    }
    assert len(plans["completejourney2017"].reported) == 12
    assert plans["tafeng2001-half"].reported[0] == "2001-02-03"
    text = 'pace_days = 1\ntuning = ["2024-01-05"]\nreported = ["2024-01-04"]'
    wrong = tmp_path / "logs.toml"
    wrong.write_text(f"[shop]\n{text}\n")
    with pytest.raises(SystemExit, match="shop: found tuning at 2024-01-05"):
        read_plans(wrong)


def test_a_day_is_a_day() -> None:
    assert time_us("2024-01-02") - time_us("2024-01-01") == US_PER_DAY


def entry(name: str, title: str, a: float, low: float) -> dict[str, object]:
    """What the harness reports of a method, as far as tables ask."""
    lead = {"value": low + 0.001, "low": low, "high": low + 0.002}
    size = {
        "pooled": {"a": a, "b": 0.2, "c": 0.5},
        "cuts": {"2024-01-04": {"a": a, "b": 0.2, "c": 0.5}},
        "vitrina_ahead": {"a": lead},
    }
    return {
        "name": name,
        "title": title,
        "choice": "own",
        "sizes": {"n": size, "share": size},
    }


def report_of(entries: list[dict[str, object]]) -> dict[str, object]:
    about = {"users": 10, "buyers": 5, "sent_share": 1}
    return {
        "horizon_days": 3.0,
        "max_users": 3000,
        "draws": 2000,
        "logs": [
            {
                "log": "a-log",
                "program": {"version": "vitrina 1"},
                "versions": {"peer": "2.0"},
                "cuts": {"2024-01-04": about},
                "tuning_cuts": {"2024-01-03": about},
                "entries": entries,
            }
        ],
    }


def test_tables_name_every_method_and_the_short_one_the_best_of_each() -> None:
    report = report_of(
        [
            entry("knn", "kNN", 0.04, 0.02),
            entry("knn+own", "kNN + own history", 0.05, -0.0005),
            entry("vitrina", "Vitrina", 0.06, 0.0),
        ]
    )
    page = peers_report.markdown(report)
    assert "| kNN | own | .0400 |" in page
    assert "| kNN + own history | own | .0500 |" in page
    assert "Tuned at 2024-01-03; reported at 2024-01-04." in page
    assert "vitrina 1; peer 2.0." in page
    short = measured_docs.best_peers(report).splitlines()
    assert short[2:] == ["| Vitrina | .0600 |", "| kNN | .0500 (+0.0005) |"]
    best = peers_report.short(report).splitlines()
    assert best[2:] == [
        f"| a-log | {name} | .0600 | kNN + own history | .0500 "
        "| +0.0005 [-0.0005, +0.0015] |"
        for name in ("3000", "10%")
    ]


def test_a_reading_over_nobody_is_null_in_what_is_recorded(
    tmp_path: Path,
) -> None:
    path = tmp_path / "report.json"
    low_high = (math.inf, np.float64("nan"))
    write_json(path, {"b": math.nan, "interval": low_high, "n": 3, "a": 0.25})
    text = path.read_text()
    assert json.loads(text, parse_constant=pytest.fail) == {
        "b": None,
        "interval": [None, None],
        "n": 3,
        "a": 0.25,
    }
    assert peers_report.number(None) == peers_report.number(math.nan) == "-"
    for record in sorted(measured_docs.MEASURED.glob("*.json")):
        json.loads(record.read_text(), parse_constant=pytest.fail)
