"""Files between the stages, bundles: missing, damaged, carried elsewhere."""

import shutil
from pathlib import Path

import pytest
import shops
from command import Result, Vitrina, assert_refused, run

MISSING_INPUT = 4
INCOMPATIBLE_ARTIFACT = 6
ENV = {"VITRINA_THREADS": "1"}
FAST = ("--quiet", "--set=train.rounds=12", "--set=evaluate.draws=100")


def quick(stage: str) -> tuple[str, ...]:
    """Options that make the stage quick; recommend takes no such ones."""
    return ("--quiet",) if stage == "recommend" else FAST


# A file of the workspace, the stage that makes it, one that reads it.
FILES = [
    ("data/interim/shop.vtr", "ingest", "split"),
    ("data/interim/shop.vtr", "ingest", "fit"),
    ("data/interim/shop.vtr", "ingest", "recommend"),
    ("data/processed/split.json", "split", "fit"),
    ("data/processed/split.json", "split", "refit"),
    ("models/folds/final/models.vtr", "fit", "examples"),
    ("models/folds/valid/models.vtr", "fit", "evaluate"),
    ("data/processed/examples/w01/examples.vtr", "examples", "refit"),
    ("models/ranker/ranker.vtr", "train", "evaluate"),
    ("models/bundle/models.vtr", "pack", "recommend"),
    ("models/bundle/ranker.vtr", "pack", "recommend"),
    ("models/bundle/products.vtr", "pack", "recommend"),
    ("models/bundle/params.json", "pack", "recommend"),
    ("models/bundle/manifest.json", "pack", "recommend"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rows = shops.random_rows(seed=6, users=60, products=40)
    return shops.write_shop(folder, rows, shops.catalog_table(products=40))


@pytest.fixture(scope="module")
def finished(
    data: Path, program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A workspace in which every stage has run, and out/ and bundle/."""
    folder = tmp_path_factory.mktemp("finished")
    result = run_once(program, folder, data)
    assert result.returncode == 0, result.stderr
    return folder


def run_once(program: Path, folder: Path, data: Path) -> Result:
    return run(
        *("run", "--data", data, "--out", folder / "out"),
        *("--bundle", folder / "bundle"),
        *("--keep-stages", folder / "stages", *FAST),
        env=ENV,
    )


@pytest.fixture
def workspace(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished stages that a test may spoil."""
    return Path(shutil.copytree(finished / "stages", tmp_path / "stages"))


def flipped(whole: bytes, at: float) -> bytes:
    """With one bit changed at a share of the length."""
    data = bytearray(whole)
    data[int(at * (len(data) - 1))] ^= 0x10
    return bytes(data)


@pytest.mark.parametrize(("file", "maker", "reader"), FILES)
def test_a_missing_file_names_the_stage_that_makes_it(
    vitrina: Vitrina, workspace: Path, file: str, maker: str, reader: str
) -> None:
    (workspace / file).unlink()
    words = ("--workspace", workspace, *quick(reader))
    result = vitrina(reader, *words, env=ENV)
    assert_refused(result, MISSING_INPUT, Path(file).name, f"vitrina {maker}")


# A stage and the first of those before it whose files are of another shop.
STALE = [
    ("examples", "fit"),
    ("train", "examples"),
    ("evaluate", "fit"),
    ("refit", "examples"),
    ("pack", "fit"),
    ("importance", "fit"),
]


@pytest.mark.parametrize("change", ["another shop", "an earlier moment"])
def test_files_of_another_shop_or_moment_are_never_used(
    vitrina: Vitrina,
    workspace: Path,
    data: Path,
    tmp_path: Path,
    change: str,
) -> None:
    """Of as many customers and products, so that all indices fit."""
    words = ["--data", data, "--as-of", "2024-03-14"]
    if change == "another shop":
        rows = shops.random_rows(seed=7, users=60, products=40)
        words = ["--data", shops.write_shop(tmp_path / "other", rows)]
    at = ("--workspace", workspace, *FAST)
    assert vitrina("ingest", *at, *words, env=ENV).returncode == 0
    bundle = workspace / "models/bundle/manifest.json"
    before = bundle.read_bytes()
    for stage in ("fit", "examples", "evaluate", "pack", "importance"):
        result = vitrina(stage, *at, env=ENV)
        assert_refused(
            result, INCOMPATIBLE_ARTIFACT, "split.json", "vitrina split"
        )
    assert vitrina("split", *at, env=ENV).returncode == 0
    for stage, maker in STALE:
        result = vitrina(stage, *at, env=ENV)
        assert_refused(
            result, INCOMPATIBLE_ARTIFACT, "another shop", f"vitrina {maker}"
        )
    assert vitrina("fit", *at, env=ENV).returncode == 0
    result = vitrina("pack", *at, env=ENV)
    assert_refused(result, INCOMPATIBLE_ARTIFACT, "final", "vitrina refit")
    assert bundle.read_bytes() == before
    for stage in ("examples", "train", "evaluate", "refit", "pack"):
        assert vitrina(stage, *at, env=ENV).returncode == 0


@pytest.mark.parametrize(("file", "maker", "reader"), FILES)
def test_a_damaged_file_is_never_used(
    vitrina: Vitrina, workspace: Path, file: str, maker: str, reader: str
) -> None:
    """Every bit and every length are tried without a process, on archives
    and bundles (archive_test.cpp and the fuzz target `bundle`)."""
    path = workspace / file
    words = ("--workspace", workspace, *quick(reader))
    whole = path.read_bytes()
    damages = [whole[: len(whole) // 2], b"", flipped(whole, 0.6)]
    if file.endswith(("split.json", "manifest.json")):
        # what no longer parses is refused; there is no checksum
        damages = [whole[: len(whole) // 2], b"", b"[]", b"{}"]
    for damage in damages:
        path.write_bytes(damage)
        result = vitrina(reader, *words, env=ENV)
        assert_refused(result, INCOMPATIBLE_ARTIFACT, path.name)


def test_a_damaged_manifest_is_never_used(
    vitrina: Vitrina, workspace: Path
) -> None:
    path = workspace / "models/bundle/manifest.json"
    whole = path.read_text()
    for name in ("models.vtr", "ranker.vtr", "products.vtr", "params.json"):
        hash_at = whole.index('"', whole.index(name) + len(name) + 2) + 1
        digit = "0" if whole[hash_at] != "0" else "1"
        path.write_text(whole[:hash_at] + digit + whole[hash_at + 1 :])
        result = vitrina("recommend", "--workspace", workspace, "--quiet")
        assert_refused(result, INCOMPATIBLE_ARTIFACT, name)
    fingerprint_at = whole.index('"', whole.index('"fingerprint":') + 14) + 1
    digit = "0" if whole[fingerprint_at] != "0" else "1"
    for damage in (
        whole.replace('"format": 2', '"format": 999'),
        whole.replace('"format": 2', '"format": "2"'),
        whole.replace('"learned_until": "20', '"learned_until": "19'),
        whole.replace('"learned_from": "20', '"learned_from": "soon'),
        whole[:fingerprint_at] + digit + whole[fingerprint_at + 1 :],
    ):
        path.write_text(damage)
        result = vitrina("recommend", "--workspace", workspace, "--quiet")
        assert_refused(result, INCOMPATIBLE_ARTIFACT, "manifest.json")


def test_a_manifest_without_its_files_is_refused(
    vitrina: Vitrina, workspace: Path
) -> None:
    path = workspace / "models/bundle/manifest.json"
    path.write_text(
        '{"format": 2, "build": "", "learned_from": "2024-01-01", '
        '"learned_until": "2024-01-02", "files": {}, "fingerprint": ""}'
    )
    result = vitrina("recommend", "--workspace", workspace, "--quiet")
    assert_refused(result, INCOMPATIBLE_ARTIFACT, "manifest.json")


def test_a_bundle_answers_as_the_run_that_packed_it(
    vitrina: Vitrina, finished: Path, data: Path, tmp_path: Path
) -> None:
    bundle = Path(shutil.copytree(finished / "bundle", tmp_path / "elsewhere"))
    for threads in ("1", "4"):
        out = tmp_path / f"out{threads}"
        words = ("--bundle", bundle, "--data", data, "--out", out, "--quiet")
        result = vitrina("recommend", *words, "--threads", threads)
        assert result.returncode == 0, result.stderr
        for name in ("predictions.csv", "recommendations.parquet"):
            expected = (finished / "out" / name).read_bytes()
            assert (out / name).read_bytes() == expected, name


def test_a_bundle_knows_the_catalog_of_its_shop(
    vitrina: Vitrina, finished: Path, data: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(data / "train_actions.pq", bare)
    out = tmp_path / "out"
    words = ("--bundle", finished / "bundle", "--data", bare, "--out", out)
    result = vitrina("recommend", *words, "--quiet")
    assert result.returncode == 0, result.stderr
    expected = (finished / "out" / "predictions.csv").read_bytes()
    assert (out / "predictions.csv").read_bytes() == expected


def test_a_bundle_answers_for_a_later_log(
    vitrina: Vitrina, finished: Path, tmp_path: Path
) -> None:
    """New customers, new products; the old ones may be gone."""
    rows = shops.random_rows(seed=7, users=80, products=60, days=14)
    later = shops.write_shop(tmp_path / "later", rows)
    out = tmp_path / "out"
    words = ("--bundle", finished / "bundle", "--data", later, "--out", out)
    result = vitrina("recommend", *words, "--quiet")
    assert result.returncode == 0, result.stderr
    check = vitrina("check-submission", out / "predictions.csv")
    assert check.returncode == 0, check.stderr
    lines = (out / "predictions.csv").read_text().splitlines()
    assert len(lines) == 1 + len({row.user_id for row in rows})


@pytest.mark.parametrize("name", ["ranker.vtr", "models.vtr", "params.json"])
def test_a_flipped_byte_in_a_bundle_is_found(
    vitrina: Vitrina, finished: Path, data: Path, tmp_path: Path, name: str
) -> None:
    bundle = Path(shutil.copytree(finished / "bundle", tmp_path / "bundle"))
    file = bundle / name
    file.write_bytes(flipped(file.read_bytes(), 0.6))
    out = tmp_path / "out"
    words = ("--bundle", bundle, "--data", data, "--out", out, "--quiet")
    result = vitrina("recommend", *words)
    assert_refused(result, INCOMPATIBLE_ARTIFACT, name)
    assert not out.exists()


def test_a_missing_bundle_is_told(
    vitrina: Vitrina, data: Path, tmp_path: Path
) -> None:
    words = ("--bundle", tmp_path / "none", "--data", data, "--quiet")
    result = vitrina("recommend", *words)
    assert_refused(result, MISSING_INPUT, "none", "vitrina pack")


def test_stages_one_by_one_are_the_run(
    vitrina: Vitrina, finished: Path, data: Path, tmp_path: Path
) -> None:
    stages = ["ingest", "split", "fit", "examples", "train"]
    stages += ["evaluate", "refit", "pack", "recommend"]
    (tmp_path / "space").mkdir()
    space = ("--workspace", tmp_path / "space")
    for stage in stages:
        words = ("--data", data) if stage == "ingest" else ()
        result = vitrina(stage, *space, *quick(stage), *words, env=ENV)
        assert result.returncode == 0, result.stderr
    for name in ("predictions.csv", "recommendations.parquet"):
        found = (tmp_path / "space" / "data/out" / name).read_bytes()
        assert found == (finished / "out" / name).read_bytes()
    for name in ("ranker.vtr", "models.vtr", "products.vtr"):
        found = (tmp_path / "space" / "models/bundle" / name).read_bytes()
        assert found == (finished / "bundle" / name).read_bytes()
