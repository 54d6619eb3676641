"""What a sceptical new user tried around the program: Python, DVC, MLflow.

The points of test_new_user.py that need the package, a tracking store or the
report; each case is the shortest form of what once went wrong.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import finished
import mlflow
import pytest
import shops
from command import ROOT
from vitrina_ops import (
    model,
    pipeline,
    plots_page,
    report,
    store,
    track,
    ui,
)
from vitrina_ops.files import read_json

CONFIG = 3
BAD_DATA = 5


# 10. The README's Python lines work as printed


def test_10_the_readmes_python_runs_as_printed(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder as `make run` leaves the checkout's, without PYTHONPATH."""
    finished.simulate(tmp_path / "data" / "simulated", seed=1)
    outside = {"PATH": os.environ["PATH"]}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    # the last one asks a server: test_client.py runs it
    registry, package, visit, _ = re.findall(
        r"^```python\n(.*?)^```", readme, re.M | re.S
    )
    python = [sys.executable, "-W", "ignore", "-c"]
    # the visit goes on with what the lines before it have made
    subprocess.run(
        [*python, package + visit], cwd=tmp_path, env=outside, check=True
    )

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    client, name = store.open_store(), store.model_of("simulated")
    store.open_experiment()
    with mlflow.start_run():
        version, _ = model.log_model(Path("bundle"), name, {})
    client.set_registered_model_alias(name, store.CHAMPION, version)
    subprocess.run([*python, registry], cwd=tmp_path, env=outside, check=True)

    where = [sys.executable, "-c", "import vitrina; print(vitrina.__file__)"]
    found = subprocess.run(
        where, cwd="/", env=outside, capture_output=True, text=True, check=True
    )
    here = ROOT / "build" / "python" / "vitrina" / "__init__.py"
    assert found.stdout == f"{here}\n"


# 11. The report says what its columns mean, in English and Russian


def test_report_in_two_languages(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished.simulate(tmp_path / "shop", seed=1)
    root = finished.finished(tmp_path / "root", tmp_path / "shop")
    monkeypatch.chdir(root)
    tracked = {"run_id": "", "version": "", "reason": "not tried"}
    content = report.content_of(pipeline.load_pipeline(), tracked)
    assert all(
        customer["expected_recall"] <= 1 for customer in content["customers"]
    )
    assert content["catalog"]["products"]
    text = report.render(content)
    assert "it can sum to more than 1" in text
    assert "может дать в сумме больше 1" in text
    assert not re.search(r"\d:\d{2}\.\d", text)


# 12. Plots need no network; experiments take no alias


def test_12_the_pictures_of_dvc_need_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".dvc").mkdir()
    shutil.copy(ROOT / ".dvc" / "config", tmp_path / ".dvc")
    (tmp_path / "rows.csv").write_text("k,recall\n1,0.1\n2,0.2\n")
    monkeypatch.chdir(tmp_path)
    plots_page.main()
    dvc = [sys.executable, "-m", "dvc"]
    config = ("config", "--local", "core.no_scm", "true")
    subprocess.run([*dvc, *config], check=True)
    show = ("plots", "show", "rows.csv", "-x", "k", "-y", "recall")
    subprocess.run([*dvc, *show], check=True, stdout=subprocess.DEVNULL)
    page = (tmp_path / "dvc_plots" / "index.html").read_text()
    assert "window.vegaEmbed=" in page
    assert '"recall"' in page.partition("</script>")[2]
    assert not re.search(r"<(script|link)[^>]+(src|href)=", page)


def test_12_an_experiment_takes_no_alias(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished.simulate(tmp_path / "log", 1)
    root = finished.finished(tmp_path / "web", tmp_path / "log")
    monkeypatch.chdir(root)
    registry = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry)
    with monkeypatch.context() as inside:  # as DVC runs a stage
        inside.setenv("DVC_EXP_BASELINE_REV", "b" * 40)
        inside.setenv("DVC_EXP_NAME", "puffy-lamb")
        track.track()
    report = read_json(Path("reports/mlflow_run.json"))
    client = store.open_store()
    run = client.get_run(report["run_id"])
    assert run.data.tags["vitrina.dvc_experiment"] == "puffy-lamb"
    assert run.info.run_name.endswith("experiment puffy-lamb")
    assert "dvc exp apply puffy-lamb" in report["reason"]
    assert store.shops(client) == []
    track.track()  # kept: `make run` runs the stage again
    report = read_json(Path("reports/mlflow_run.json"))
    assert (report["version"], report["alias"]) == ("1", "champion")


# 17. Python's arguments: wrong ones are named

WRONG_ARGUMENTS = """
import datetime, pickle, sys
import polars, vitrina
log = polars.scan_parquet(sys.argv[1])
learned = vitrina.fit(log, bundle="bundle", as_of=datetime.date(2024, 3, 15))
again = pickle.loads(pickle.dumps(learned))
print(len(again.recommend(log, only_users=[1000], max_users=1)))
for call, options in (
    (learned.recommend, dict(events=None)),
    (learned.recommend, dict(events={"user_id": []})),
    (learned.recommend, dict(events=log, as_of=5)),
    (learned.recommend, dict(events=log, only_users="1000")),
    (learned.recommend, dict(events=log, k=0)),
    (learned.similar, dict(product=None)),
    (vitrina.Recommender.load, dict(bundle="nowhere")),
):
    try:
        call(**options)
    except vitrina.Error as error:
        print(error)
"""


def test_17_pythons_arguments_are_named(program: Path, tmp_path: Path) -> None:
    shop = shops.write_shop(tmp_path, shops.random_rows(seed=1, users=60))
    result = subprocess.run(
        [sys.executable, "-c", WRONG_ARGUMENTS, shop / "train_actions.pq"],
        env={**os.environ, "PYTHONPATH": str(program.parent / "python")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stderr == ""
    named, *errors = result.stdout.splitlines()
    assert named == "1"
    assert [error.split(",")[0] for error in errors] == [
        "events: found None",
        "events: found a dict",
        "as_of: found 5",
        "only_users: found '1000'",
        "k: found '0'",
        "product: found None",
        "nowhere/manifest.json: no such file; fit keeps one in the folder "
        "that its option bundle names",
    ]


# 19. MLflow shows what matters first


def test_19_the_address_is_that_of_the_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    registry = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry)
    store.open_store()
    number = store.open_experiment()
    kind = store.open_store().get_experiment(number).tags[store.KIND]
    assert kind == "custom_model_development"
    page = ui.runs_page("http://127.0.0.1:5000", number)
    assert page.startswith(
        f"http://127.0.0.1:5000/#/experiments/{number}/runs"
    )


def test_19_a_copied_checkout_writes_into_itself(
    program: Path, tmp_path: Path
) -> None:
    finished.simulate(tmp_path / "log", 1)
    old = finished.finished(tmp_path / "old", tmp_path / "log")
    finished.track(old)
    before = sorted((old / "mlruns").rglob("*"))
    new = shutil.copytree(old, tmp_path / "new", symlinks=True)
    (new / "build" / "build_id.txt").write_text("another build")
    assert "its artifacts are here now" in finished.track(new)
    report = read_json(new / "reports/mlflow_run.json")
    assert (report["version"], report["alias"]) == ("2", "champion")
    assert sorted((old / "mlruns").rglob("*")) == before
    assert len(list((new / "mlruns").rglob("manifest.json"))) == 2
