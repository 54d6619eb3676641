"""Whatever call of the system fails for a copy of a server's memory, or is
the last one: a restart has what was acknowledged, once, and who is forgotten
is in no file."""

import shutil
from pathlib import Path

import pytest
from faults import faults_of, judge_all
from snapshot_faults import Shop, Told, check, restart


def test_every_call_of_a_copy_may_fail(
    learned: Path, memory_folder: Path
) -> None:
    bundle = learned / "bundle"
    calls = Shop(bundle, memory_folder).play().calls
    kinds = {call.split()[0] for call in calls}
    assert kinds >= {"open", "write", "sync", "rename", "unlink", "read"}
    faults = faults_of(calls)
    assert len(faults) > 100
    judge_all(
        lambda mine, fault: check(Shop(bundle, mine), fault),
        faults,
        memory_folder,
    )


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("list", "a copy"),
        ("forget", "a copy"),
        ("forget", "no copy"),
        ("forget", "unfinished copies"),
    ],
)
def test_every_call_of_a_restart_may_fail(
    learned: Path, memory_folder: Path, word: str, left: str
) -> None:
    """Which may end by a kill, once somebody is forgotten."""
    shop, told = Shop(learned / "bundle", memory_folder), Told()
    told.hear(shop.play())
    told.hear(shop.play("more"))
    copy = shop.store / "snapshot.bin"
    assert copy.is_file(), "of before the last event"
    if left == "no copy":
        copy.unlink()
    if left == "unfinished copies":
        for name in ("snapshot.new", "snapshot.new.tmp", "snapshot.old"):
            shutil.copy(copy, shop.store / name)
    (sound := memory_folder / "sound").mkdir()
    faults = faults_of(shop.copy(sound).play(word).calls)
    judge_all(
        lambda mine, fault: restart(shop.copy(mine), told.copy(), word, fault),
        faults,
        memory_folder,
    )
