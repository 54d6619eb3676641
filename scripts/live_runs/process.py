"""What the system says of a running process."""

import os
from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Memory that it has at this moment."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return 1024 * int(line.split()[1])
    raise ValueError(f"/proc/{pid}/status has no VmRSS")


def n_descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def slope(times: list[float], values: list[float]) -> float:
    """Of the straight line with the least squares, a second."""
    n = len(times)
    mean_time, mean_value = sum(times) / n, sum(values) / n
    across = sum(
        (t - mean_time) * (v - mean_value)
        for t, v in zip(times, values, strict=True)
    )
    return across / sum((t - mean_time) ** 2 for t in times)
