"""What the machine is, and how busy it was with other work."""

import os
import platform
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

# user, nice, system, irq, softirq, steal: the places of /proc/stat's first
# line that are work, ours or others'
BUSY = (0, 1, 2, 5, 6, 7)


def busy_seconds() -> float:
    """Processor time that all processes together have used since start."""
    line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    ticks = [int(word) for word in line.split()[1:]]
    return sum(ticks[at] for at in BUSY) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """How busy the machine was during one process.

    ``other`` is the share of all processors that other processes used,
    ``average`` the load average of the last minute when it ended, which
    counts the measured process too.
    """

    other: float
    average: float


def load_between(
    busy: float, seconds: float, own_seconds: float, processors: int
) -> Load:
    """The load while ``busy`` more processor seconds were spent."""
    other = max(0.0, busy - own_seconds) / (seconds * processors)
    return Load(round(other, 4), round(os.getloadavg()[0], 2))


def processor_name() -> str:
    """What the processor calls itself, which of a virtual machine tells the
    maker alone, its family and model, which tell its generation, and clock."""
    first, _, _ = Path("/proc/cpuinfo").read_text().partition("\n\n")
    said = dict(re.findall(r"^(.*?)\s*: (.*)$", first, re.MULTILINE))
    parts = [said.get("model name", platform.machine()).strip()]
    if {"cpu family", "model"} <= said.keys():
        parts.append(f"family {said['cpu family']} model {said['model']}")
    if "cpu MHz" in said:
        parts.append(f"{float(said['cpu MHz']) / 1000:.1f} GHz")
    return ", ".join(parts)


def system_name() -> str:
    """The system and its upstream version: what a kernel adds to it says
    whose machine it is, not how fast."""
    version = re.match(r"[\d.]*\d", platform.release())
    name = platform.system()
    return f"{name} {version[0]}" if version else name


def describe() -> dict[str, Any]:
    """The machine as the report names it: no name, no address."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": processor_name(),
        "processors": os.cpu_count(),
        "memory_bytes": pages,
        "system": system_name(),
        "python": platform.python_version(),
    }


def versions(packages: list[str]) -> dict[str, str]:
    """Installed versions of the peers."""
    return {name: metadata.version(name) for name in packages}
