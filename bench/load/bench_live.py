"""Measures a server of `vitrina serve` beside what the machine could do.

``make bench-live`` calls it; ``--help`` lists the options. Each load is
offered at fixed moments and a sample of its answers is asked again of the
library; in the same minute stands the floor: the same requests parsed, an
answer of the same size to each, nothing behind it, or rows written by SQLite
alone with as many in a commit. Ends with 1 when anything failed or was wrong.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "speed"))

from race import machine  # noqa: E402

READY = re.compile(r"ready: http://127\.0\.0\.1:(\d+)(?:.*:(\d+), bundle)?")
# The simulated shop has rows of nobody, too.
SOUND = re.compile(r"[\w.-]*\d[\w.-]*")


class FailedError(Exception):
    """A load that was not answered as it should be."""


def parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--out", type=Path, default=Path("out/bench-live"))
    return parser.parse_args(words)


class Bench:
    """Programs, the shop and its bundle."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.build, self.seconds = options.build, options.seconds
        self.folder = options.out.resolve() / f"shop-{options.scale:g}"
        self.shop, self.bundle = self.folder / "shop", self.folder / "bundle"
        self.ids = self.folder / "ids.txt"
        self.is_sound = True
        self._make(options)

    def _make(self, options: argparse.Namespace) -> None:
        if not (self.bundle / "manifest.json").exists():
            self.run(
                *("vitrina", "simulate", "--scale", options.scale),
                *("--seed", options.seed, "--out", self.shop, "--quiet"),
            )
            self.run(
                *("vitrina", "run", "--data", self.shop, "--quiet"),
                *("--out", self.folder / "answer", "--bundle", self.bundle),
            )
        table = pq.read_table(
            self.shop / "train_actions.pq", columns=["user_id"]
        )
        users = table["user_id"].unique().to_pylist()
        sound = sorted(u for u in map(str, users) if SOUND.fullmatch(u))
        self.ids.write_text("\n".join(sound) + "\n")

    def run(self, program: str, *words: object) -> str:
        done = subprocess.run(
            [self.build / program, *map(str, words)],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            self.is_sound = False
        return done.stdout

    @contextmanager
    def process(self, program: str, *words: object) -> Iterator["Process"]:
        process = Process([self.build / program, *map(str, words)])
        try:
            yield process
        finally:
            process.stop()

    def serving(self, store: Path, *words: object) -> Any:
        return self.process(
            *("vitrina", "serve", "--bundle", self.bundle, "--store", store),
            *("--port", 0, "--admin-port", 0, *words),
        )

    def load(self, port: int, kind: str, rate: float, **more: Any) -> Any:
        """What vitrina_load says; `busy`: the share of the processors in use,
        by all; `server_us`: processor time of the server a request."""
        seconds = more.pop("seconds", self.seconds)
        words = [f"--{key}={value}" for key, value in more.items()]
        busy, begin = machine.busy_seconds(), time.monotonic()
        before = own_seconds(port)
        text = self.run(
            *("vitrina_load", "--port", port, "--kind", kind),
            *("--rate", rate, "--seconds", seconds, "--users", self.ids),
            *("--bundle", self.bundle, "--data", self.shop, *words),
        )
        outcome = json.loads(text)
        outcome["busy"] = round(
            (machine.busy_seconds() - busy)
            / (time.monotonic() - begin)
            / (os.cpu_count() or 1),
            3,
        )
        outcome["server_us"] = round(
            1e6
            * (own_seconds(port) - before)
            / max(1, outcome["answers"] + rate),
            1,
        )
        print(f"  {kind} {rate:g}/s: {summary(outcome)}", flush=True)
        return outcome

    def floor(self, rate: float, outcome: Any, **more: Any) -> Any:
        """The same load on a server that has nothing behind it."""
        size = outcome["answer_bytes"]
        with self.process("vitrina_floor", "http", "--bytes", size) as server:
            return self.load(
                *(server.port, outcome["kind"], rate),
                connections=outcome["connections"],
                batch=outcome["batch"],
                seconds=min(self.seconds, 15),
                floor="true",
                **more,
            )


class Process:
    """A server, from the line that says it is ready to its end."""

    _of_port: dict[int, "Process"] = {}

    def __init__(self, words: list[Any]) -> None:
        begin = time.monotonic()
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.ready_seconds = round(time.monotonic() - begin, 3)
        ready = READY.match(line)
        if not ready:
            raise FailedError(f"{words[0]}: found '{line.strip()}'")
        self.port = int(ready[1])
        self.admin_port = int(ready[2]) if ready[2] else 0
        self._of_port[self.port] = self

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kilobytes = int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]
        return round(kilobytes / 1000, 1)

    def metric(self, name: str) -> float:
        url = f"http://127.0.0.1:{self.admin_port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            text = answer.read().decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])  # type: ignore[index]

    def seconds(self) -> float:
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)


def own_seconds(port: int) -> float:
    return Process._of_port[port].seconds()


def summary(outcome: Any) -> str:
    return (
        f"{outcome['failed'] + outcome['unanswered']} failed, "
        f"{outcome['wrong']} of {outcome['checked']} wrong, p50 "
        f"{outcome['p50_ms']:.2f} ms, p99 {outcome['p99_ms']:.2f} ms, "
        f"{outcome['server_us']:.0f} us of the server a request"
    )


def questions(bench: Bench) -> dict[str, Any]:
    """Restart, memory, and every load of questions with its floor."""
    store = bench.folder / "store"
    shutil.rmtree(store, ignore_errors=True)
    with bench.serving(store, "--data", bench.shop) as server:
        first = {
            "ready_seconds": server.ready_seconds,
            "memory_mb": server.memory_mb(),
        }
    report: dict[str, Any] = {"first_start": first}
    with bench.serving(store, "--data", bench.shop) as server:
        report["start"] = {"ready_seconds": server.ready_seconds}
        for name, kind, rate, more in (
            ("answers_1000", "recommend", 1000, {}),
            ("explained_1000", "recommend", 1000, {"explain": "true"}),
            ("answers_13000", "recommend", 13000, {}),
            ("similar_35000", "similar", 35000, {}),
        ):
            outcome = bench.load(
                server.port, kind, rate, connections=64, **more
            )
            outcome["floor"] = bench.floor(rate, outcome, **more)
            report[name] = outcome
        report["start"]["memory_mb"] = server.memory_mb()
        report["start"]["customers"] = server.metric(
            "vitrina_customers_in_memory"
        )
    return report


def events(bench: Bench) -> dict[str, Any]:
    """Every load of events, each on a store of its own."""
    report = {}
    for name, rate, connections, batch in (
        ("events_5000", 5000, 256, 1),
        ("events_35000", 35000, 256, 1),
        ("events_by_20", 6000, 64, 20),
    ):
        store = bench.folder / "events"
        shutil.rmtree(store, ignore_errors=True)
        with bench.serving(store) as server:
            outcome = bench.load(
                *(server.port, "events", rate),
                connections=connections,
                batch=batch,
            )
            commits = server.metric("vitrina_event_commit_seconds_count")
            rows = server.metric("vitrina_events_acked_total")
            outcome["floor"] = bench.floor(rate, outcome)
        outcome["rows_a_commit"] = round(rows / commits, 1)
        text = bench.run(
            *("vitrina_floor", "commits", "--store", store),
            *("--rows", max(1, round(rows / commits))),
        )
        outcome["sqlite"] = json.loads(text)
        report[name] = outcome
    return report


def main(words: list[str]) -> int:
    options = parse(words)
    bench = Bench(options)
    report = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine.describe(),
        "scale": options.scale,
        "seed": options.seed,
        "seconds": options.seconds,
        **questions(bench),
        **events(bench),
    }
    out = options.out / "live.json"
    out.write_text(json.dumps(report, indent=2) + "\n")
    print(f"bench-live: {out}")
    if not bench.is_sound:
        print("bench-live: not every request was answered as it should be")
    return 0 if bench.is_sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
