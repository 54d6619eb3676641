"""One process, run to its end and measured from outside."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from race.machine import Load, busy_seconds, load_between


@dataclass(frozen=True)
class Finished:
    """A process that ended: with 0 where all went well."""

    code: int
    seconds: float
    peak_bytes: int
    load: Load


def finish(
    words: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    stdout: int | None = None,
) -> Finished:
    """Run a program; what it says of errors is seen."""
    busy, start = busy_seconds(), time.monotonic()
    process = subprocess.Popen(
        [str(word) for word in words], env=environment, stdout=stdout
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    load = load_between(
        busy_seconds() - busy,
        seconds,
        usage.ru_utime + usage.ru_stime,
        os.cpu_count() or 1,
    )
    return Finished(process.returncode, seconds, usage.ru_maxrss * 1024, load)
