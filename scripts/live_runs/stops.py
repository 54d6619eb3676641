"""Servers that are told to stop while others ask and tell."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from killing import stored, visits
from serving import Client, Server

from live_runs.record import Counts

PEERS = 8


@dataclass
class Peer(threading.Thread):
    """Asks and tells in turn, until no connection is to be had any more:
    each time on a connection of its own, or on one as long as the server
    keeps it. `lost` are requests that were sent and got no answer."""

    server: Server
    name_: str
    keeps: bool
    acknowledged: list[str] = field(default_factory=list)
    answered: int = 0
    lost: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        client = Client(self.server.port)
        for number in range(100_000):
            try:
                if not client.is_connected():
                    client.connect()
            except OSError:
                return
            try:
                if number % 2:
                    event = f"{self.name_}-{number}"
                    client.done("POST", "/v1/events", visits([event]))
                    self.acknowledged.append(event)
                else:
                    client.done("POST", "/v1/recommendations", {"k": 3})
                self.answered += 1
            except Exception as error:  # noqa: BLE001
                self.lost.append(repr(error))
                client.close()
            if not self.keeps:
                client.close()


def stop_under_load(
    learned: Path, folder: Path, stops: int, seed: int
) -> Counts:
    """What was sent is answered; what was acknowledged is in the store."""
    rng = random.Random(seed)
    counts: Counts = {"stops": 0, "answers": 0, "acknowledged": 0, "lost": 0}
    for stop in range(stops):
        store = folder / f"store-{stop}"
        server = Server(learned / "bundle", store)
        peers = [Peer(server, f"{stop}-{p}", p % 2 == 0) for p in range(PEERS)]
        for peer in peers:
            peer.start()
        time.sleep(rng.uniform(0.1, 0.4))
        assert server.stop() == (0, "")
        for peer in peers:
            peer.join()
            assert not peer.lost, peer.lost
        acknowledged = {e for peer in peers for e in peer.acknowledged}
        assert acknowledged <= set(stored(store))
        counts["stops"] += 1
        counts["answers"] += sum(peer.answered for peer in peers)
        counts["acknowledged"] += len(acknowledged)
    return counts
