"""The matrix product alone, by numpy's BLAS: nothing is kept of it.

Blocks are of a size whose product stays in the cache, and each thread
multiplies its own, so that none waits for another. A large square product a
thread tells besides what the machine can do at all.
"""

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from race.arrays import Array, read_array
from race.timing import Watch, options, run_peer

USERS, ITEMS = 512, 4096
SQUARE = 2048


def in_threads(work: Callable[[Any], None], shares: Sequence[Any]) -> float:
    """Seconds until every thread has done its share."""
    with ThreadPoolExecutor(len(shares)) as pool, Watch() as watch:
        list(pool.map(work, shares))
    return watch.seconds


def square_speed(threads: int) -> float:
    """Operations a second of large square products, the best of three."""
    draw = np.random.default_rng(1)
    squares = [draw.random((SQUARE, SQUARE), np.float32)] * threads
    best = min(in_threads(lambda a: np.dot(a, a), squares) for _ in range(3))
    return 2 * SQUARE**3 * threads / best


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    shape = (-1, arguments.factors)
    users = read_array(arguments.input / "users.f32").reshape(shape)
    items = read_array(arguments.input / "items.f32").reshape(shape)

    def multiply(share: Array) -> None:
        block = np.empty(USERS * ITEMS, np.float32)
        for i in range(0, len(items), ITEMS):
            right = items[i : i + ITEMS].T
            for u in range(0, len(share), USERS):
                left = share[u : u + USERS]
                size = len(left) * right.shape[1]
                np.dot(left, right, out=block[:size].reshape(len(left), -1))

    seconds = in_threads(multiply, np.array_split(users, arguments.threads))
    operations = 2 * len(users) * len(items) * arguments.factors
    return {
        "seconds": seconds,
        "flops_per_second": operations / seconds,
        "square_flops_per_second": square_speed(arguments.threads),
    }


if __name__ == "__main__":
    parser = options()
    parser.add_argument("--factors", type=int, default=64)
    run_peer(parser, run)
