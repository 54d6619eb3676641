"""`recommend --at`: an answer depends on the customer's own events alone."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq
import shops
from command import Vitrina, assert_refused
from shops import Row
from vitrina_ops.files import read_json

AT = "2024-03-14T11:22:33"
Words = tuple[str | Path, ...]


def answer(
    vitrina: Vitrina, learned: Path, folder: Path, rows: Iterable[Row]
) -> dict[str, list[tuple[str, float]]]:
    """Products with scores by customer, everybody being named."""
    shops.write_shop(folder / "shop", rows)
    done = vitrina(
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", folder / "shop", "--at", AT, "--out", folder / "out"),
        *("--max-users", "1000", "--force-bundle"),
    )
    assert done.returncode == 0, done.stderr
    report = read_json(folder / "out" / "recommend.json")
    assert report["as_of"] == AT
    found: dict[str, list[tuple[str, float]]] = {}
    table = pq.read_table(folder / "out" / "recommendations.parquet")
    for row in table.to_pylist():
        entry = (row["product_id"], row["score"])
        found.setdefault(row["user_id"], []).append(entry)
    return found


def test_four_parts_answer_as_one_log(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    rows = shops.later_rows()
    whole = answer(vitrina, learned, tmp_path / "whole", rows)
    assert len(whole) > 50
    parts: dict[str, list[tuple[str, float]]] = {}
    for part in range(4):
        own = [row for row in rows if int(row.user_id) % 4 == part]
        parts |= answer(vitrina, learned, tmp_path / str(part), own)
    assert parts == whole
    named = {product for listed in whole.values() for product, _ in listed}
    assert any(product.startswith("new-") for product in named)


def test_the_moment_is_asked_for_once(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words: Words = (
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop", "--out", tmp_path / "out"),
    )
    both = vitrina(*words, "--at", AT, "--as-of", AT)
    assert_refused(both, 2, "--at: found with --as-of")
    never = vitrina(*words, "--at", "soon")
    assert_refused(never, 2, "--at: found 'soon'")
    zoned = vitrina(*words, "--at", AT + "-05:00")
    assert_refused(zoned, 2, f"--at: found '{AT}-05:00', expected a time with")
    listed = vitrina(*words, "--at", AT, "--only-listed")
    assert_refused(listed, 3, "--only-listed")
    early = vitrina(*words, "--at", "2024-03-10")
    assert_refused(early, 6, "learned from events until 2024-03-12T")
    assert not (tmp_path / "out").exists()


def test_the_moment_may_be_long_after_the_log(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    done = vitrina(
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop", "--out", tmp_path),
        *("--at", "2024-04-20"),
    )
    assert done.returncode == 0, done.stderr
    assert "as of the moment all the same" in done.stderr
    report = read_json(tmp_path / "recommend.json")
    assert report["as_of"] == "2024-04-20T00:00:00"
