"""The Python package answers as the program does, for any kind of table."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from command import ROOT, must_run
from package_shop import ACTIONS, answer_of, rows_of

pytest_plugins = ["package_fixtures"]


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
    words += ["--only-users", str(tmp_path / "users.txt"), "--allow-future"]
    sources: list[str | Path] = ["--data", shop, "--bundle", shop / "bundle"]
    must_run("recommend", *sources, "--out", tmp_path, *words)
    options = {"max_users": 7, "k": 3, "as_of": middle, "only_users": users}
    with pytest.warns(UserWarning, match="has seen the future"):
        answer = recommender.recommend(events, allow_future=True, **options)
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
    assert str(error).startswith(f"{nowhere}/manifest.json: no such file; ")

    error = error_of(recommender.recommend, events, k=0)
    assert error.code == "config"
    assert str(error).startswith("k: found '0'")
    error = error_of(recommender.recommend, events.drop_columns(["date"]))
    assert error.code == "bad_data"
    assert str(error).startswith("events: column 'date' is missing")
    assert isinstance(error, RuntimeError)


def test_it_says_what_it_is(vitrina: Any, recommender: Any) -> None:
    assert vitrina.__version__ in must_run("--version")
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
