"""`vitrina catalog`: titles and prices for pages that show products."""

import json
from pathlib import Path

from command import Vitrina

MISSING_INPUT = 4
CATALOG = """\
product_id,title,price,category_id
p1,"Lamp, red",1299.5,c1
p2,Chair,,c2
p1,"Lamp, green",1199.99,c1
p3,Table,10,
"""


def test_rows_of_the_wanted_products(vitrina: Vitrina, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "catalog.csv").write_text(CATALOG)
    (tmp_path / "ids.txt").write_text("p2\np1\nnobody\n")
    result = vitrina("catalog", "--data", "shop", "--products", "ids.txt")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["file"] == "catalog.csv"
    assert list(found["products"]) == ["p2", "p1"]
    # of several rows the last one holds
    assert found["products"]["p1"] == {
        "title": "Lamp, green",
        "category": "c1",
        "price": 1199.99,
        "old_price": None,
    }
    assert found["products"]["p2"]["price"] is None


def test_a_shop_without_a_catalog(vitrina: Vitrina, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "ids.txt").write_text("p1\n")
    result = vitrina("catalog", "--data", "shop", "--products", "ids.txt")
    assert json.loads(result.stdout) == {"file": None, "products": {}}


def test_a_folder_that_is_not_there(vitrina: Vitrina, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("p1\n")
    result = vitrina("catalog", "--data", "shop", "--products", "ids.txt")
    assert result.returncode == MISSING_INPUT
    assert "shop is not there" in result.stderr
