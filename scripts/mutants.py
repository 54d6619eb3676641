"""Feeds damaged files of a tiny shop to `vitrina ingest`, thousands of them.

Every mutant is made from a seed, so that each can be made again. Held to, for
each: an exit code that the documentation lists and that is no bug, one line
of error when it is not 0, no byte of the file raw on the terminal, no shop
left by a failure, 10 s of processor time, 4 GiB of address space.

    .venv/bin/python scripts/mutants.py [--count 2000] [--seed 1] \\
        [--only log.csv] [--jobs 2]

What broke a rule is kept in out/mutants, with report.json beside it: counts
of exit codes by file, the slowest mutant and the most memory taken.
"""

import argparse
import collections
import functools
import io
import itertools
import json
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from vitrina_ops.program import path_in_checkout

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

import mutations  # noqa: E402
import shops  # noqa: E402

OUT = Path(os.environ.get("MUTANTS_OUT", ROOT / "out" / "mutants"))
SECONDS = 10.0
PATIENCE = 60.0  # of the clock, on a busy machine
ADDRESS_SPACE = 4 << 30
BAD_DATA = 5
CODES = (0, 3, 4, BAD_DATA, 6, 7)  # the others are no fault of a file
PRODUCTS = 12

Files = dict[str, bytes]


@dataclass(frozen=True)
class Kind:
    """A file that is damaged, and the file's name in the shop's folder."""

    name: str
    place: str
    mutate: Callable[[random.Random, bytes], mutations.Mutant]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("log.pq", "train_actions.pq", mutations.parquet),
        Kind(
            "catalog.pq",
            "stokman_catalog_preprocessed.pq",
            mutations.parquet,
        ),
        Kind("mapping.pq", "catalog_vector_mapping.pq", mutations.parquet),
        Kind("vectors.npz", "vectors.npz", mutations.npz),
        Kind("log.csv", "train_actions.csv", mutations.text),
        Kind("log.csv.gz", "train_actions.csv.gz", mutations.gzipped),
        Kind("catalog.csv", "catalog.csv", mutations.text),
    )
}


def parquet_bytes(table: pa.Table, variant: int) -> bytes:
    """A table as different writers would write it."""
    out = io.BytesIO()
    pq.write_table(
        table,
        out,
        compression=("snappy", "none", "zstd", "gzip")[variant % 4],
        use_dictionary=variant % 3 != 0,
        data_page_version=("1.0", "2.0")[variant % 2],
        row_group_size=(40, 1000)[variant % 2],
        data_page_size=(200, 1 << 20)[variant % 3 % 2],
    )
    return out.getvalue()


def csv_bytes(table: pa.Table) -> bytes:
    frame: pd.DataFrame = table.to_pandas()
    for name in frame.columns:
        if frame[name].map(lambda cell: isinstance(cell, np.ndarray)).any():
            frame[name] = [str(list(cell)) for cell in frame[name]]
    return frame.to_csv(index=False).encode()


@functools.cache
def shop_files(variant: int) -> Files:
    """A tiny shop's files, by kind."""
    rows = shops.random_rows(seed=variant, users=4, products=PRODUCTS)
    log = shops.log_table(rows)
    catalog = shops.catalog_table(PRODUCTS)
    ids = catalog.column("product_id")
    mapping = pa.table({"product_id": ids, "vector_id": range(PRODUCTS)})
    vectors = io.BytesIO()
    save = np.savez_compressed if variant % 2 else np.savez
    save(vectors, np.ones((PRODUCTS, 4), np.float32))
    return {
        "log.pq": parquet_bytes(log, variant),
        "catalog.pq": parquet_bytes(catalog, variant),
        "mapping.pq": parquet_bytes(mapping, variant),
        "vectors.npz": vectors.getvalue(),
        "log.csv": csv_bytes(log),
        "log.csv.gz": csv_bytes(log),
        "catalog.csv": csv_bytes(catalog),
    }


def mutant(kind: Kind, seed: int, number: int) -> tuple[Files, str]:
    """The files of a shop one of which is damaged, by their places."""
    rng = random.Random(f"{seed} {kind.name} {number}")
    sound = shop_files(number % 12)
    data, what = kind.mutate(rng, sound[kind.name])
    stem = kind.name.split(".")[0]
    files = {
        KINDS[name].place: sound[name]
        for name in ("log.pq", "catalog.pq", "mapping.pq", "vectors.npz")
        if not name.startswith(stem)
    }
    files[kind.place] = data
    return files, what


def is_obeyed(char: str) -> bool:
    """Whether a terminal does something for a character but show it."""
    category = unicodedata.category(char)
    if category == "Cf" and char not in "\u061c\u200e":
        # Signs of a script that are drawn, but for the two marks above.
        return unicodedata.bidirectional(char) not in ("AL", "AN", "L")
    return category in ("Cc", "Cf", "Cs", "Zl", "Zp")


def is_plain(text: str) -> bool:
    """Whether a terminal shows it as it is, and obeys nothing in it."""
    return not any(is_obeyed(char) for char in text if char != "\n")


def faults(code: int, out: bytes, err: bytes, has_shop: bool) -> list[str]:
    """What the program did that it must not do."""
    found = []
    if code not in CODES:
        found.append(f"exit code {code}")
    try:
        text = err.decode()
        if not is_plain(text + out.decode()):
            found.append("a byte of the file raw on the terminal")
    except UnicodeDecodeError:
        return [*found, "bytes that are not UTF-8 on the terminal"]
    lines = text.split("\n")
    errors = [x for x in lines if x.startswith("vitrina ingest: error: ")]
    warnings = [x for x in lines if x.startswith("vitrina ingest: warning: ")]
    if len(errors) + len(warnings) != len(lines) - 1 or lines[-1] != "":
        found.append("a line that is neither an error nor a warning")
    if len(errors) != (code != 0):
        found.append(f"{len(errors)} lines of error with exit code {code}")
    if out:
        found.append("something on standard output")
    if code != 0 and has_shop:
        found.append("a shop left by a failure")
    return found


def limit_memory() -> None:
    """Of this process and those that it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run_ingest(
    program: Path, folder: Path, threads: int
) -> tuple[int, bytes, bytes]:
    """Exit code (of a signal: below 0), standard output and error."""
    words: list[str | Path] = [program, "ingest", "--quiet"]
    words += [f"--threads={threads}", "--data", folder / "shop"]
    words += ["--workspace", folder / "space"]
    # OpenMP's setting is the one that the program would give itself.
    env = {"PATH": os.environ["PATH"], "OMP_WAIT_POLICY": "passive"}
    try:
        done = subprocess.run(
            words, env=env, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as late:
        return -99, late.stdout or b"", late.stderr or b""
    return done.returncode, done.stdout, done.stderr


@dataclass(frozen=True)
class Verdict:
    """What came of a mutant."""

    kind: str
    number: int
    what: str
    code: int
    faults: list[str]
    error: str
    seconds: float


def judge(
    program: Path, kind: Kind, seed: int, number: int, keep: Path | None
) -> Verdict:
    """Makes a mutant, feeds it, and keeps it where it broke a rule."""
    files, what = mutant(kind, seed, number)
    with tempfile.TemporaryDirectory(prefix="mutant-") as name:
        folder = Path(name)
        (folder / "shop").mkdir()
        (folder / "space").mkdir()
        for place, data in files.items():
            (folder / "shop" / place).write_bytes(data)
        before = processor_seconds()
        code, out, err = run_ingest(program, folder, 1 + number % 2)
        seconds = processor_seconds() - before
        has_shop = any((folder / "space").rglob("*.vtr"))
        found = faults(code, out, err, has_shop)
        if seconds > SECONDS:
            found.append(f"{seconds:.1f} s of processor time")
        if found and keep is not None:
            shutil.copytree(folder / "shop", keep / f"{kind.name}-{number}")
    error = err.decode("utf-8", "backslashreplace")[:500]
    return Verdict(kind.name, number, what, code, found, error, seconds)


def judge_task(task: tuple[Path, str, int, int, Path | None]) -> Verdict:
    program, kind, seed, number, keep = task
    return judge(program, KINDS[kind], seed, number, keep)


def verdicts(
    program: Path,
    kinds: Sequence[str],
    numbers: range,
    seed: int,
    jobs: int = 1,
    keep: Path | None = None,
) -> Iterator[Verdict]:
    """Judges mutants of each kind, `jobs` at a time, in their order."""
    tasks = (
        (program, kind, seed, number, keep)
        for kind, number in itertools.product(kinds, numbers)
    )
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, initializer=limit_memory) as pool:
        yield from pool.imap(judge_task, tasks, chunksize=20)


def summary(found: Sequence[Verdict]) -> dict[str, Any]:
    """Counts by file and exit code, and the extremes."""
    codes: dict[str, collections.Counter[int]] = {}
    for verdict in found:
        codes.setdefault(verdict.kind, collections.Counter())[
            verdict.code
        ] += 1
    slowest = max(found, key=lambda v: v.seconds)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "mutants": len(found),
        "broken": sum(bool(v.faults) for v in found),
        "codes": {
            kind: {str(c): n for c, n in sorted(count.items())}
            for kind, count in codes.items()
        },
        "slowest": {
            "mutant": f"{slowest.kind}-{slowest.number}",
            "what": slowest.what,
            "seconds": round(slowest.seconds, 3),
        },
        "peak_bytes": children.ru_maxrss * 1024,
    }


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--count", type=int, default=2000, help="mutants of each file")
    add("--first", type=int, default=0, help="number of the first one")
    add("--seed", type=int, default=1)
    add("--only", choices=KINDS, action="append", help="may be repeated")
    add("--jobs", type=int, default=os.cpu_count() or 1)
    add("--program", type=Path, default=path_in_checkout())
    options = parser.parse_args(arguments)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    began = time.monotonic()
    found = []
    for verdict in verdicts(
        options.program.resolve(),
        options.only or list(KINDS),
        range(options.first, options.first + options.count),
        options.seed,
        options.jobs,
        OUT,
    ):
        found.append(verdict)
        if verdict.faults:
            print(
                f"{verdict.kind}-{verdict.number} ({verdict.what}): "
                f"{'; '.join(verdict.faults)}: {verdict.error!r}",
                flush=True,
            )
    report = summary(found)
    text = json.dumps(report, indent=1) + "\n"
    (OUT / "report.json").write_text(text, encoding="utf-8")
    took = time.monotonic() - began
    print(
        f"mutants: {report['mutants']} fed in {took:.0f} s, "
        f"{report['broken']} broke a rule; exit codes by file: "
        f"{json.dumps(report['codes'])}; slowest {report['slowest']}"
    )
    return 1 if report["broken"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
