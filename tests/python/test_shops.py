"""Two shops, one registry: each is answered by its own champion."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from command import must_run
from finished import finished, run_again, simulate
from vitrina_ops import fetch, promote, source, store, track
from vitrina_ops.errors import OpsError
from vitrina_ops.files import read_json
from vitrina_ops.pipeline import RUN_REPORT


class Shops:
    """Checkouts of two shops, and the registry that they share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def data(self, name: str) -> Path:
        return self.root / "logs" / name

    def enter(self, name: str) -> None:
        os.chdir(self.root / name)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    made = Shops(tmp_path_factory.mktemp("shops"))
    home = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        uri = f"sqlite:///{made.root / 'mlflow.db'}"
        patch.setenv("MLFLOW_TRACKING_URI", uri)
        os.chdir(made.root)  # the artifacts go here
        store.open_store()
        for seed, name in enumerate(("web", "street"), 1):
            simulate(made.data(name), seed)
            cut = "2024-09-27" if name == "web" else ""
            finished(made.root / name, made.data(name), as_of=cut)
            made.enter(name)
            track.track()
        yield made
    os.chdir(home)


def products_of(log: Path) -> set[str]:
    rows = pq.read_table(log / "train_actions.pq")["products"].to_pylist()
    return {str(product) for row in rows for product in row or ()}


def test_each_shop_is_answered_with_its_own_products(shops: Shops) -> None:
    for name in ("web", "street"):
        shops.enter(name)
        report = read_json(RUN_REPORT)
        assert report["model"] == f"vitrina-{name}"
        assert (report["version"], report["alias"]) == ("1", "champion")
        fetch.fetch("", "champion", "", Path("bundle"))
        must_run(
            *("recommend", "--bundle", "bundle"),
            *("--data", shops.data(name), "--out", "answer"),
        )
        answer = pq.read_table("answer/recommendations.parquet")
        named = set(answer["product_id"].to_pylist())
        assert named
        assert named <= products_of(shops.data(name))


def test_a_nightly_run_stays_fresh(shops: Shops) -> None:
    shops.enter("web")
    run_again(Path.cwd(), shops.data("web"), as_of="2024-09-28")
    track.track()
    report = read_json(RUN_REPORT)
    assert (report["version"], report["alias"]) == ("2", "champion")
    assert report["reason"].startswith("the configuration of version 1")
    # an older moment once more is logged before, a new one stays challenger
    run_again(Path.cwd(), shops.data("web"), as_of="2024-09-26")
    track.track()
    report = read_json(RUN_REPORT)
    assert (report["version"], report["alias"]) == ("3", "challenger")
    client = store.open_store()
    held = store.version_of_alias(client, "vitrina-web", "champion")
    assert held is not None and str(held.version) == "2"


def test_another_configuration_is_compared_before_the_present_cut(
    shops: Shops,
) -> None:
    shops.enter("web")
    params = yaml.safe_load(Path("params.yaml").read_text())
    params["train"]["rounds"] = 4
    Path("params.yaml").write_text(yaml.safe_dump(params))
    run_again(Path.cwd(), shops.data("web"))
    track.track()
    report = read_json(RUN_REPORT)
    assert "against version 2 retrained" in report["reason"]
    assert not list(Path(".cache/champion").glob("tmp*"))
    if report["alias"] == "challenger":
        assert "`make promote VERSION=4`" in report["note"]


def test_a_version_says_what_it_is(shops: Shops) -> None:
    client = store.open_store()
    version = client.get_model_version("vitrina-street", "1")
    assert version.description and "| Vitrina | " in version.description
    assert version.tags[store.TAG_SHOP] == "street"
    assert "[" in version.tags["reading_a"]
    assert version.run_id and version.source
    run = client.get_run(version.run_id)
    recall = run.data.metrics["evaluate/valid/recall_a"]
    found = client.get_logged_model(
        version.source.removeprefix("models:/")
    ).metrics
    logged = {metric.key: metric.value for metric in found or ()}
    assert logged["A_recall"] == recall
    assert logged["A_recall_low"] <= recall <= logged["A_recall_high"]
    assert run.info.run_name.startswith("street 2024-09-28 ")
    assert (
        version.description[:40] == run.data.tags["mlflow.note.content"][:40]
    )
    model = client.get_registered_model("vitrina-street")
    assert "make fetch SHOP=street" in model.description


def test_the_shop_must_be_meant_among_several(
    shops: Shops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = source.local_params("", "", "", asked=False)
    source.LOCAL_PARAMS.write_text(text)
    with pytest.raises(OpsError, match="street, web; give SHOP=NAME"):
        fetch.fetch("", "champion", "", Path("bundle"))
    with pytest.raises(OpsError, match="'other' is not registered.*street"):
        fetch.fetch("other", "champion", "", Path("bundle"))
    with pytest.raises(OpsError, match="vitrina-web' has the alias 'new'"):
        fetch.fetch("web", "new", "", Path("bundle"))
    assert "vitrina-web version 1" in fetch.fetch(
        "web", "champion", "1", Path("bundle")
    )


def test_a_champion_is_made_by_hand(shops: Shops) -> None:
    client = store.open_store()
    for version in ("3", "1"):
        promote.promote("web", version)
        held = store.version_of_alias(client, "vitrina-web", "champion")
        assert held is not None and str(held.version) == version
    with pytest.raises(OpsError, match="VERSION: found '9'"):
        promote.promote("web", "9")


def test_another_folder_of_the_same_name_is_asked_about(
    shops: Shops, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = store.open_store()

    def named(by: str, folder: Path) -> dict[str, Any]:
        return {
            "shop": "web",
            "shop_named_by": by,
            "data_dir": str(folder),
        }

    other = Path("/elsewhere/web")
    store.check_shop(client, named("folder", shops.data("web")))
    store.check_shop(client, named("user", other))
    with pytest.raises(OpsError, match="SHOP=web if it is the same shop"):
        store.check_shop(client, named("folder", other))
