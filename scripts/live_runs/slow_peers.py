"""Peers that begin a request and send no more of it."""

import contextlib
import socket
import time
from pathlib import Path

from serving import Server

from live_runs.load import Worker, percentile, question
from live_runs.record import Counts

# A head has five seconds to come; then the server closes the connection.
SECONDS = 4.0
BARS: Counts = {"max_p99_ms_rise": 5.0}  # of a recorded run


def half_open(learned: Path, folder: Path, peers: int) -> Counts:
    """How long others wait beside so many peers that are half open."""
    server = Server(learned / "bundle", folder / "store")
    alone = measure(server)
    with contextlib.ExitStack() as stack:
        for _ in range(peers):
            peer = socket.create_connection(("127.0.0.1", server.port))
            stack.enter_context(peer)
            peer.sendall(b"POST /v1/events HTTP/1.1\r\nHost: a\r\nConte")
        beside = measure(server)
    assert server.stop() == (0, "")
    return {
        "half_open": peers,
        "answers": len(alone) + len(beside),
        "failed": 0,
        "max_p99_ms_alone": percentile(alone, 0.99),
        "max_p99_ms_beside": percentile(beside, 0.99),
        "max_p99_ms_rise": percentile(beside, 0.99) - percentile(alone, 0.99),
    }


def measure(server: Server) -> list[float]:
    """Seconds of the answers that two others get."""
    askers = [Worker(server, question(user)) for user in ("1001", "1002")]
    for asker in askers:
        asker.start()
    time.sleep(SECONDS)
    for asker in askers:
        asker.stop()
        assert not asker.wrong, asker.wrong[:3]
    return [s for asker in askers for s in asker.seconds]
