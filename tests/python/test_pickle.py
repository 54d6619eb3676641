"""A recommender goes to other processes by the path of its bundle."""

import copy
import multiprocessing
import pickle
import shutil
from pathlib import Path
from typing import Any

import joblib
import pyarrow as pa
import pytest
from package_shop import answer_of, rows_of
from vitrina_ops.files import read_json

pytest_plugins = ["package_fixtures"]


def test_it_answers_the_same_and_holds_no_bundle(
    recommender: Any, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = pickle.dumps(recommender)
    assert len(packed) < 1000
    again = pickle.loads(packed)
    assert again.fingerprint == recommender.fingerprint
    assert rows_of(again.recommend(shop)) == answer_of(shop / "answer")
    monkeypatch.chdir(shop)
    relative = type(recommender).load("bundle")
    monkeypatch.chdir("/")
    assert pickle.loads(pickle.dumps(relative)).fingerprint


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(
    recommender: Any, shop: Path, events: pa.Table, method: str
) -> None:
    with multiprocessing.get_context(method).Pool(2) as pool:
        for answer in pool.map(recommender.recommend, [shop, events]):
            assert rows_of(answer) == answer_of(shop / "answer")


def test_joblib(recommender: Any, shop: Path, tmp_path: Path) -> None:
    (answer,) = joblib.Parallel(n_jobs=2)(
        [joblib.delayed(recommender.recommend)(shop)]
    )
    assert rows_of(answer) == answer_of(shop / "answer")
    joblib.dump(recommender, tmp_path / "recommender")
    loaded = joblib.load(tmp_path / "recommender")
    assert loaded.fingerprint == recommender.fingerprint


def test_another_bundle_is_refused(
    vitrina: Any, shop: Path, events: pa.Table, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(shop / "bundle", bundle)
    packed = pickle.dumps(vitrina.Recommender.load(bundle))
    shutil.rmtree(bundle)
    with pytest.raises(vitrina.Error) as caught:
        pickle.loads(packed)
    assert caught.value.code == "missing_input"
    params = {"train.min_positives": 5, "train.rounds": 3}
    vitrina.fit(events, params=params, bundle=bundle)
    with pytest.raises(vitrina.Error, match="has fingerprint") as caught:
        pickle.loads(packed)
    assert caught.value.code == "incompatible_artifact"


def test_one_that_was_learned(
    vitrina: Any, events: pa.Table, tmp_path: Path
) -> None:
    params = {"train.min_positives": 5, "train.rounds": 3}
    kept = vitrina.fit(events, params=params, bundle=tmp_path / "bundle")
    again = pickle.loads(pickle.dumps(kept))
    manifest = read_json(tmp_path / "bundle" / "manifest.json")
    assert again.fingerprint == kept.fingerprint == manifest["fingerprint"]
    in_memory = vitrina.fit(events, params=params)
    with pytest.raises(vitrina.Error, match="bundle=folder"):
        pickle.dumps(in_memory)
    # Nothing of it changes: a copy is the same one.
    assert copy.deepcopy({"one": in_memory})["one"] is in_memory
    assert copy.copy(in_memory) is in_memory


def test_errors_come_back(vitrina: Any, recommender: Any) -> None:
    with pytest.raises(vitrina.Error) as caught:
        recommender.similar("nothing like this")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is vitrina.Error
    assert (str(again), again.code) == (str(caught.value), "config")
