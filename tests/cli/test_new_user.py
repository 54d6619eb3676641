"""What a sceptical new user tried, one case a point of the list.

Each case is the shortest form of what once went wrong without a word; the
details of a part are tested beside the part. Points about reading a shop's
files are in test_new_user_data.py, those about Python, DVC, MLflow and the
report in test_new_user_python.py.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import shops
from command import ROOT, Vitrina
from learning import CUT
from summary_reports import said, write_reports

CONFIG = 3
BAD_DATA = 5

# Each point's cases stand below its line; 1, 4, 5 and 20 are in
# test_whose_answer.py.


# 2. `simulate` does not write where files lie that it did not make


def test_02_simulate_leaves_what_it_did_not_make(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    real = shops.write_shop(tmp_path, shops.random_rows(seed=2, users=5))
    log = (real / "train_actions.pq").read_bytes()
    words = ("simulate", "--quiet", "--scale", "0.001", "--out")
    refused = vitrina(*words, real)
    assert refused.returncode == 2
    assert "holds train_actions.pq, which simulate did not" in refused.stderr
    assert (real / "train_actions.pq").read_bytes() == log
    # a log of the user's own that came into a simulated folder later
    assert vitrina(*words, "simulated").returncode == 0
    assert vitrina(*words, "simulated", "--seed", "2").returncode == 0
    (tmp_path / "simulated/train_actions.pq").write_bytes(log)
    assert vitrina(*words, "simulated").returncode == 2
    assert (tmp_path / "simulated/train_actions.pq").read_bytes() == log


# 6. Ctrl-C, SIGTERM and kill leave nothing behind (test_signals.py)


def test_06_a_stopped_run_leaves_nothing(
    vitrina: Vitrina, program: Path, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    shops.write_shop(shop, shops.random_rows(seed=3, users=200))
    words: list[str | Path] = [program, "run", "--quiet"]
    words += ["--data", shop, "--out", "out"]
    for stop, code in ((signal.SIGINT, 9), (signal.SIGKILL, -9)):
        with subprocess.Popen(
            words, cwd=tmp_path, stderr=subprocess.PIPE, text=True
        ) as process:
            while not list(tmp_path.glob("out/.stages-*/models")):
                time.sleep(0.001)
            process.send_signal(stop)
            said = process.communicate(timeout=20)[1]
        assert process.returncode == code
        if stop == signal.SIGINT:
            assert said.startswith("vitrina run: error: cancelled by SIGINT")
            assert not (tmp_path / "out").exists()
    assert vitrina(*words[1:]).returncode == 0  # sweeps what was killed
    answer = ["predictions.csv", "recommendations.parquet", "report.json"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == answer


# 7. Folders are swapped whole; one command at a time in a workspace


def test_07_folders_are_swapped_whole_by_one_command_at_a_time(
    vitrina: Vitrina, program: Path, tmp_path: Path
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    shops.write_shop(shop, shops.random_rows(seed=4, users=60))
    words = ["run", "--quiet", "--data", "shop", "--bundle", "bundle"]
    kept = ("--keep-stages", "work", "--out", "a")
    assert vitrina(*words, *kept).returncode == 0
    bundle = tmp_path / "work/models/bundle"
    old = {p.name: p.read_bytes() for p in bundle.iterdir()}
    # as on a disk that is full before the largest file is written
    limit = (max(map(len, old.values())) - 1) // 1024
    full = f'ulimit -f {limit}; exec "$0" pack --workspace work'
    failed = subprocess.run(
        ["bash", "-c", full, program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert failed.returncode == 7
    assert "the file would be larger than is allowed" in failed.stderr
    assert {p.name: p.read_bytes() for p in bundle.iterdir()} == old
    assert not list(tmp_path.rglob("*.tmp"))
    # somebody's own files are no bundle
    (tmp_path / "bundle/notes.txt").write_text("mine")
    assert "holds notes.txt" in vitrina(*words, "--out", "c").stderr
    # a folder that another command has
    lock = tmp_path / "out/.vitrina.lock"
    lock.parent.mkdir()
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("'vitrina run' (process 7)")
        file.flush()
        refused = vitrina("run", "--data", "shop", "--out", "out")
    assert refused.returncode == 7
    assert "out: 'vitrina run' (process 7) is writing there" in refused.stderr


# 9. `check-submission` names what is wrong with a plain to_csv


def test_09_a_plain_to_csv_is_named_with_the_fix(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"user_id": ["u"], "products": [["1", "2"]]})
    frame.to_csv(tmp_path / "indexed.csv")
    result = vitrina("check-submission", "indexed.csv")
    assert result.returncode == BAD_DATA
    assert "indexed.csv:1: found a column without a name" in result.stderr
    assert "(column 1)" in result.stderr
    assert "index=False" in result.stderr
    frame.to_csv(tmp_path / "good.csv", index=False)
    assert vitrina("check-submission", "good.csv").returncode == 0


def test_09_an_answer_without_rows_is_not_ok(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    (tmp_path / "none.csv").write_text("user_id,products\n")
    (tmp_path / "empty.csv").write_text("")
    for name, found in (("none", "found 0 rows"), ("empty", "is empty")):
        result = vitrina("check-submission", f"{name}.csv")
        assert result.returncode == BAD_DATA
        assert found in result.stderr
        assert result.stdout == ""


# 15. The summary says which model was judged and which answers


def test_summary_names_both_models(vitrina: Vitrina, tmp_path: Path) -> None:
    write_reports(tmp_path)
    lines = said(vitrina("summary"))
    assert lines["judged"].startswith("0 trees, own history alone, from 12")
    assert lines["answers"].startswith("10 trees from 51 bought pairs")


# 16. What cannot have an effect says so and does not exit 0
def test_unknown_ids_are_told(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    ids = tmp_path / "ids.txt"
    words: tuple[str | Path, ...] = (
        *("recommend", "--quiet", "--bundle", learned / "bundle"),
        *("--data", learned / "shop", "--out", tmp_path / "out"),
    )
    for option in ("--only-users", "--exclude-users", "--exclude-products"):
        ids.write_text("1000\n50\nnobody\n")
        told = vitrina(*words, option, ids)
        assert told.returncode == 0, told.stderr
        assert f"{option}: 2 of 3 ids" in told.stderr
    ids.write_text("nobody\nno one\n")
    strangers = vitrina(*words, "--only-users", ids)
    assert strangers.returncode == 0, strangers.stderr
    assert "named what sells, check that the ids" in strangers.stderr
    ids.write_text("\n")
    refused = vitrina(*words, "--only-users", ids)
    assert refused.returncode == 5, refused.stderr
    ids.write_text("1000\n")
    both = ("--only-users", ids, "--exclude-users", ids)
    assert "leave nobody" in vitrina(*words, *both).stderr


def test_what_has_no_effect_is_refused(
    vitrina: Vitrina, learned: Path, tmp_path: Path
) -> None:
    words = ("recommend", "--bundle", learned / "bundle", "--quiet")
    data = ("--data", learned / "shop", "--out", tmp_path / "out")
    refused = vitrina(*words, *data, "--set", "train.rounds=5", "--dry-run")
    assert refused.returncode == 2
    assert "--set train.rounds: has no effect here" in refused.stderr
    assert vitrina(*words, *data, "--set", "choose.k=3").returncode == 0
    assert vitrina(*words, "--set", "ingest.since=2024-03-05").returncode == 2
    assert vitrina(*words, "--as-of", CUT).returncode == 2

    empty = tmp_path / "empty"
    empty.mkdir()
    dry = vitrina("recommend", "--dry-run", cwd=empty)
    assert dry.returncode == 4
    assert "run 'vitrina pack' first" in dry.stderr
    nowhere = vitrina("recommend", "--dry-run", "--bundle", "no", cwd=empty)
    assert nowhere.returncode == 4


def test_an_empty_window_is_an_error(vitrina: Vitrina, learned: Path) -> None:
    shop = learned / "shop"
    ceilings = vitrina("ceilings", "--data", shop, "--as-of", "2024-04-01")
    assert ceilings.returncode == 5
    assert "nothing was ordered from 2024-04-01" in ceilings.stderr
    words = ("--truth", shop, "--from", "2024-04-01", "--to", "2024-04-04")
    answer = learned / "answer" / "predictions.csv"
    score = vitrina("score", "--predictions", answer, *words)
    assert score.returncode == 5
    assert "no orders from 2024-04-01" in score.stderr


# 18. I/O errors name the cause


@pytest.mark.parametrize("scale", ["0", "0.0005", "20.5", "-1", "1e999"])
def test_18_make_run_and_simulate_refuse_the_same_scales(
    vitrina: Vitrina, program: Path, tmp_path: Path, scale: str
) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "vitrina").symlink_to(program)
    made = subprocess.run(
        [sys.executable, "-m", "vitrina_ops.run"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python"), "SCALE": scale},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert made.returncode == 1
    assert made.stderr.startswith("run: error: SCALE: found ")
    assert not (tmp_path / "params.local.yaml").exists()
    assert vitrina("simulate", "--scale", scale).returncode == CONFIG


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all files")
def test_18_a_file_that_may_not_be_read(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    shops.write_shop(tmp_path, shops.random_rows(seed=5, users=5))
    (tmp_path / "train_actions.pq").chmod(0)
    said = vitrina("ingest", "--data", tmp_path).stderr
    assert "train_actions.pq: cannot read: permission denied" in said


def test_18_errors_name_the_cause_in_our_words(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    def said(*words: str | Path) -> str:
        result = vitrina(*words)
        assert 1 < result.returncode < 8
        return result.stderr

    (tmp_path / "file").write_text("{")
    (tmp_path / "folder").mkdir()
    (tmp_path / "train_actions.pq").write_text("no parquet")
    assert "is a folder, expected a file" in said(
        "params", "--check", "folder"
    )
    assert "is a file, expected a folder" in said(
        "simulate", "--scale", "0.001", "--out", "file"
    )
    assert "is no Parquet file" in said("ingest", "--data", tmp_path)
    yaml = said("params", "--check", "file")
    assert "file:1: not valid YAML" in yaml or "file:2: not valid" in yaml
    reports = ("ingest", "train", "metrics", "recommend", "refit")
    for name in reports:
        path = tmp_path / "reports" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text("{")
    (tmp_path / "data/processed").mkdir(parents=True)
    (tmp_path / "data/processed/split.json").write_text("{}")
    broken = said("summary")
    assert "reports/ingest.json: is no whole JSON file" in broken
    assert "json.exception" not in broken


# 21. The one test that needs a pseudo-terminal skips without one (test_cli.py)
# 22. `backtest` and `similar` have tests of their own (test_backtest.py,
# test_similar.py)
