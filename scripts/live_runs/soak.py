"""A server under mixed load for a long time: what it holds must not grow."""

import random
import time
from pathlib import Path
from typing import Any

from learning import pack
from serving import Client, Server

from live_runs.load import Worker, percentile, question
from live_runs.process import n_descriptors, resident_bytes, slope
from live_runs.record import Counts

# Customers come and are forgotten, so that the events kept stay as many.
CUSTOMERS = 20
TELLS_BEFORE_FORGOTTEN = 20
EVENTS_A_TELL = 10
PAUSE = 0.01  # seconds between two requests of a thread
SAMPLES = 240  # of memory and descriptors
# The begin, in which memory fills up to what the load needs, is left out.
WARM_UP = 0.25
MOST_GROWTH = 0.05


class Teller:
    """Tells of customers in turn, and has each forgotten in the end."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rng = random.Random(name)
        self.n_events = 0
        self.n_forgotten = 0

    def __call__(self, client: Client, number: int) -> Any:
        turn, tell = divmod(number, TELLS_BEFORE_FORGOTTEN)
        user = f"{self._name}-{turn % CUSTOMERS}"
        if tell == 0:
            self.n_forgotten += 1
            return client.done("DELETE", f"/v1/users/{user}")
        events = [
            {
                "user_id": user,
                "action": "view",
                "products": [str(50 + self._rng.randrange(40))],
            }
            for _ in range(EVENTS_A_TELL)
        ]
        # one of a few ids: sent before, unless it is the first round
        events[0]["event_id"] = f"{self._name}-{number % 1000}"
        self.n_events += len(events)
        return client.done("POST", "/v1/events", {"events": events})


def soak(
    learned: Path, folder: Path, seconds: float, swap_every: float = 60
) -> Counts:
    """Runs that long; fails where an answer is wrong or memory grows."""
    bundles = [learned / "bundle", pack(learned, folder / "other", rounds=6)]
    server = Server(bundles[0], folder / "store")
    tellers = [Teller(f"t{i}") for i in range(2)]
    workers = [Worker(server, teller, PAUSE) for teller in tellers]
    workers += [
        Worker(server, question(user), PAUSE) for user in ("t0-1", "1001")
    ]
    for worker in workers:
        worker.start()
    samples = Samples(server.process.pid)
    swaps = 0
    begin = time.monotonic()
    while (now := time.monotonic() - begin) < seconds:
        if now >= (swaps + 1) * min(swap_every, seconds / 4):
            swaps += 1
            body = {"bundle": str(bundles[swaps % 2])}
            # a connection of its own: the server keeps none for a minute
            admin = server.admin()
            admin.done("POST", "/admin/v1/bundle", body)
            admin.close()
        samples.take(now)
        time.sleep(seconds / SAMPLES)
    for worker in workers:
        worker.stop()
    wrong = [each for worker in workers for each in worker.wrong]
    assert not wrong, wrong[:3]
    assert server.stop() == (0, "")
    asked = [s for worker in workers[2:] for s in worker.seconds]
    return samples.judge() | {
        "seconds": seconds,
        "requests": sum(len(worker.seconds) for worker in workers),
        "events": sum(teller.n_events for teller in tellers),
        "forgotten": sum(teller.n_forgotten for teller in tellers),
        "swaps": swaps,
        "failed": 0,
        "max_p99_ms": percentile(asked, 0.99),
    }


class Samples:
    """Of memory and descriptors of a process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._times: list[float] = []
        self._bytes: list[float] = []
        self._descriptors: list[float] = []

    def take(self, now: float) -> None:
        self._times.append(now)
        self._bytes.append(resident_bytes(self._pid))
        self._descriptors.append(n_descriptors(self._pid))

    def judge(self) -> Counts:
        """Slopes after the warm-up; fails where the line rises by more than
        a share of memory, or by a descriptor, from begin to end."""
        first = int(WARM_UP * len(self._times))
        times, memory = self._times[first:], self._bytes[first:]
        span = times[-1] - times[0]
        memory_slope = slope(times, memory)
        descriptor_slope = slope(times, self._descriptors[first:])
        growth = memory_slope * span / (sum(memory) / len(memory))
        assert growth <= MOST_GROWTH, f"memory grows by {growth:.1%}"
        assert descriptor_slope * span < 1, "descriptors grow"
        return {
            "max_memory_mib": max(self._bytes) / 2**20,
            "max_memory_slope_mib_per_hour": memory_slope * 3600 / 2**20,
            "max_descriptors": max(self._descriptors),
            "max_descriptor_slope_per_hour": descriptor_slope * 3600,
        }
