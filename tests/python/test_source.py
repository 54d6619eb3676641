"""params.local.yaml: what DATA, SCALE and SEED make of it."""

import shlex
from pathlib import Path

import pytest
import yaml
from vitrina_ops import source
from vitrina_ops.errors import OpsError


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout is the current folder."""
    root = tmp_path / "checkout"
    root.mkdir()
    monkeypatch.chdir(root)
    for name in ("DATA", "SCALE", "SEED", "SHOP"):
        monkeypatch.delenv(name, raising=False)
    return root


def test_defaults_simulate_a_small_shop() -> None:
    found = yaml.safe_load(source.local_params("", "", ""))["source"]
    assert found == {
        "data_dir": "data/simulated",
        "data_word": "data/simulated",
        "scales": [0.1],
        "seed": 42,
        "shop": "simulated",
        "shop_named_by": "scale",
    }


def test_a_real_log_is_not_simulated(tmp_path: Path) -> None:
    shop = tmp_path / "it's my shop"
    shop.mkdir()
    found = yaml.safe_load(source.local_params(str(shop), "", "7"))["source"]
    assert found["scales"] == []
    assert found["data_dir"] == str(shop.resolve())
    assert shlex.split(found["data_word"]) == [str(shop.resolve())]
    assert found["seed"] == 7


def test_a_folder_of_the_checkout_stays_relative(checkout: Path) -> None:
    (checkout / "data" / "mine").mkdir(parents=True)
    found = yaml.safe_load(source.local_params("data/mine", "", ""))
    assert found["source"]["data_dir"] == "data/mine"


def test_simulated_data_are_no_real_log(checkout: Path) -> None:
    (checkout / "data" / "simulated" / "part").mkdir(parents=True)
    for name in ("data/simulated", "data/simulated/part"):
        with pytest.raises(OpsError, match="would be overwritten"):
            source.local_params(name, "", "")


@pytest.mark.parametrize(
    ("data", "scale", "seed", "reason"),
    [
        ("nowhere", "", "", "DATA: 'nowhere' is not a folder"),
        ("", "inf", "", "SCALE: found 'inf'"),
        ("", "nan", "", "SCALE: found 'nan'"),
        ("", "big", "", "SCALE: found 'big'"),
        ("", "", "-1", "SEED: found '-1'"),
        ("", "", str(2**64), "SEED: found"),
        (".", "1", "", "DATA and SCALE: give one of them"),
    ],
)
def test_wrong_values_are_named(
    data: str, scale: str, seed: str, reason: str
) -> None:
    with pytest.raises(OpsError) as error:
        source.local_params(data, scale, seed)
    assert str(error.value).startswith(reason)


def test_a_path_that_dvc_would_read_as_a_template(tmp_path: Path) -> None:
    shop = tmp_path / "${x}"
    shop.mkdir()
    with pytest.raises(OpsError, match="rename it"):
        source.local_params(str(shop), "", "")


def test_an_equal_file_is_not_written_again(checkout: Path) -> None:
    text = source.local_params("", "0.5", "")
    source.update(text)
    before = source.LOCAL_PARAMS.stat()
    source.update(text)
    assert source.LOCAL_PARAMS.stat().st_ino == before.st_ino
    source.update(source.local_params("", "0.6", ""))
    assert "0.6" in source.LOCAL_PARAMS.read_text()


@pytest.mark.parametrize(
    ("folder", "shop"),
    [
        ("web", "web"),
        ("it's my shop", "it-s-my-shop"),
        ("магазин №1", "магазин-1"),
        (".shop:a/../b.c", "b.c"),
    ],
)
def test_the_folder_names_the_shop(
    folder: str, shop: str, tmp_path: Path
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    text = source.local_params(str(tmp_path / folder), "", "")
    found = yaml.safe_load(text)["source"]
    assert (found["shop"], found["shop_named_by"]) == (shop, "folder")


def test_the_user_names_the_shop(tmp_path: Path) -> None:
    text = source.local_params(str(tmp_path), "", "", "web.2")
    found = yaml.safe_load(text)["source"]
    assert (found["shop"], found["shop_named_by"]) == ("web.2", "user")
    for wrong in ("a/b", "a:b", "a@b", "a b", "x" * 101, "-"):
        with pytest.raises(OpsError, match="^SHOP: found"):
            source.local_params(str(tmp_path), "", "", wrong)


def test_the_simulated_shops_name_is_its_own(tmp_path: Path) -> None:
    (tmp_path / "simulated").mkdir()
    with pytest.raises(OpsError, match="give SHOP=NAME as well"):
        source.local_params(str(tmp_path / "simulated"), "", "")
    with pytest.raises(OpsError, match="the simulated shop's name"):
        source.local_params(str(tmp_path), "", "", "simulated")
    text = source.local_params("", "", "", "simulated")
    assert yaml.safe_load(text)["source"]["shop"] == "simulated"


def test_an_older_file_gets_a_name(checkout: Path) -> None:
    (checkout / "web").mkdir()
    older = {"data_dir": "web", "data_word": "web", "scales": [], "seed": 7}
    text = source.with_shop(yaml.safe_dump({"source": older}))
    assert text is not None
    named = {**older, "shop": "web", "shop_named_by": "folder"}
    assert yaml.safe_load(text)["source"] == named
    assert source.with_shop(text) is None


def test_set_up_asks_for_no_shop(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP", "web")
    monkeypatch.setattr("sys.argv", ["source", "--if-missing"])
    source.main()
    found = yaml.safe_load(source.LOCAL_PARAMS.read_text())["source"]
    assert (found["shop"], found["shop_named_by"]) == ("simulated", "setup")
