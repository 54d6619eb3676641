"""The next-basket peers of bench/peers, by hand and beside cornac's.

Cornac is not among the project's packages: its part is skipped without it.
"""

from typing import Any

import numpy as np
import pytest
from harness.baskets import PLAIN, Baskets, make_baskets
from harness.logs import (
    ADD,
    ORDER,
    US_PER_DAY,
    VIEW,
    Array,
    Log,
    make_log,
)
from harness.models import next_basket
from harness.models.base import Params, Space
from harness.tuning import draw_params

CUT = 40 * US_PER_DAY
# user: baskets of products, oldest first; a basket a day
SHOPPERS = {
    "u1": [["a", "b"], ["a"], ["a", "c"]],
    "u2": [["b", "d"], ["d"]],
    "u3": [["c"]],
}


def log_of(shoppers: dict[str, list[list[str]]]) -> Log:
    """Orders at ten in the morning, day after day."""
    rows = [
        (user, item, day)
        for user, baskets in shoppers.items()
        for day, basket in enumerate(baskets)
        for item in basket
    ]
    users, items, days = zip(*rows, strict=True)
    return make_log(
        "shop",
        np.array(users),
        np.array(items),
        np.full(len(rows), ORDER),
        np.array(days) * US_PER_DAY + 10 * US_PER_DAY // 24,
    )


def drawn(seed: int, n_users: int = 30) -> dict[str, list[list[str]]]:
    """Shoppers with 1 to 20 baskets of a few of forty products."""
    rng = np.random.default_rng(seed)
    return {
        f"u{user:02}": [
            [f"p{item:02}" for item in rng.choice(40, size, replace=False)]
            for size in rng.integers(1, 6, rng.integers(1, 21))
        ]
        for user in range(n_users)
    }


def table(log: Log, peer: Any, **params: Any) -> dict[str, dict[str, float]]:
    """What a peer scores, by user and product."""
    found = peer.fit(log, CUT, {**peer.plain, **params})
    return {
        str(log.user_ids[user]): {
            str(log.item_ids[item]): float(value)
            for item, value in zip(items, values, strict=True)
            if item >= 0
        }
        for user, items, values in zip(
            found.users, found.items, found.values, strict=True
        )
    }


def test_a_basket_is_a_day_and_a_product_counts_once_in_it() -> None:
    log = make_log(
        "shop",
        np.array(["u", "u", "u", "v", "u"]),
        np.array(["a", "a", "b", "a", "a"]),
        np.array([VIEW, ORDER, VIEW, ORDER, ORDER]),
        np.array([1, 2, 3, 4, US_PER_DAY + 1]),
    )
    baskets = make_baskets(log, PLAIN)
    assert baskets.count.tolist() == [2, 1]
    entries = zip(
        baskets.row, baskets.column, baskets.place, baskets.worth, strict=True
    )
    assert sorted(entries) == [
        (0, 0, 0, 1.0),
        (0, 0, 1, 1.0),
        (0, 1, 0, 0.3),
        (1, 0, 0, 1.0),
    ]


def test_later_baskets_and_groups_weigh_more() -> None:
    log = log_of({"u": [["a"], ["b"], ["c"], ["d"], ["e"]]})
    params = {"groups": 3, "within_decay": 0.5, "group_decay": 0.1}
    vector = next_basket.user_vectors(make_baskets(log), params).toarray()[0]
    # groups of one, two and two baskets
    wanted = [0.5**4 * 0.01, 0.5**3 * 0.1 / 2, 0.5**2 * 0.1 / 2, 0.25, 0.5]
    assert vector == pytest.approx(np.array(wanted) / 3)


def test_neighbours_lend_what_a_user_never_bought() -> None:
    log = log_of({"u": [["a"]], "v": [["a", "b"]], "w": [["c", "d", "e"]]})
    params = {"k": 1, "groups": 1, "alpha": 0.7}
    found = table(log, next_basket.TifuKnn(), **params)
    assert found["u"] == pytest.approx({"a": 1.0, "b": 0.3})
    # of two that share nothing with w, u is nearer: their vector is shorter
    assert found["w"] == pytest.approx(
        {"c": 0.7, "d": 0.7, "e": 0.7, "a": 0.3}
    )


def test_likeness_and_recency_weigh_what_others_bought() -> None:
    params = {"recency": 2, "asymmetry": 0.25, "locality": 2}
    found = table(log_of(SHOPPERS), next_basket.UpCf(), **params)
    # u1 and u2 share one of three and one of two products
    alike = (1 / (3**0.25 * 2**0.75)) ** 2
    likes_u3 = (1 / (3**0.25 * 1)) ** 2
    assert found["u1"] == pytest.approx(
        {"a": 1.0, "c": 0.5 + likes_u3, "d": alike, "b": alike * 0.5}
    )
    assert found["u3"]["c"] == pytest.approx(1 + 0.5 * 3**-1.5)


def test_counts_of_a_user_come_before_those_of_everybody() -> None:
    found = table(log_of(SHOPPERS), next_basket.TopFrequency())
    third = pytest.approx(2 / 3)
    assert found["u3"] == {"c": pytest.approx(1 + 2 / 3), "a": 1.0} | {
        "b": third,
        "d": third,
    }
    mine = table(log_of(SHOPPERS), next_basket.PersonalFrequency())
    assert mine["u1"] == {"a": 3.0, "b": 1.0, "c": 1.0}
    all_same = table(log_of(SHOPPERS), next_basket.GlobalFrequency())
    assert all_same["u1"] == all_same["u3"]


@pytest.mark.parametrize(
    "peer",
    [next_basket.TopFrequency(), next_basket.TifuKnn(), next_basket.UpCf()],
    ids=lambda peer: str(peer.name),
)
def test_nothing_after_the_cut_is_known(peer: Any) -> None:
    log = log_of(drawn(1))
    cut = 10 * US_PER_DAY
    params = {**peer.plain, "k": 5}
    early, late = (
        peer.fit(one, cut, params) for one in (log.before(cut), log)
    )
    assert np.array_equal(early.items, late.items)
    assert np.array_equal(early.values, late.values)


class Stub(next_basket.TopFrequency):
    """A peer with little to draw."""

    plain: Params = {"view": 0.3, "order": 1.0, "k": 1}
    space: Space = {"view": [0.1, 0.3], "order": [1.0, 3.0], "k": [1, 2]}


def test_sets_are_drawn_of_what_a_log_tells_apart() -> None:
    def drawn(kinds: list[int]) -> set[tuple[float, ...]]:
        sets = draw_params(Stub(), 50, kinds)
        assert sets[0] == Stub.plain
        return {tuple(one.values()) for one in sets}

    assert len(drawn([VIEW, ADD, ORDER])) == 8
    assert len(drawn([ADD, ORDER])) == 4
    assert drawn([ORDER]) == {(0.3, 1.0, 1), (0.3, 1.0, 2)}


# Beside cornac.


def theirs(shoppers: dict[str, list[list[str]]], model: Any) -> Any:
    """Fit a model of cornac."""
    from cornac.data import BasketDataset

    rows = [
        (user, f"{user}-{day:02}", item)
        for user, baskets in shoppers.items()
        for day, basket in enumerate(baskets)
        for item in basket
    ]
    return model.fit(BasketDataset.build(rows, fmt="UBI"))


def history_of(model: Any, baskets: list[list[str]]) -> list[list[int]]:
    """A user's baskets by cornac's numbers."""
    number = model.train_set.iid_map
    return [[number[item] for item in basket] for basket in baskets]


def in_our_order(model: Any, log: Log, values: Array) -> Array:
    """Values of cornac's products in the order of ours."""
    return np.array([values[model.train_set.iid_map[i]] for i in log.item_ids])


def dense(baskets: Baskets, matrix: Any) -> Array:
    """A matrix over all products of the log."""
    wide = np.zeros((len(baskets.users), baskets.items.max() + 1))
    wide[:, baskets.items] = matrix.toarray()
    return wide


def test_user_vectors_are_those_of_cornac() -> None:
    models = pytest.importorskip("cornac.models")
    shoppers = drawn(2)
    log = log_of(shoppers)
    baskets = make_baskets(log)
    model = theirs(shoppers, models.TIFUKNN(n_neighbors=5))
    params = next_basket.TifuKnn.plain
    ours = dense(baskets, next_basket.user_vectors(baskets, params))
    for row, user in enumerate(log.user_ids):
        history = history_of(model, shoppers[user])
        found = in_our_order(model, log, model._compute_user_vector(history))
        assert ours[row] == pytest.approx(found, abs=1e-6)


def test_scores_are_those_of_cornac(monkeypatch: pytest.MonkeyPatch) -> None:
    models = pytest.importorskip("cornac.models")
    similaripy = pytest.importorskip("similaripy")
    # its own product of matrices ends the process on some machines
    monkeypatch.setattr(similaripy, "dot_product", lambda a, b, **_: a @ b)
    shoppers = drawn(3)
    log = log_of(shoppers)
    baskets = make_baskets(log)
    frequency = theirs(shoppers, models.GPTop())
    ours = table(log, next_basket.TopFrequency())
    params = {"recency": 5, "asymmetry": 0.25, "locality": 5}
    alike = theirs(unique(shoppers), models.UPCF(**params))
    by_likeness = table(log_of(unique(shoppers)), next_basket.UpCf(), **params)
    for user in map(str, log.user_ids):
        history = history_of(frequency, shoppers[user])
        found = in_our_order(frequency, log, frequency.score(0, history))
        wanted = np.array([ours[user].get(i, 0.0) for i in log.item_ids])
        assert wanted == pytest.approx(found, abs=1e-5)
        # cornac meets the user twice: as who asks and among the others
        history = history_of(alike, unique(shoppers)[user])
        own = alike._get_user_wise_popularity(history).toarray()[0]
        known = list(alike.train_set.iid_map.values())
        found = (alike.score(0, history) - own)[known]
        mine = by_likeness[user]
        wanted = np.array([mine.get(i, 0) for i in alike.train_set.iid_map])
        assert wanted == pytest.approx(found, abs=1e-5)
    assert len(baskets.users) == len(shoppers)


def unique(shoppers: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
    """Leave each user's products where they are bought first.

    Cornac counts a product bought twice as two in the likeness of the
    others and as one of who asks; the paper has ones.
    """
    found: dict[str, list[list[str]]] = {}
    for user, baskets in shoppers.items():
        seen: set[str] = set()
        found[user] = []
        for basket in baskets:
            new = [item for item in basket if item not in seen]
            seen.update(basket)
            if new:
                found[user].append(new)
    return found
