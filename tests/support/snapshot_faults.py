"""Runs of tests/faults/snapshot_driver.cpp in which one call of the system
fails that touches a copy of a server's memory, and what must hold after."""

import dataclasses
import shutil
from collections import Counter
from pathlib import Path

from faults import ENDED, REFUSED, Fault, Played, changes, drive, shim

# The events of those who are forgotten, and the bytes that tell of them.
EVENTS = {
    "gone-user": {"gone-1", "gone-2", "gone-3"},
    "late-user": {"late-1", "late-2"},
}
NAMES = {"gone-user": ("gone-user", "gone-visit"), "late-user": ("late-user",)}


@dataclasses.dataclass(frozen=True)
class Shop:
    """What its server answers by, and where its store lies."""

    bundle: Path
    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def play(self, *words: str, fault: Fault | None = None) -> Played:
        log = self.folder / "log"
        env = shim(self.store, log, fault, files="snapshot")
        return drive(
            "snapshot_driver", self.bundle, self.store, *words, env=env
        )

    def copy(self, folder: Path) -> "Shop":
        shutil.copytree(self.store, folder / "store")
        return Shop(self.bundle, folder)


class Told:
    """What a server has acknowledged, over starts and stops; judges what it
    has after each start."""

    def __init__(self) -> None:
        self._events: set[str] = set()
        self._asked = ""  # who is to be forgotten, without an answer
        self._forgotten: set[str] = set()
        self._links: set[str] = set()
        self._products: set[str] = set()
        self._seen: dict[str, list[str]] = {}  # since the last start

    def copy(self) -> "Told":
        copy = Told()
        copy._events = set(self._events)
        copy._forgotten = set(self._forgotten)
        copy._links, copy._products = set(self._links), set(self._products)
        return copy

    def hear(self, played: Played) -> None:
        for line in played.lines:
            word, *ids = line.split()
            match word:
                case "link" | "product" | "had":
                    self._seen.setdefault(word, []).extend(ids)
                case "total":
                    self._judge_start(int(ids[0]))
                case "stored":
                    self._events.update(ids)
                case "repeated":
                    assert set(ids) <= self._events, f"never told: {line}"
                case "linked":
                    self._links.update(ids)
                case "put":
                    self._products.update(ids)
                case "forget":
                    self._asked = ids[0]
                case "forgot":
                    self._forgotten.add(ids[0])
                    self._forget()

    def _forget(self) -> None:
        self._events -= EVENTS[self._asked]
        self._links -= set(NAMES[self._asked])
        self._asked = ""

    def _judge_start(self, total: int) -> None:
        """Exactly what was acknowledged, once."""
        rows, self._seen = self._seen, {}
        had = Counter(rows.get("had", []))
        assert total == had.total() == len(had), f"{total} of {had}"
        if self._asked and not EVENTS[self._asked] & set(had):
            self._forget()
        self._asked = ""
        lost = self._events - set(had)
        assert not lost, f"acknowledged events are lost: {lost}"
        new = set(had) - self._events
        assert not new, f"never sent, or forgotten and back: {new}"
        assert set(rows.get("link", [])) == self._links
        assert set(rows.get("product", [])) == self._products

    def judge_bytes(self, store: Path) -> None:
        """Who is forgotten is in no file."""
        for file in store.glob("*"):  # there may be no folder
            data = file.read_bytes()
            for user in self._forgotten:
                for name in NAMES[user]:
                    assert name.encode() not in data, f"{name} in {file.name}"


def judge_end(
    played: Played, fault: Fault, *, is_killed: bool = False
) -> None:
    """A copy that fails costs no more than a warning; one that cannot be
    erased is no forgetting."""
    call, name = played.call(fault).split()
    said = {line.split()[0] for line in played.lines}
    is_end = fault.kind in ("exit", "torn")
    meant = {ENDED} if is_end else {ENDED if is_killed else 0, REFUSED}
    assert played.code in meant, played
    assert (played.lines[-1:] == ["stopped"]) == (played.code == 0), played
    if name == ".":
        return  # may be the store's own
    assert played.code != REFUSED, "a copy is in the way of a start"
    refused = [line for line in played.lines if line.startswith("refused ")]
    assert all(line.startswith("refused forgot ") for line in refused)
    if fault.kind != "EIO" or call not in ("open", "write", "sync", "rename"):
        return
    # what need not be there is to be erased too
    is_erasing = f"unlink {name}" in changes(played.calls)[fault.at :][:1]
    is_told = bool(said & {"warning", "refused"})
    assert is_told or (call == "open" and is_erasing), "nobody is told"


def hear(shop: Shop, told: Told, *words: str) -> None:
    """A run without a fault."""
    played = shop.play(*words)
    told.hear(played)
    last = "forgot late-user" if words == ("forget",) else "stopped"
    assert played.lines[-1:] == [last], played
    told.judge_bytes(shop.store)


def restart(shop: Shop, told: Told, word: str, fault: Fault) -> None:
    """A run with a fault, and what comes of it."""
    played = shop.play(word, fault=fault)
    told.hear(played)
    judge_end(played, fault, is_killed=word == "forget")
    told.judge_bytes(shop.store)
    hear(shop, told, "list")


def check(shop: Shop, fault: Fault) -> None:
    """The whole story with a fault, a restart that is killed when it has
    forgotten somebody else, and a last one."""
    told = Told()
    played = shop.play(fault=fault)
    told.hear(played)
    judge_end(played, fault)
    told.judge_bytes(shop.store)
    hear(shop, told, "forget")
    hear(shop, told, "list")
