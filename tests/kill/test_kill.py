"""A stage that is killed leaves whole files or none, and can be run again.

Every stage of the pipeline, and `run`, is killed (SIGKILL) at shares of the
time that it takes, and at the moment when it begins to write a file.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import shops
from command import must_run, program_path

PIPELINE = (
    *("ingest", "split", "fit", "examples", "train"),
    *("evaluate", "refit", "pack", "recommend"),
)
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
PARAMS = (
    *("--quiet", "--threads=1", "--set=train.rounds=20"),
    *("--set=split.max_windows=4", "--set=evaluate.draws=200"),
    "--set=engine.max_candidates=40",
)
OLD = b"what an earlier version of the stage wrote"

Files = dict[str, bytes]


@pytest.fixture(scope="session")
def program() -> Path:
    return program_path()


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = shops.random_rows(seed=11, users=300, products=200)
    folder = tmp_path_factory.mktemp("data")
    return shops.write_shop(folder, rows, shops.catalog_table(products=200))


class Stage:
    """One command with the files it reads in place."""

    def __init__(self, program: Path, words: list[str | Path]) -> None:
        self.words = words
        self.command = [str(program), *map(str, words)]

    def start(self, folder: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def finish(self, folder: Path) -> float:
        """Runs to the end; returns the seconds that took."""
        start = time.monotonic()
        assert self.start(folder).wait() == 0, self.command
        return time.monotonic() - start

    def outputs(self, folder: Path) -> list[Path]:
        """Files and folders that the stage says it writes."""
        listed = must_run(*self.words, "--list-io", cwd=folder)
        lines = [line.split("\t") for line in listed.splitlines()]
        return [Path(line[1]) for line in lines if line[0] == "output"]


def written(folder: Path, outputs: list[Path]) -> Files:
    """Bytes of the final-named files of the outputs."""
    files = {}
    for output in outputs:
        path = folder / output
        paths = path.rglob("*") if path.is_dir() else [path]
        for file in paths:
            if file.is_file() and file.suffix != ".tmp":
                name = str(file.relative_to(folder))
                files[name] = file.read_bytes()
    return files


def unfinished(folder: Path) -> bool:
    return next(folder.rglob("*.tmp"), None) is not None


def leavings(folder: Path) -> list[Path]:
    """What no command leaves behind once it is done."""
    names = ("*.tmp", ".stages-*", ".vitrina.lock")
    return [path for name in names for path in folder.rglob(name)]


def kill_after(seconds: float) -> Callable[[Path], bool]:
    deadline = time.monotonic() + seconds
    return lambda _: time.monotonic() >= deadline


@pytest.fixture(scope="session")
def workspaces(
    program: Path, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """For each stage a workspace in which all stages before it have run."""
    done = tmp_path_factory.mktemp("done")
    before = {}
    for name in PIPELINE:
        before[name] = tmp_path_factory.mktemp("before") / name
        shutil.copytree(done, before[name])
        Stage(program, words_of(name, data)).finish(done)
    before["run"] = tmp_path_factory.mktemp("run")
    return before


def words_of(name: str, data: Path) -> list[str | Path]:
    # What a bundle answers with was set when it was packed.
    params = PARAMS[:2] if name == "recommend" else PARAMS
    words: list[str | Path] = [name, *params]
    if name in ("ingest", "run"):
        words += ["--data", data]
    if name == "run":
        words += ["--out", "out"]
    return words


def same(name: str, found: bytes, expected: bytes) -> bool:
    # the report of a whole run tells the seconds of its stages
    return found == expected or name.endswith("report.json")


@pytest.mark.parametrize("name", [*PIPELINE, "run"])
def test_killed_at_any_moment(
    program: Path,
    data: Path,
    workspaces: dict[str, Path],
    tmp_path: Path,
    name: str,
) -> None:
    stage = Stage(program, words_of(name, data))
    whole = tmp_path / "whole"
    shutil.copytree(workspaces[name], whole)
    seconds = stage.finish(whole)
    outputs = stage.outputs(whole)
    expected = written(whole, outputs)
    assert expected, "the stage writes nothing"

    n_killed = 0
    for point in [*SHARES, None]:
        folder = tmp_path / f"killed{point}"
        shutil.copytree(workspaces[name], folder)
        has_old = point in SHARES[1::2]
        if has_old:
            for file in expected:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / file).write_bytes(OLD)
        is_time = kill_after(seconds * point) if point else unfinished
        process = stage.start(folder)
        while process.poll() is None and not is_time(folder):
            time.sleep(0.0002)
        process.send_signal(signal.SIGKILL)
        n_killed += process.wait() == -signal.SIGKILL

        for file, found in written(folder, outputs).items():
            assert file in expected, f"{file} is new, killed at {point}"
            is_whole = same(file, found, expected[file])
            is_old = has_old and found == OLD
            assert is_whole or is_old, f"{file}, killed at {point}"
        stage.finish(folder)
        again = written(folder, outputs)
        assert again.keys() == expected.keys(), f"killed at {point}"
        for file, found in again.items():
            message = f"{file} after a kill at {point} and a second run"
            assert same(file, found, expected[file]), message
        assert not leavings(folder), f"killed at {point} and run again"
        shutil.rmtree(folder)
    assert n_killed >= 3, "the stage was done before it could be killed"
