"""Runs libFuzzer on every target of build/asan/vitrina_fuzz.

    .venv/bin/python scripts/fuzz.py [--seconds 20] [--only NAME] \\
        [--minimise] [--no-record]

Seconds are of processor time, a target. Each run goes on with what the runs
before it found (build/asan/corpus, and tests/fuzz/corpus, which is kept in
git), and adds its processor seconds and executions to those of the present
commit in docs/measured/fuzz.json. An input that breaks something is kept in
out/fuzz; the exit code is then 1. --minimise writes the smallest set of
inputs that reaches as much as all that was found to tests/fuzz/corpus
instead, each cut at 8 KB. Ctrl-C and SIGTERM end what runs and leave nothing
temporary behind.
"""

import argparse
import fcntl
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vitrina_ops.errors import run_main

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "asan"
PROGRAM = BUILD / "vitrina_fuzz"
FOUND = BUILD / "corpus"
KEPT = ROOT / "tests" / "fuzz" / "corpus"
OUT = ROOT / "out" / "fuzz"
RECORD = ROOT / "docs" / "measured" / "fuzz.json"

TIMEOUT = 25  # seconds of one input, on a busy machine
MEMORY_MB = 3000
MOST_BYTES = 1 << 17  # of an input
MOST_KEPT = 1 << 13

Counts = dict[str, float]


@dataclass
class Outcome:
    """Of one target."""

    cpu_seconds: float = 0
    executions: int = 0
    reproducer: str = ""
    told: str = ""  # the end of what libFuzzer printed


@contextmanager
def scratch() -> Iterator[dict[str, str]]:
    """An environment whose temporary files are in memory and go."""
    memory = Path("/dev/shm")
    where = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fuzz.", dir=where) as folder:
        yield {
            **os.environ,
            "TMPDIR": folder,
            "ASAN_OPTIONS": "detect_stack_use_after_return=1:"
            "strict_string_checks=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The program, whose own processes end with it when this one is
    stopped: a merge has some."""
    with (
        scratch() as environment,
        subprocess.Popen(
            [PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=environment,
            process_group=0,
        ) as process,
    ):
        try:
            out, said = process.communicate()
        except BaseException:
            with suppress(ProcessLookupError):  # it may have ended meanwhile
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(words, process.returncode, out, said)


def ask(*options: str) -> str:
    done = run(*options)
    if done.returncode != 0:
        sys.exit(f"fuzz: {' '.join(options)}: failed:\n{done.stderr[-3000:]}")
    return done.stdout


def libfuzzer(
    target: str, *words: str | Path
) -> subprocess.CompletedProcess[str]:
    return run(
        f"--target={target}",
        f"-timeout={TIMEOUT}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-artifact_prefix={OUT}/{target}-",
        *words,
    )


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def folders(target: str, seeds: Path) -> list[Path]:
    """Where inputs are, the first of which takes new ones."""
    (FOUND / target).mkdir(parents=True, exist_ok=True)
    (KEPT / target).mkdir(parents=True, exist_ok=True)
    return [FOUND / target, KEPT / target, seeds / target]


def fuzz(target: str, seeds: Path, seconds: float) -> Outcome:
    """One process after the other until the processor time is used."""
    outcome = Outcome()
    while outcome.cpu_seconds < seconds and not outcome.told:
        before = processor_seconds()
        left = max(1, round(seconds - outcome.cpu_seconds))
        done = libfuzzer(
            target,
            *(f"-max_total_time={left}", f"-max_len={MOST_BYTES}"),
            "-print_final_stats=1",
            *folders(target, seeds),
        )
        outcome.cpu_seconds += processor_seconds() - before
        ran = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
        outcome.executions += int(ran[1]) if ran else 0
        if done.returncode != 0:
            unit = re.search(r"Test unit written to (\S+)", done.stderr)
            outcome.reproducer = unit[1] if unit else ""
            outcome.told = done.stderr[-6000:]
    return outcome


def minimise(target: str, seeds: Path) -> None:
    """By libFuzzer's merge, into an empty folder."""
    small = BUILD / "minimised" / target
    shutil.rmtree(small, ignore_errors=True)
    small.mkdir(parents=True)
    done = libfuzzer(
        target,
        "-merge=1",
        f"-max_len={MOST_KEPT}",
        small,
        *folders(target, seeds),
    )
    if done.returncode != 0:
        sys.exit(f"fuzz: {target}: merge failed:\n{done.stderr[-3000:]}")
    shutil.rmtree(KEPT / target)
    (KEPT / target).mkdir()
    sizes = []
    for file in small.iterdir():
        shutil.copyfile(file, KEPT / target / file.name)
        sizes.append(file.stat().st_size)
    print(f"fuzz: {target}: {len(sizes)} inputs, {sum(sizes)} bytes")


def commit() -> str:
    return subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()


def record(target: str, outcome: Outcome) -> Counts:
    """Adds to what was run at this commit; what it comes to."""
    with (BUILD / "record.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # others may run beside this one
        by_commit = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        counts: Counts = by_commit.setdefault(commit(), {}).setdefault(
            target, {"cpu_seconds": 0, "executions": 0}
        )
        seconds = counts["cpu_seconds"] + outcome.cpu_seconds
        counts["cpu_seconds"] = round(seconds)
        counts["executions"] += outcome.executions
        RECORD.write_text(json.dumps(by_commit, indent=1) + "\n")
    return counts


def tell(target: str, outcome: Outcome, *, recorded: bool) -> None:
    line = (
        f"fuzz: {target}: {outcome.cpu_seconds:.0f} s of the processor, "
        f"{outcome.executions} executions"
    )
    if recorded:
        counts = record(target, outcome)
        line += (
            f"; at this commit {counts['cpu_seconds']} s, "
            f"{counts['executions']}"
        )
    print(line, flush=True)
    if outcome.told:
        print(outcome.told, file=sys.stderr)
        again = f"build/asan/vitrina_fuzz --target={target}"
        unit = outcome.reproducer or "(no input was written)"
        print(f"fuzz: {target}: broken; again: {again} {unit}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--minimise", action="store_true")
    parser.add_argument("--no-record", action="store_true")
    options = parser.parse_args()
    targets = ask("--targets").split()
    if options.only:
        if options.only not in targets:
            names = ", ".join(targets)
            sys.exit(f"fuzz: --only: found '{options.only}', expected {names}")
        targets = [options.only]
    OUT.mkdir(parents=True, exist_ok=True)
    broken = 0
    with tempfile.TemporaryDirectory(prefix="seeds.", dir=BUILD) as folder:
        seeds = Path(folder)
        ask(f"--seeds={seeds}")
        for target in targets:
            if options.minimise:
                minimise(target, seeds)
                continue
            outcome = fuzz(target, seeds, options.seconds)
            tell(target, outcome, recorded=not options.no_record)
            broken += bool(outcome.told)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    sys.exit(run_main("fuzz", main))
