"""Next baskets by the published protocol: who is held out, and how judged."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command import program_path
from harness import next_basket, next_basket_report, split
from harness.logs import ORDER, US_PER_DAY, VIEW, Array, Log, make_log, time_us
from harness.program import Program

# Baskets by day; u3 has two, too few, and u4 buys what few do.
SHOPPERS = {
    "u1": {0: "ab", 2: "a", 5: "ac", 9: "ab"},
    "u2": {1: "b", 3: "bc", 4: "c"},
    "u3": {1: "a", 6: "b"},
    "u4": {2: "x", 3: "y", 8: "z"},
}


def log_of(shoppers: dict[str, dict[int, str]]) -> Log:
    """Orders at noon, and a view that is in no basket."""
    rows = [
        (user, item, ORDER, day)
        for user, baskets in shoppers.items()
        for day, basket in baskets.items()
        for item in basket
    ]
    rows.append(("u2", "a", VIEW, 7))
    users, items, actions, days = zip(*rows, strict=True)
    return make_log(
        "shop",
        np.array(users),
        np.array(items),
        np.array(actions),
        (np.array(days) + 0.5) * US_PER_DAY,
    )


def told(log: Log, part: split.Split) -> dict[str, tuple[int, str]]:
    """Day and products of each customer's target."""
    return {
        str(log.user_ids[user]): (
            int(day),
            "".join(log.item_ids[part.target.item[part.target.user == user]]),
        )
        for user, day in zip(part.users, part.day, strict=True)
    }


def learned(log: Log, part: split.Split) -> set[tuple[str, int]]:
    """Customers and days that are learned from."""
    days = part.train.time // US_PER_DAY
    users = log.user_ids[part.train.user]
    return set(zip(users.tolist(), days.tolist(), strict=True))


def test_the_last_basket_is_held_out() -> None:
    log = log_of(SHOPPERS)
    found = split.last_basket(log, rarest=2)
    # b is in two training baskets of u2 and one of u1, c in one of each
    assert told(log, found) == {"u1": (9, "ab"), "u2": (4, "c")}
    assert learned(log, found) == {
        *(("u1", day) for day in (0, 2, 5)),
        *(("u2", day) for day in (1, 3)),
    }
    assert found.end == 5.5 * US_PER_DAY + 1


def test_the_split_to_tune_on_knows_nothing_of_the_last_baskets() -> None:
    log = log_of(SHOPPERS)
    found = split.last_basket(log, rarest=1, back=2)
    assert told(log, found) == {"u1": (5, "a")}  # c was in no basket yet
    assert learned(log, found) == {("u1", 0), ("u1", 2)}


def test_at_one_moment_the_next_basket_is_held_out() -> None:
    log = log_of(SHOPPERS)
    found = split.one_moment(log, 4 * US_PER_DAY, rarest=1)
    assert told(log, found) == {"u1": (5, "ac"), "u2": (4, "c")}
    assert found.end <= 4 * US_PER_DAY
    # u4 bought before, but the target is of a product nobody had
    assert ("u4", 2) in learned(log, found)
    assert (found.day * US_PER_DAY >= found.end).all()


def test_who_has_more_than_fifty_baskets_is_left_out() -> None:
    many = {"u5": {day: "a" for day in range(51)}}
    log = log_of(SHOPPERS | many)
    assert "u5" not in told(log, split.last_basket(log, rarest=1))
    fifty = {"u5": {day: "a" for day in range(50)}}
    log = log_of(SHOPPERS | fifty)
    assert told(log, split.last_basket(log, rarest=1))["u5"] == (49, "a")


def numbers(log: Log, lists: list[str], width: int) -> Array:
    """Lists of products as positions, -1 where they are short."""
    items = np.full((len(lists), width), -1)
    for row, products in zip(items, lists, strict=True):
        row[: len(products)] = np.searchsorted(log.item_ids, list(products))
    return items


def test_metrics_by_hand() -> None:
    log = log_of(SHOPPERS)
    found = split.one_moment(log, 4 * US_PER_DAY, rarest=1)
    # u1 bought a and then a and c; u2 bought b and c and then c
    judged = split.judge(found, numbers(log, ["bac", "b"], 5), 2)
    assert judged["recall"].tolist() == [0.5, 0.0]
    assert judged["repeat"].tolist() == [1.0, 0.0]
    assert judged["explore"][0] == 0.0 and np.isnan(judged["explore"][1])
    assert judged["phr"].tolist() == [1.0, 0.0]
    gain = 1 / np.log2(3)
    assert judged["ndcg"] == pytest.approx([gain / (1 + gain), 0.0])
    judged = split.judge(found, numbers(log, ["bac", "c"], 5), 3)
    assert judged["recall"].tolist() == [1.0, 1.0]
    assert judged["ndcg"] == pytest.approx([(gain + 0.5) / (1 + gain), 1.0])


def test_the_first_entry_is_compared_with_the_rest() -> None:
    log = log_of(SHOPPERS)
    found = split.one_moment(log, 4 * US_PER_DAY, rarest=1)
    entries = [
        next_basket.Entry("vitrina", "Vitrina", numbers(log, ["ac", "c"], 20)),
        next_basket.Entry("other", "Other", numbers(log, ["a", ""], 20)),
    ]
    ours, theirs = next_basket.compare(found, entries, draws=50)
    assert ours["metrics"]["recall@10"]["value"] == 1.0
    assert theirs["metrics"]["recall@10"]["value"] == 0.25
    lead = theirs["metrics"]["recall@10"]["vitrina_ahead"]
    assert lead == {"value": 0.75, "low": 0.5, "high": 1.0}
    # of u1 alone, u2 having bought nothing new
    assert theirs["metrics"]["explore@10"]["value"] == 0.0
    row = {
        "split": found.name,
        "customers": 2,
        "products": 4,
        "target_size": 1.5,
        "learned_until": "1970-01-04",
        "targets_before": next_basket.earlier_targets(found),
        "entries": [theirs, ours],
    }
    page = next_basket_report.markdown(
        {
            "program": {"version": "vitrina 1", "sha256": "0" * 64},
            "trials": 12,
            "draws": 50,
            "logs": [{"log": "shop", "splits": [row]}],
        }
    )
    assert "nothing that is learned from is later" in page
    lines = page.splitlines()
    best = next(at for at, line in enumerate(lines) if "| Vitrina |" in line)
    assert (
        "| Other | .2500 | **+0.7500** [+0.5000, +1.0000]" in lines[best + 1]
    )


def test_vitrina_is_asked_before_each_target(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    shoppers = {
        f"u{user:03}": {
            int(day): "".join(rng.choice(list("abcdefgh"), 2, replace=False))
            for day in rng.choice(30, 6, replace=False)
        }
        for user in range(120)
    }
    log = log_of({"u2": {7: "a"}} | shoppers)
    begin = time_us("2024-01-01")
    log = replace(log, time=log.time + begin)
    found = split.one_moment(log, begin + 20 * US_PER_DAY, rarest=1)
    lists = next_basket.ask_vitrina(
        Program(program_path(), 1), found, tmp_path / "none"
    )
    assert list(lists) == list(next_basket.VITRINA)
    for items in lists.values():
        assert items.shape == (len(found.users), 20)
        assert (items[:, 0] >= 0).all()
        judged = split.judge(found, items, 8)
        assert np.mean(judged["recall"]) > 0.9  # all eight are listed
