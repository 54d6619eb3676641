"""Runs of tests/faults/store_driver.cpp in which one call of the system fails
(tests/faults/fault_shim.cpp), and what must hold after each."""

import dataclasses
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from command import program_path

# A user who is forgotten, and the visit that was linked to it before.
USER, VISIT = "gone", "gone-visit"
FORGOTTEN = {USER, VISIT}
# Events from before a moment, which are erased.
OLD = {"old0", "old1", "old2"}
# What the driver tells the store, whatever becomes of it.
SENT = (
    FORGOTTEN
    | OLD
    | {f"a{i}" for i in range(40)}
    | {"b0", "c0", "v0", "d0", "d1", "d2", "e0", "f0"}
)
# What the process of a call that ends it says, and one that could not start.
ENDED, REFUSED = 77, 7


@dataclasses.dataclass(frozen=True)
class Fault:
    """The call of that number, from 1 on, fails in that way."""

    at: int
    kind: str


@dataclasses.dataclass(frozen=True)
class Played:
    """What a run said, and the calls that it made."""

    code: int
    lines: list[str]
    calls: list[str]

    def call(self, fault: Fault) -> str:
        """The one that failed."""
        calls = changes(self.calls)
        assert fault.at <= len(calls), f"it came to {len(calls)} calls: {self}"
        return calls[fault.at - 1]

    def ids(self, word: str) -> list[str]:
        """Behind `word`, in all lines that begin with it."""
        found = [
            line.partition(":")[0].split()[1:]
            for line in self.lines
            if line.split()[0] == word
        ]
        return [each for ids in found for each in ids]


def shim(
    folder: Path, log: Path, fault: Fault | None = None, files: str = ""
) -> dict[str, str]:
    """The environment of a program whose calls for the files of a folder
    are written down, and one of them made to fail. Where `files` is given,
    only those whose names begin so count, but calls that read too."""
    library = program_path().parent / "fault_shim.so"
    assert library.is_file()
    variables = {
        "LD_PRELOAD": str(library),
        "VITRINA_FAULT_FOLDER": str(folder),
        "VITRINA_FAULT_LOG": str(log),
        "VITRINA_FAULT_FILES": files,
    }
    if fault:
        variables["VITRINA_FAULT_AT"] = str(fault.at)
        variables["VITRINA_FAULT_KIND"] = fault.kind
    return variables


def play(
    folder: Path, *words: str, fault: Fault | None = None, log: Path
) -> Played:
    """Runs the driver; `log` is where its calls are written."""
    return drive("store_driver", folder, *words, env=shim(folder, log, fault))


def drive(name: str, *words: str | Path, env: dict[str, str]) -> Played:
    """Runs a driver of tests/faults."""
    log = Path(env["VITRINA_FAULT_LOG"])
    log.unlink(missing_ok=True)
    done = subprocess.run(
        [program_path().parent / name, *words],
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == "", done.stderr
    return Played(
        done.returncode, done.stdout.splitlines(), log.read_text().splitlines()
    )


def changes(calls: list[str]) -> list[str]:
    """Those that may fail."""
    return [call for call in calls if not call.startswith("tell ")]


def ways(call: str) -> tuple[str, ...]:
    """In which a call may fail."""
    match call.split()[0]:
        case "write":
            return ("EIO", "ENOSPC", "exit", "torn")
        case "look" | "read" | "stat":
            return ("EIO",)  # an end there is one before the next change
        case _:
            return ("EIO", "exit")


def faults_of(calls: list[str]) -> list[Fault]:
    """Every way in which every call of a sound run may fail."""
    return [
        Fault(at, kind)
        for at, call in enumerate(changes(calls), start=1)
        for kind in ways(call)
    ]


def judge_all(
    judge: Callable[[Path, Fault], object], faults: list[Fault], folder: Path
) -> None:
    """Each in a folder of its own."""

    def failure(fault: Fault) -> str:
        mine = folder / f"{fault.at}-{fault.kind}"
        mine.mkdir()
        try:
            judge(mine, fault)
        except AssertionError as error:
            return f"{fault}: {error}"
        shutil.rmtree(mine)
        return ""

    with ThreadPoolExecutor(2) as pool:
        failures = [each for each in pool.map(failure, faults) if each]
    if failures:
        pytest.fail("\n".join(failures))


def is_promise(call: str) -> bool:
    """Whether it tells the peer that something is kept: the driver's words,
    or the server's."""
    if call.startswith("tell HTTP/1.1 200 "):
        fields = ('"statuses"', '"n_erased"', '"n_stored"', '"visit_id"')
        return any(field in call for field in fields)
    return call.split()[1] in (
        *("stored", "forgot", "linked", "put", "erased"),
    )


def assert_told_after_sync(
    calls: list[str], fault: Fault | None = None
) -> int:
    """No event is acknowledged while the log that has it is not on disk. How
    many promises there were."""
    is_dirty = False
    n_calls = n_promises = 0
    for call in calls:
        if is_promise(call):
            assert not is_dirty, f"{call} before its sync"
            n_promises += 1
            continue
        n_calls += not call.startswith("tell ")
        if call == "write events.db-wal":
            is_dirty = True
        elif call == "sync events.db-wal":
            is_dirty = fault is not None and fault.at == n_calls
    return n_promises


def promised(played: Played) -> set[str]:
    """The events that were acknowledged and are still to be there."""
    stored = set(played.ids("stored")) | set(played.ids("repeated"))
    gone = OLD if "erase" in played.lines else set()
    return stored - FORGOTTEN - gone


def assert_kept(store: Path, log: Path, played: Played) -> None:
    """A restart has what was acknowledged once, and nothing unsent."""
    after = play(store, "list", log=log)
    assert (after.code, after.lines[-1]) == (0, "stopped"), after
    rows = Counter(after.ids("had"))
    assert set(rows.values()) <= {1}, f"an event is there twice: {rows}"
    assert set(rows) <= SENT, "an event was never sent"
    lost = promised(played) - set(rows)
    assert not lost, f"acknowledged events are lost: {lost}"
    links = set(after.ids("link"))
    assert set(played.ids("linked")) - FORGOTTEN <= links, "a link is lost"
    assert set(played.ids("put")) <= set(after.ids("product"))
    if "erased" in played.lines:
        assert not OLD & set(rows), "old events are back"
    if played.ids("forgot"):
        assert USER not in rows, "who was forgotten is back"
    if played.ids("forgot") and VISIT in played.ids("linked"):
        assert not FORGOTTEN & (set(rows) | links), "a visit is back"
        for file in store.iterdir():
            assert USER.encode() not in file.read_bytes(), file


def assert_sent_again_counts_once(store: Path, log: Path) -> None:
    again = play(store, log=log)
    assert (again.code, again.lines[-1]) == (0, "stopped"), again
    last = play(store, "list", log=log)
    assert Counter(last.ids("had")) == Counter(SENT - FORGOTTEN - OLD)
    assert (last.ids("link"), last.ids("product")) == (["v0"], ["lamp"])


def play_with(store: Path, log: Path, fault: Fault, *words: str) -> Played:
    """A run with a fault, which must end as it is meant to."""
    played = play(store, *words, fault=fault, log=log)
    assert played.code in (0, REFUSED, ENDED), played
    assert (played.lines[-1:] == ["stopped"]) == (played.code == 0), played
    assert_told_after_sync(played.calls, fault)
    return played


def check(folder: Path, fault: Fault) -> None:
    """One run with a fault, a restart, and the same sent again."""
    store, log = folder / "store", folder / "log"
    played = play_with(store, log, fault)
    assert_kept(store, log, played)
    assert_sent_again_counts_once(store, log)


def check_recovery(folder: Path, fault: Fault) -> int:
    """The same where the restart fails too, at each of its calls; how many
    ways there were."""
    ended, log = folder / "ended", folder / "log"
    played = play_with(ended, log, fault)
    shutil.copytree(ended, folder / "sound")
    faults = faults_of(play(folder / "sound", "list", log=log).calls)
    for way in faults:
        store = folder / f"{way.at}-{way.kind}"
        shutil.copytree(ended, store)
        play_with(store, log, way, "list")
        assert_kept(store, log, played)
        shutil.rmtree(store)
    return len(faults)
