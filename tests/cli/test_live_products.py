"""What a live engine is told of products, and what it says of them."""

import math
from pathlib import Path

import pytest
import vitrina as library


@pytest.fixture
def live(learned: Path) -> library.Live:
    return library.Live.open(learned / "bundle")


def test_what_is_put_counts_at_once(live: library.Live) -> None:
    first, second = live.recommend(k=2)["product_id"].to_pylist()
    assert live.product(first) is None
    live.put({"product_id": first, "available": False, "price": 7})
    live.put([{"product_id": second, "category": "new", "title": "Lamp"}])
    assert live.product(first) == {
        "product_id": first,
        "price": 7.0,
        "available": False,
    }
    assert first not in live.recommend(k=10)["product_id"].to_pylist()
    rows = live.recommend(k=10, also_unavailable=True)
    assert first in rows["product_id"].to_pylist()
    rows = live.recommend(k=10, categories=["new"])
    assert rows["product_id"].to_pylist() == [second]
    live.put({"product_id": first, "available": True, "price": None})
    assert live.product(first) == {
        "product_id": first,
        "price": 7.0,
        "available": True,
    }
    for facts, message in (
        ({"product_id": ""}, "product 0"),
        ({"product_id": first, "price": -1}, "product 0: price: found"),
        ({"product_id": first, "available": 1}, "product 0: available: found"),
        ({"product_id": first, "colour": "red"}, "the key 'colour'"),
        (first, "product 0: found"),
    ):
        with pytest.raises(library.Error, match=message):
            live.put([facts])
        with pytest.raises(library.Error):
            live.put([{"product_id": second, "price": 1}, facts])
    for nothing in (first, 7, None):
        with pytest.raises(library.Error, match="products: found"):
            live.put(nothing)  # type: ignore[arg-type]
    told = live.product(second)
    assert told == {"product_id": second, "category": "new", "title": "Lamp"}


def test_an_answer_says_why(live: library.Live) -> None:
    product = live.recommend(k=10)["product_id"][-1].as_py()
    live.add({"user_id": "u", "action": "view", "products": [product]})
    plain = live.recommend("u", k=5, max_touched=1, at="2024-03-20")
    assert plain.column_names == ["product_id", "score", "source"]
    answer = live.recommend(
        "u", k=5, max_touched=1, at="2024-03-20", explain=True
    )
    assert answer.drop_columns("reasons").equals(plain)
    for row in answer.to_pylist():
        why = row["reasons"]
        parts = [f["contribution"] for f in why["features"]]
        total = why["base"] + sum(parts) + why["other"]
        assert total == pytest.approx(why["logit"], abs=1e-6)
        odds = math.exp(-why["logit"])
        assert row["score"] == pytest.approx(1 / (1 + odds), rel=1e-4)
        assert all(f["feature"] for f in why["features"])
