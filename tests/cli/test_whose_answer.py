"""A bundle and an answer know of which shop and which moment they are."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shops
from command import Vitrina
from learning import CUT
from vitrina_ops.files import read_json


def renamed(shop: Path, to: Path, every: int) -> Path:
    """The log of a shop with other names for all but some products."""
    table = pq.read_table(shop / "train_actions.pq")
    products = [
        [p if int(p) % every == 1 else f"sku-{p}" for p in row]
        for row in table["products"].to_pylist()
    ]
    at = table.column_names.index("products")
    to.mkdir()
    column = pa.array(products, pa.list_(pa.string()))
    table = table.set_column(at, "products", column)
    pq.write_table(table, to / "train_actions.pq")
    return to


def test_a_bundle_of_another_shop_does_not_answer(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    other = renamed(learned / "shop", tmp_path / "other", every=1000)
    words: tuple[str | Path, ...] = (
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--out", tmp_path / "answer", "--data"),
    )
    refused = vitrina(*words, other)
    assert refused.returncode == 6
    assert "knows 0 of the 40 products" in refused.stderr
    assert "--force-bundle" in refused.stderr
    assert not (tmp_path / "answer").exists()
    forced = vitrina(*words, other, "--force-bundle")
    assert forced.returncode == 0, forced.stderr
    assert "warning: bundle" in forced.stderr

    # A third of the products are known: said, and no more.
    partly = vitrina(*words, renamed(learned / "shop", tmp_path / "new", 3))
    assert partly.returncode == 0, partly.stderr
    assert "of the 40 products" in partly.stderr
    own = vitrina(*words, learned / "shop")
    assert (own.returncode, own.stderr) == (0, "")


def test_a_bundle_that_has_seen_the_moment_does_not_answer(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words: tuple[str | Path, ...] = (
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop", "--out", tmp_path, "--as-of"),
    )
    refused = vitrina(*words, "2024-03-10")
    assert refused.returncode == 6
    assert "learned from events until 2024-03-12T" in refused.stderr
    seen = vitrina(*words, "2024-03-10", "--allow-future")
    assert seen.returncode == 0, seen.stderr
    assert "has seen the future" in seen.stderr
    later = vitrina(*words, "2024-03-14T12:00")
    assert (later.returncode, later.stderr) == (0, "")
    report = read_json(tmp_path / "recommend.json")
    assert report["learned_until"].startswith("2024-03-12T")
    assert 1 < report["bundle_days_old"] < 2


def test_the_moment_of_the_answer_counts_not_the_one_asked_for(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    """A log that ends early is answered as of its end."""
    cut = dt.datetime(2024, 3, 11)
    shops.write_shop(tmp_path / "shop", shops.before(shops.later_rows(), cut))
    words: tuple[str | Path, ...] = (
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", tmp_path / "shop", "--out", tmp_path / "answer"),
    )
    refused = vitrina(*words, "--as-of", "2024-03-14")
    assert refused.returncode == 6, refused.stderr
    assert "the end of the events that are read, 2024-03-10T" in refused.stderr
    assert not (tmp_path / "answer").exists()
    done = vitrina(*words, "--at", "2024-03-14")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def zoned(vitrina: Vitrina, tmp_path: Path) -> Path:
    """A `shop` whose times have a zone, and a `bundle` on another clock."""
    log = shops.log_table(shops.random_rows(seed=15, users=60, products=40))
    at = log.column_names.index("date")
    dates = log["date"].cast(pa.timestamp("us", "UTC"))
    (tmp_path / "shop").mkdir()
    pq.write_table(
        log.set_column(at, "date", dates), tmp_path / "shop/train_actions.pq"
    )
    done = vitrina(
        *("run", "--quiet", "--data", "shop", "--set=train.rounds=2"),
        *("--set=ingest.time_zone=-08:00", "--set=evaluate.draws=50"),
        *("--out", "answer", "--bundle", "bundle"),
    )
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_a_bundle_knows_the_clock_of_its_log(
    vitrina: Vitrina, zoned: Path, learned: Path
) -> None:
    def answered(*words: str) -> bytes:
        done = vitrina(
            *("recommend", "--quiet", "--bundle", "bundle"),
            *("--data", "shop", "--out", "again", *words),
        )
        assert done.returncode == 0, done.stderr
        return (zoned / "again" / "predictions.csv").read_bytes()

    own = (zoned / "answer" / "predictions.csv").read_bytes()
    end = read_json(zoned / "answer" / "report.json")["answer"]["as_of"]
    assert answered() == own
    assert answered("--set=ingest.time_zone=-08:00") == own
    assert read_json(zoned / "again" / "recommend.json")["as_of"] == end
    answered("--set=ingest.time_zone=UTC")
    assert read_json(zoned / "again" / "recommend.json")["as_of"] > end
    clock = "ingest.time_zone"
    assert read_json(zoned / "bundle" / "params.json")[clock] == "-08:00"
    assert clock not in read_json(learned / "bundle" / "params.json")

    def scored(*words: str) -> object:
        done = vitrina(
            *("score", "--quiet", "--predictions", "answer/predictions.csv"),
            *("--truth", "shop", "--from", "2024-03-10", "--to", "2024-03-12"),
            *("--allow-overlap", "--json", "score.json", *words),
        )
        assert done.returncode == 0, done.stderr
        return read_json(zoned / "score.json")["counts"]

    kept = scored()
    assert scored("--set=ingest.time_zone=-08:00") == kept
    assert scored("--set=ingest.time_zone=UTC") != kept
    (zoned / "answer" / "recommendations.parquet").unlink()
    assert scored() == kept, "the report says it too"

    def replayed(*words: str) -> object:
        done = vitrina(
            *("replay", "--quiet", "--bundle", "bundle", "--data", "shop"),
            *("--from", "2024-03-14", "--to", "2024-03-15", "--allow-future"),
            *("--json", "replay.json", *words),
        )
        assert done.returncode == 0, done.stderr
        return read_json(zoned / "replay.json")["targets"]

    kept = replayed()
    assert replayed("--set=ingest.time_zone=-08:00") == kept
    assert replayed("--set=ingest.time_zone=UTC") != kept


def test_a_bundle_without_a_moment_is_refused(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    old = Path(shutil.copytree(learned / "bundle", tmp_path / "old"))
    manifest = read_json(old / "manifest.json")
    for key in ("learned_from", "learned_until"):
        del manifest[key]
    (old / "manifest.json").write_text(json.dumps({**manifest, "format": 1}))
    words = ("--bundle", old, "--data", learned / "shop", "--quiet")
    refused = vitrina("recommend", *words)
    assert refused.returncode == 6
    assert "vitrina run --data DIR --bundle" in refused.stderr


def test_an_answer_is_not_scored_on_what_it_has_seen(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    answer = learned / "answer" / "predictions.csv"
    words: tuple[str | Path, ...] = (
        *("score", "--truth", learned / "shop", "--to", "2024-03-16"),
        *("--draws", "50", "--quiet", "--predictions", answer, "--from"),
    )
    refused = vitrina(*words, "2024-03-11")
    assert refused.returncode == 3
    assert "made as of 2024-03-12T" in refused.stderr
    overlap = vitrina(*words, "2024-03-11", "--allow-overlap")
    assert overlap.returncode == 0
    assert "the readings mean nothing" in overlap.stderr
    sound = vitrina(*words, CUT)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "as of 2024-03-12T" in sound.stdout

    # The metadata of the Parquet file first, else a report, else nothing.
    for name in ("report.json", "predictions.csv"):
        shutil.copy(learned / "answer" / name, tmp_path)
    moved = (*words[:-2], tmp_path / "predictions.csv", "--from")
    assert vitrina(*moved, "2024-03-11").returncode == 3
    (tmp_path / "report.json").unlink()
    alone = vitrina(*moved, "2024-03-11")
    assert alone.returncode == 0
    assert "moment unknown" in alone.stdout


def test_only_listed_products_are_proposed(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    catalog = pq.read_table(learned / "shop" / "catalog.pq")
    listed = set(catalog["product_id"].to_pylist())
    words: tuple[str | Path, ...] = (
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop", "--out", tmp_path),
    )

    def named(*more: str) -> tuple[set[str], dict[str, object]]:
        result = vitrina(*words, *more)
        assert result.returncode == 0, result.stderr
        table = pq.read_table(tmp_path / "recommendations.parquet")
        report = read_json(tmp_path / "recommend.json")
        return set(table["product_id"].to_pylist()), report

    found, report = named()
    assert found - listed
    assert report["products_named"] == len(found)
    assert report["products_not_listed"] == len(found - listed)
    found, report = named("--only-listed")
    assert found <= listed
    assert report["products_not_listed"] == 0
    refused = vitrina(*words, "--only-listed", "--as-of", CUT)
    assert refused.returncode == 3
    assert "a snapshot of later" in refused.stderr
