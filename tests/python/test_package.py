"""fit, score and similar do what the program does, for any table."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import command
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from package_shop import ACTIONS, answer_of, random_log, rows_of
from vitrina_ops.files import read_json

pytest_plugins = ["package_fixtures"]

CUT = datetime(2024, 3, 13)  # of the generated log, which has 12 days
PARAMS = {"train.min_positives": 5, "train.rounds": 10}
SETS = [f"{name}={value}" for name, value in PARAMS.items()]


def error_line(stage: str, *words: str | Path) -> str:
    """What the program says when it fails."""
    result = command.run(stage, "--quiet", *words)
    assert result.returncode != 0
    return result.stderr.removeprefix(f"vitrina {stage}: error: ").rstrip("\n")


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """The generated log: its dates are known."""
    path = tmp_path_factory.mktemp("events") / ACTIONS
    random_log(path)
    return pq.read_table(path)


@pytest.fixture(scope="module")
def catalog(events: pa.Table) -> pa.Table:
    """Of every second product of the log: titles, prices, categories."""
    products = sorted(
        {p for row in events["products"].to_pylist() for p in row}
    )
    listed = products[::2]
    numbers = range(len(listed))
    return pa.table(
        {
            "product_id": listed,
            "category_id": [f"category-{i % 5}" for i in numbers],
            "price": [10.0 + i for i in numbers],
            "add_date": [datetime(2024, 1, 1)] * len(listed),
            "title": [f"lamp model{i % 7} colour{i % 3}" for i in numbers],
        }
    )


@pytest.fixture(scope="module")
def learned(
    events: pa.Table,
    catalog: pa.Table,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder where the program has learned `data` and answered for it."""
    folder = tmp_path_factory.mktemp("learned")
    (folder / "data").mkdir()
    pq.write_table(events, folder / "data" / ACTIONS)
    pq.write_table(catalog, folder / "data" / "catalog.pq")
    words = [word for setting in SETS for word in ("--set", setting)]
    command.must_run(
        "run",
        *("--data", folder / "data", "--as-of", CUT.isoformat()),
        *("--out", folder / "answer", "--bundle", folder / "bundle"),
        *("--keep-stages", folder / "stages"),
        *words,
    )
    return folder


def fingerprint_of(bundle: Path) -> str:
    return str(read_json(bundle / "manifest.json")["fingerprint"])


def test_fit_makes_the_programs_bundle_of_any_table(
    vitrina: Any, events: pa.Table, catalog: pa.Table, learned: Path
) -> None:
    expected = fingerprint_of(learned / "bundle")
    for to_table in (
        lambda table: table,
        lambda table: table.to_pandas(),
        lambda table: pl.DataFrame(table.to_pandas()),
        lambda table: table.to_reader(max_chunksize=100),
    ):
        recommender = vitrina.fit(
            to_table(events), to_table(catalog), params=PARAMS, as_of=CUT
        )
        assert recommender.fingerprint == expected
    answer = recommender.recommend(learned / "data", as_of=CUT)
    assert rows_of(answer) == answer_of(learned / "answer")


def test_fit_reads_a_path_and_keeps_what_is_asked_for(
    vitrina: Any, learned: Path, tmp_path: Path
) -> None:
    recommender = vitrina.fit(
        learned / "data",
        params=PARAMS,
        as_of=CUT.isoformat(),
        horizon_days=3,
        workspace=tmp_path / "work",
        bundle=tmp_path / "bundle",
        threads=1,
    )
    assert recommender.fingerprint == fingerprint_of(learned / "bundle")
    for file in (learned / "bundle").iterdir():
        copy = tmp_path / "bundle" / file.name
        assert copy.read_bytes() == file.read_bytes(), file.name
    metrics = Path("reports/metrics.json")
    mine = read_json(tmp_path / "work" / metrics)
    assert mine == read_json(learned / "stages" / metrics)
    loaded = vitrina.Recommender.load(tmp_path / "bundle")
    assert loaded.fingerprint == recommender.fingerprint


def test_another_seed_or_no_catalog_is_another_bundle(
    vitrina: Any, events: pa.Table, catalog: pa.Table, learned: Path
) -> None:
    expected = fingerprint_of(learned / "bundle")
    alone = vitrina.fit(events, params=PARAMS, as_of=CUT)
    assert alone.fingerprint != expected
    seeded = vitrina.fit(events, catalog, params=PARAMS, as_of=CUT, seed=7)
    assert seeded.fingerprint != expected


def test_a_temporary_folder_goes(
    vitrina: Any,
    events: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    vitrina.fit(events, params=PARAMS, as_of=CUT)
    with pytest.raises(vitrina.Error):
        vitrina.fit(events.drop_columns(["date"]))
    assert not list(tmp_path.iterdir())


def test_other_threads_go_on_while_it_learns(
    vitrina: Any, events: pa.Table, learned: Path
) -> None:
    def learn(_: int) -> str:
        return str(
            vitrina.fit(
                learned / "data", params=PARAMS, as_of=CUT, threads=1
            ).fingerprint
        )

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(learn, range(2))) == {
            fingerprint_of(learned / "bundle")
        }


def test_score_reads_as_the_program(
    vitrina: Any, events: pa.Table, learned: Path, tmp_path: Path
) -> None:
    predictions = learned / "answer" / "predictions.csv"
    end = CUT + timedelta(days=3)
    command.must_run(
        "score",
        *("--predictions", predictions, "--truth", learned / "data"),
        *("--from", CUT.isoformat(), "--to", end.isoformat(), "--k", "5"),
        *("--draws", "300", "--json", tmp_path / "score.json"),
    )
    expected = read_json(tmp_path / "score.json")
    assert expected["counts"]["hits"] > 0
    rows = answer_of(learned / "answer")
    answer = pa.table(
        {"user_id": [u for u, _ in rows], "products": [p for _, p in rows]}
    )
    for given, truth in (
        (predictions, learned / "data"),
        (answer, events),
        (answer.to_pandas(), events.to_pandas()),
        (pl.DataFrame(answer.to_pandas()), pl.DataFrame(events.to_pandas())),
    ):
        found = vitrina.score(given, truth, CUT, end, k=5, draws=300)
        for name, reading in expected["readings"].items():
            mine = getattr(found, name)
            assert mine.value == reading["value"], name
            assert (mine.low, mine.high) == (reading["low"], reading["high"])
        for name, count in expected["counts"].items():
            assert getattr(found, name) == count, name
        assert found.recall_by_k == expected["recall_by_k"]
    assert f"A {found.a.value:.4f}" in repr(found)
    assert repr(found.a).startswith(f"{found.a.value:.4f} [")


def test_an_answer_says_when_it_was_made(
    vitrina: Any, learned: Path, events: pa.Table, catalog: pa.Table
) -> None:
    recommender = vitrina.Recommender.load(learned / "bundle")
    answer = recommender.recommend(events, as_of=CUT)
    metadata = answer.schema.metadata
    assert metadata[b"vitrina.bundle"].decode() == recommender.fingerprint
    beside = pq.read_schema(learned / "answer" / "recommendations.parquet")
    for key, value in metadata.items():
        assert beside.metadata[key] == value, key

    end = CUT + timedelta(days=3)
    early = CUT - timedelta(days=2)
    for known in (answer, learned / "answer" / "predictions.csv"):
        found = vitrina.score(known, events, CUT, end, draws=10)
        assert found.as_of == metadata[b"vitrina.as_of"].decode()
        with pytest.raises(vitrina.Error, match="insist with allow_overlap"):
            vitrina.score(known, events, early, end)
        with pytest.warns(UserWarning, match="scored on what it has seen"):
            vitrina.score(
                known, events, early, end, draws=10, allow_overlap=True
            )
    plain = answer.to_pandas()
    assert vitrina.score(plain, events, early, end, draws=10).as_of == ""


def test_a_bundle_refuses_what_it_should_not_answer(
    vitrina: Any, learned: Path, events: pa.Table, catalog: pa.Table
) -> None:
    recommender = vitrina.Recommender.load(learned / "bundle")
    assert recommender.learned_until <= CUT.isoformat()
    early = CUT - timedelta(days=2)
    with pytest.raises(vitrina.Error, match="insist with allow_future"):
        recommender.recommend(events, as_of=early)
    with pytest.warns(UserWarning, match="has seen the future"):
        recommender.recommend(events, as_of=early, allow_future=True)

    at = events.column_names.index("products")
    others = [[f"sku-{p}" for p in row] for row in events[at].to_pylist()]
    column = pa.array(others, pa.list_(pa.string()))
    other_shop = events.set_column(at, "products", column)
    with pytest.raises(vitrina.Error, match="insist with force_bundle"):
        recommender.recommend(other_shop)
    with pytest.warns(UserWarning, match="probably another shop's"):
        recommender.recommend(other_shop, force_bundle=True)

    with pytest.warns(UserWarning, match="only_users: 1 of 2 ids"):
        user = events["user_id"][0].as_py()
        recommender.recommend(events, only_users=[user, "nobody"])
    listed = recommender.recommend(events, only_listed=True)
    named = {p for row in listed["products"].to_pylist() for p in row}
    assert named <= set(catalog["product_id"].to_pylist())
    with pytest.raises(vitrina.Error, match="only_listed: found with as_of"):
        recommender.recommend(events, only_listed=True, as_of=CUT)


def visits() -> pd.DataFrame:
    """A lamp is seen with its bulb; a kettle with nothing near in time."""
    start = datetime(2024, 3, 4)
    rows = []
    for user in range(60):
        moment = start + timedelta(hours=user * 4)
        for minutes, action, product in (
            (0, 0, "lamp"),
            (5, 0, "bulb"),
            (7, 2, "bulb"),
            (9, 5, "bulb"),
            (3000, 0, "kettle"),
            (3001, 2, "kettle"),
        ):
            time = moment + timedelta(minutes=minutes)
            rows.append((f"user-{user}", action, time, [product]))
    return pd.DataFrame(
        rows, columns=["user_id", "action", "date", "products"]
    )


def test_similar_names_what_is_seen_together(vitrina: Any) -> None:
    recommender = vitrina.fit(visits())
    found = recommender.similar("lamp")
    assert found.column_names == ["product_id", "weight"]
    assert found["product_id"].to_pylist() == ["bulb"]
    assert found["weight"].to_pylist()[0] > 0
    # Directed: the bulb is bought after the lamp, nothing after the kettle.
    bought = recommender.similar("lamp", by="click_to_buy_1h")
    assert bought["product_id"].to_pylist() == ["bulb"]
    assert len(recommender.similar("kettle", by="click_to_buy_1h")) == 0
    with pytest.raises(vitrina.Error, match="product: found 'sofa'") as caught:
        recommender.similar("sofa")
    assert caught.value.code == "config"
    with pytest.raises(vitrina.Error, match="expected one of click_to_buy_1h"):
        recommender.similar("lamp", by="magic")
    with pytest.raises(vitrina.Error, match="k: found 0"):
        recommender.similar("lamp", 0)


def test_similar_is_ordered_and_cut(
    vitrina: Any, learned: Path, events: pa.Table
) -> None:
    recommender = vitrina.Recommender.load(learned / "bundle")
    product = events["products"][0].as_py()[0]
    ten = recommender.similar(product)
    weights = ten["weight"].to_pylist()
    assert len(weights) == 10
    assert weights == sorted(weights, reverse=True)
    assert product not in ten["product_id"].to_pylist()
    assert recommender.similar(product, 3) == ten.slice(0, 3)


def test_errors_are_the_programs(
    vitrina: Any, learned: Path, events: pa.Table, tmp_path: Path
) -> None:
    def said(call: Any, *args: Any, **options: Any) -> str:
        with pytest.raises(vitrina.Error) as caught:
            call(*args, **options)
        return str(caught.value)

    data: tuple[str | Path, ...] = ("--data", learned / "data")
    out = ("--out", tmp_path / "out")
    assert said(vitrina.fit, events, params={"train.round": 5}) == error_line(
        "run", *data, *out, "--set", "train.round=5"
    )
    assert "--" + said(vitrina.fit, events, as_of="soon").replace(
        "as_of", "as-of"
    ) == error_line("run", *data, *out, "--as-of", "soon")
    nowhere = tmp_path / "nowhere"
    assert said(vitrina.fit, nowhere) == error_line(
        "run", "--data", nowhere, *out
    )
    assert said(vitrina.fit, events.drop_columns(["action"])).startswith(
        "events: column 'action' is missing"
    )
    assert said(vitrina.fit, events, pa.table({"sku": ["1"]})).startswith(
        "catalog: column 'product_id' is missing"
    )

    answer = pa.table({"user_id": ["a", "a"], "products": [["1"], ["2"]]})
    cuts = (CUT, CUT + timedelta(days=3))
    assert said(vitrina.score, answer, events, *cuts) == (
        "answer:2: user 'a' was already sent in line 1, expected each user "
        "once"
    )
    one = answer.slice(0, 1)
    # Between the answer's moment, just before CUT, and the first order.
    none = (CUT.isoformat(), (CUT + timedelta(microseconds=1)).isoformat())
    assert said(vitrina.score, one, learned / "data", *none) == error_line(
        "score",
        *("--predictions", learned / "answer" / "predictions.csv"),
        *("--truth", learned / "data", "--from", none[0], "--to", none[1]),
    ).replace("--from", "start").replace("--to", "end")
    assert "end: found 2024-03-13" in said(
        vitrina.score, one, events, CUT, CUT
    )
    assert said(vitrina.score, one, events, *cuts, k=0).startswith(
        "k: found '0'"
    )
