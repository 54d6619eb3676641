"""The Python package answers as the program does, for any kind of table.

The log is a small generated one, or the folder that $VITRINA_TEST_LOG names.
"""

import ast
import csv
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("VITRINA_BIN", ROOT / "build" / "vitrina"))
ACTIONS = "train_actions.pq"

Rows = list[tuple[str, list[str]]]


@pytest.fixture(scope="session")
def vitrina() -> Any:
    """The package beside the program, with its extension module."""
    folder = PROGRAM.resolve().parent / "python"
    if not list(folder.glob("vitrina/_vitrina.*.so")):
        pytest.fail(f"{folder} has no vitrina; run `make test`")
    sys.path.insert(0, str(folder))
    import vitrina

    return vitrina


def random_log(path: Path) -> None:
    """90 synthetic users, 60 products, 12 days; everybody has favourites."""
    rng = random.Random(5)
    start = datetime(2024, 3, 4)
    rows = []
    for user in range(90):
        favourites = [rng.randrange(60) for _ in range(4)]
        for _ in range(rng.randrange(10, 60)):
            product = rng.choice([*favourites, int(60 * rng.random() ** 2)])
            moment = start + timedelta(seconds=rng.randrange(12 * 86_400))
            action = rng.choice([0, 0, 0, 0, 1, 2, 2, 3, 5, 6, 7])
            rows.append(
                {
                    "user_id": f"user-{user}",
                    "loc_user_id": f"device-{user % 80}",
                    "action": action,
                    "date": moment,
                    "products": [] if action == 7 else [f"product-{product}"],
                    "pageId": rng.randrange(100),
                }
            )
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, path, row_group_size=500)


def run(*words: str | Path) -> None:
    subprocess.run([PROGRAM, *map(str, words)], check=True)


def answer_of(folder: Path) -> Rows:
    """What the program wrote."""
    with open(folder / "predictions.csv", encoding="utf-8") as file:
        return [
            (row["user_id"], ast.literal_eval(row["products"]))
            for row in csv.DictReader(file)
        ]


def rows_of(table: pa.Table) -> Rows:
    return list(
        zip(
            table["user_id"].to_pylist(),
            table["products"].to_pylist(),
            strict=True,
        )
    )


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log, `bundle`, and `answer` made from these two."""
    folder = tmp_path_factory.mktemp("shop")
    given = os.environ.get("VITRINA_TEST_LOG")
    if given:
        shutil.copyfile(Path(given) / ACTIONS, folder / ACTIONS)
    else:
        random_log(folder / ACTIONS)
    bundle = folder / "bundle"
    words: list[str | Path] = ["--data", folder, "--quiet"]
    sets = [] if given else ["--set", "train.min_positives=5"]
    run("run", *words, "--out", folder / "run", "--bundle", bundle, *sets)
    run("recommend", *words, "--out", folder / "answer", "--bundle", bundle)
    assert answer_of(folder / "run") == answer_of(folder / "answer")
    return folder


@pytest.fixture
def recommender(vitrina: Any, shop: Path) -> Any:
    return vitrina.Recommender.load(shop / "bundle")


@pytest.fixture(scope="session")
def events(shop: Path) -> pa.Table:
    return pq.read_table(shop / ACTIONS)


def retyped(events: pa.Table) -> pa.Table:
    """The types that polars and others use."""
    types = {
        "user_id": pa.dictionary(pa.int32(), pa.large_string()),
        "loc_user_id": pa.string_view(),
        "date": pa.timestamp("ns"),
        "products": pa.large_list(pa.large_string()),
        "action": pa.int8(),
    }
    for name, kind in types.items():
        index = events.schema.get_field_index(name)
        events = events.set_column(index, name, events[name].cast(kind))
    return events


def test_answers_as_the_program(
    recommender: Any, shop: Path, events: pa.Table
) -> None:
    expected = answer_of(shop / "answer")
    assert len(expected) > 50
    assert all(len(products) == 25 for _, products in expected)
    for source in (
        shop,
        str(shop / ACTIONS),
        events,
        events.to_pandas(),
        events.to_reader(max_chunksize=100),
        retyped(events),
    ):
        answer = recommender.recommend(source)
        assert rows_of(answer) == expected, type(source)
    assert answer.column_names == [
        "user_id",
        "products",
        "expected_recall",
        "p_buy",
    ]
    assert all(0 < p < 1 for p in answer["p_buy"].to_pylist())


def test_options_do_what_they_do_for_the_program(
    recommender: Any, shop: Path, events: pa.Table, tmp_path: Path
) -> None:
    users = events["user_id"].unique().to_pylist()[:20]
    (tmp_path / "users.txt").write_text("\n".join(users))
    middle = events["date"].sort()[len(events) // 2].as_py()
    words = ["--max-users", "7", "--k", "3", "--as-of", middle.isoformat()]
    words += ["--only-users", str(tmp_path / "users.txt")]
    sources: list[str | Path] = ["--data", shop, "--bundle", shop / "bundle"]
    run("recommend", *sources, "--out", tmp_path, *words, "--quiet")
    answer = recommender.recommend(
        events, max_users=7, k=3, as_of=middle, only_users=users
    )
    assert rows_of(answer) == answer_of(tmp_path)
    assert len(answer) == 7

    user, products = rows_of(answer)[0]
    without = recommender.recommend(
        events, exclude_users=[user], exclude_products=products[:1], threads=1
    )
    for other, others in rows_of(without):
        assert other != user
        assert products[0] not in others


def test_several_threads_may_ask_at_once(
    recommender: Any, shop: Path, events: pa.Table
) -> None:
    expected = answer_of(shop / "answer")
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(recommender.recommend, [events] * 8)
        assert all(rows_of(answer) == expected for answer in answers)


def test_errors_are_those_of_the_program(
    vitrina: Any, recommender: Any, shop: Path, events: pa.Table
) -> None:
    def error_of(call: Any, *args: Any, **options: Any) -> Any:
        with pytest.raises(vitrina.Error) as caught:
            call(*args, **options)
        return caught.value

    nowhere = shop / "nowhere"
    error = error_of(vitrina.Recommender.load, nowhere)
    assert error.code == "missing_input"
    result = subprocess.run(
        [PROGRAM, "recommend", "--bundle", nowhere, "--data", shop],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == f"vitrina recommend: error: {error}\n"

    error = error_of(recommender.recommend, events, k=0)
    assert error.code == "config"
    assert str(error).startswith("choose.k: found '0'")
    error = error_of(recommender.recommend, events.drop_columns(["date"]))
    assert error.code == "bad_data"
    assert str(error).startswith("events: column 'date' is missing")
    assert isinstance(error, RuntimeError)
    with pytest.raises(AttributeError):
        recommender.recommend(5)


def test_it_says_what_it_is(vitrina: Any, recommender: Any) -> None:
    result = subprocess.run(
        [PROGRAM, "--version"], capture_output=True, text=True, check=True
    )
    assert vitrina.__version__ in result.stdout
    assert len(vitrina.build_id) == 16
    assert recommender.fingerprint in repr(recommender)


def test_mlflow_loads_the_bundle_without_pickle(
    vitrina: Any,
    shop: Path,
    events: pa.Table,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    import mlflow
    from vitrina_ops import pyfunc_model

    frame = events.to_pandas()
    model = tmp_path / "model"
    mlflow.pyfunc.save_model(
        model,
        python_model=ROOT / "python" / "vitrina_ops" / "pyfunc_model.py",
        artifacts={"bundle": str(shop / "bundle")},
        signature=pyfunc_model.signature(),
        pip_requirements=["pandas"],
    )
    assert not [*model.rglob("*.pkl"), *model.rglob("*.pickle")]
    loaded = mlflow.pyfunc.load_model(str(model))
    answer = loaded.predict(frame)
    assert list(answer.columns) == ["user_id", "products"]
    expected = answer_of(shop / "answer")
    found = zip(answer["user_id"], answer["products"], strict=True)
    assert list(found) == expected

    # Optional columns may be missing, lists may be null.
    least = frame.drop(columns=["loc_user_id", "pageId"])
    least["products"] = [
        None if len(products) == 0 else list(products)
        for products in least["products"]
    ]
    few = loaded.predict(least, params={"max_users": 4, "k": 2})
    assert isinstance(few, pd.DataFrame)
    assert [len(products) for products in few["products"]] == [2] * 4
