"""The store of a checkout that was moved or copied."""

import shutil
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import mlflow
import pytest
from vitrina_ops import moved, store, ui
from vitrina_ops.errors import OpsError


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, its name not a plain one, with runs and their artifacts."""
    root = tmp_path / "it's 100% mine"
    enter(root, monkeypatch)
    for name in (store.EXPERIMENT, "vitrina tuning"):
        store.open_experiment(name)
        with mlflow.start_run():
            mlflow.log_text("some", "some.txt")
    return root


def enter(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opens a store there. By its whole name: MLflow keeps open stores by
    name, and in one process `mlflow.db` would be the first folder's."""
    root.mkdir(exist_ok=True)
    monkeypatch.chdir(root)
    uri = f"sqlite:///{root / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    store.open_store().search_experiments()


def places(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / "mlflow.db")) as database:
        return [
            str(place)
            for table, column in moved.COLUMNS
            for (place,) in database.execute(f"select {column} from {table}")
        ]


def test_a_store_in_its_place_is_left_alone(old: Path) -> None:
    before = (old / "mlflow.db").read_bytes()
    moved.mend(Path("mlflow.db"), old)
    assert (old / "mlflow.db").read_bytes() == before


@pytest.mark.parametrize("how", ["copied", "moved"])
def test_a_store_elsewhere_is_mended(
    how: str, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"
    (shutil.copytree if how == "copied" else shutil.move)(old, new)
    moved.mend(new / "mlflow.db", new)
    assert len(places(new)) >= 5
    assert all(place.startswith(f"{new}/mlruns/") for place in places(new))
    before = sorted(old.rglob("*"))
    enter(new, monkeypatch)
    client = store.open_store()
    for name in (store.EXPERIMENT, "vitrina tuning"):
        number = store.open_experiment(name)
        with mlflow.start_run():
            mlflow.log_text("some", "some.txt")
        runs = client.search_runs([number])
        assert len(runs) == 2
        for run in runs:
            path = client.download_artifacts(run.info.run_id, "some.txt")
            assert Path(path).read_text() == "some"
            assert run.info.artifact_uri.startswith(f"{new}/mlruns/")
    assert sorted(old.rglob("*")) == before


def test_a_store_without_its_artifacts_is_refused(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, empty = tmp_path / "new", tmp_path / "empty"
    for root in (new, empty):
        root.mkdir()
    shutil.copy(old / "mlflow.db", new)
    with pytest.raises(OpsError, match="2 runs are in .*/mlruns, not in this"):
        moved.mend(new / "mlflow.db", new)
    # a store without runs has none to lose
    enter(empty, monkeypatch)
    shutil.copy(empty / "mlflow.db", new)
    moved.mend(new / "mlflow.db", new)
    assert [p.startswith(f"{new}/mlruns/") for p in places(new)] == [True]


def test_artifacts_that_were_put_elsewhere_stay(
    old: Path, tmp_path: Path
) -> None:
    elsewhere = str(tmp_path / "disk" / "artifacts")
    store.open_store().create_experiment("big", elsewhere)
    new = shutil.copytree(old, tmp_path / "new")
    moved.mend(new / "mlflow.db", new)
    assert elsewhere in places(new)


def test_a_port_is_a_free_number() -> None:
    for wrong in ("", "0", "x", "65536"):
        with pytest.raises(OpsError, match="^PORT: found"):
            ui.parse_port(wrong)
    with socket.socket() as other:
        other.bind((ui.HOST, 0))
        other.listen()
        with pytest.raises(OpsError, match="give PORT=NUMBER"):
            ui.parse_port(str(other.getsockname()[1]))
