"""What a sceptical new user tried, one case a point of the list.

Each case is the shortest form of what once went wrong without a word; the
details of a part are tested beside the part.
"""

from pathlib import Path

import finished
import pyarrow.parquet as pq
import pytest
import shops
from conftest import Vitrina
from vitrina_ops import fetch, track

# Each point's cases stand below its line.

# 1. The champion of another shop: one registered model a shop; a bundle that knows few products


def test_01_every_shop_is_answered_by_its_own_champion(
    vitrina: Vitrina,
    program: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registry = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry)
    logs = {name: tmp_path / "logs" / name for name in ("web", "street")}
    for seed, (name, log) in enumerate(logs.items()):
        finished.simulate(program, log, seed)
        finished.finished(program, tmp_path / name, log)
        monkeypatch.chdir(tmp_path / name)
        track.track()
    for name, log in logs.items():
        monkeypatch.chdir(tmp_path / name)
        fetch.fetch("", "champion", "", Path("bundle"))
        words = ("--bundle", "bundle", "--data", log, "--out", "answer")
        assert vitrina("recommend", *words, cwd=Path.cwd()).returncode == 0
        answer = pq.read_table("answer/recommendations.parquet")
        events = pq.read_table(log / "train_actions.pq")["products"]
        known = {str(p) for row in events.to_pylist() for p in row or ()}
        assert (
            0 < len(answer) and set(answer["product_id"].to_pylist()) <= known
        )


# 2. `simulate` does not write where files lie that it did not make


# 3. A log without orders is an error that names what it found


# 4. A bundle is not asked for a moment before it stopped learning


# 5. `score` refuses a truth window that the answer had seen


# 6. Ctrl-C, SIGTERM and kill leave nothing behind


# 7. Folders are swapped whole; one command at a time in a workspace


# 8. `check-data` tells what is in a log; Russian exports are read or refused clearly


# 9. `check-submission` names what is wrong with a plain to_csv


# 10. The README's Python lines work as printed


# 11. The report says what its columns mean, in English and Russian


# 12. Plots need no network; experiments take no alias


# 13. A moment after the log's end, loose parts, two logs, zones, relative paths


def test_13_typed_paths_are_relative_to_the_current_folder(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    for folder in (tmp_path / "shop", work / "inside"):
        folder.mkdir(parents=True)
        shops.write_shop(folder, shops.random_rows(seed=1, users=20))
    (tmp_path / "own.yaml").write_text("columns: {user: user_id}\n")
    (tmp_path / "p.yaml").write_text("ingest: {data_dir: inside}\n")
    words = ("ingest", "--quiet", "--workspace", "work")
    for more in (
        ("--data", "shop", "--schema", "own.yaml"),
        ("--params", "p.yaml"),  # a path in a params file: in the workspace
    ):
        result = vitrina(*words, *more)
        assert (result.returncode, result.stderr) == (0, "")
        (work / "reports/ingest.json").unlink()
    assert vitrina(*words, "--data", "inside").returncode == 4


# 14. No byte of a file reaches the terminal raw


def test_14_bytes_of_a_file_are_escaped(
    vitrina: Vitrina, tmp_path: Path
) -> None:
    shop = tmp_path / "sh\u202eop"
    shop.mkdir()
    header = b"user_id,actio\x82,\xc2\x9b31m,\xd0\xb6,date,products\n"
    (shop / "train_actions.csv").write_bytes(header + b"1,2,3,4,5,6\n")
    for progress in ("plain", "json"):
        result = vitrina("ingest", "--data", shop, "--progress", progress)
        assert result.returncode == 5
        error = result.stderr.splitlines()[-1]
        assert r"actio\x82" in error and r"\u009b31m, ж" in error
        assert r"/sh\u202eop/train_actions.csv: " in error
        assert result.stderr.replace("\n", "").isprintable()
    listed = vitrina("ingest", "--data", shop, "--list-io").stdout
    assert listed.replace("\n", "").replace("\t", "").isprintable()


# 15. The summary says which model was judged and which answers


# 16. What cannot have an effect says so and does not exit 0


# 17. Python's arguments: wrong ones are named


# 18. I/O errors name the cause


# 19. MLflow shows what matters first


# 20. The answer in the docs is made by one command; --only-listed


# 21. The one test that needs a pseudo-terminal skips without one (test_cli.py)


# 22. `backtest` and `similar` on the command line
