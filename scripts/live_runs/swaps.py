"""Bundles that are swapped while others ask."""

import time
from pathlib import Path

from learning import pack
from serving import Client, Server

from live_runs.load import Worker, percentile, question
from live_runs.process import resident_bytes
from live_runs.record import Counts

ASKERS = 4
# Of a recorded run. The ratio is of two p99 of one part: a swap's to that of
# the time before.
BARS: Counts = {"max_p99_ratio": 2.0, "max_memory_growth": 0.10}


def swap_under_load(learned: Path, folder: Path, swaps: int) -> Counts:
    """No request may fail, and each answer after a swap is of its bundle."""
    bundles = [learned / "bundle", pack(learned, folder / "other", rounds=6)]
    server = Server(bundles[0], folder / "store")
    askers = [Worker(server, question("1001")) for _ in range(ASKERS)]
    for asker in askers:
        asker.start()
    time.sleep(1)
    n_steady = [len(asker.seconds) for asker in askers]
    begin_bytes = resident_bytes(server.process.pid)
    admin, client = server.admin(), server.client()
    for swap in range(1, swaps + 1):
        body = {"bundle": str(bundles[swap % 2])}
        swapped = admin.done("POST", "/admin/v1/bundle", body)["bundle"]
        assert answered_by(client) == swapped
    for asker in askers:
        asker.stop()
    wrong = [each for asker in askers for each in asker.wrong]
    assert not wrong, wrong[:3]
    steady = [s for a, n in zip(askers, n_steady) for s in a.seconds[:n]]
    beside = [s for a, n in zip(askers, n_steady) for s in a.seconds[n:]]
    end_bytes = resident_bytes(server.process.pid)
    assert server.stop() == (0, "")
    p99_steady, p99_beside = (percentile(s, 0.99) for s in (steady, beside))
    return {
        "swaps": swaps,
        "answers": len(steady) + len(beside),
        "failed": 0,
        "max_p99_ms_steady": p99_steady,
        "max_p99_ms_while_swapping": p99_beside,
        "max_p99_ratio": p99_beside / p99_steady,
        "max_memory_growth": end_bytes / begin_bytes - 1,
    }


def answered_by(client: Client) -> str:
    answer = client.done("POST", "/v1/recommendations", {"k": 5})
    return str(answer["bundle"])
