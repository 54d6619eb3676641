"""Says what Vitrina does on small logs, by cutting a real one into many.

The users of a log are dealt out to disjoint logs of about --users each. On
every one, at every cut, the program answers as for a shop of its own, beside
own history with learned decay; the answers are joined and scored together.

    .venv/bin/python scripts/measure/small_logs.py --users 800 \\
        --log LOGS_DIR/taobao2017-baskets \\
        --cuts 2017-11-29,2017-11-30,2017-12-01 --out out/small_logs

OUT/against_own_history.json has the scores and their difference.
"""

import argparse
import datetime as dt
import hashlib
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from vitrina_ops.errors import run_main
from vitrina_ops.program import Program, path_in_checkout

LOG_FILE = "train_actions.pq"
RIVAL = "own_history"


def shop_of(user: str, n_shops: int) -> int:
    """The small shop that a user goes to, drawn by a digest of the id."""
    digest = hashlib.sha256(user.encode()).digest()
    return int.from_bytes(digest[:8], "little") % n_shops


def deal_out(log: Path, n_users: int, out: Path) -> list[Path]:
    """Writes the small logs; returns their folders."""
    table = pq.read_table(log / LOG_FILE)
    users = table.column("user_id").cast(pa.string()).to_pylist()
    n_shops = max(1, round(len(set(users)) / n_users))
    shop = pa.array([shop_of(user, n_shops) for user in users])
    folders = []
    for number in range(n_shops):
        folder = out / "logs" / f"{number:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        mask = pc.equal(shop, number)
        pq.write_table(table.filter(mask), folder / LOG_FILE)
        for catalog in log.glob("*catalog*"):
            (folder / catalog.name).unlink(missing_ok=True)
            (folder / catalog.name).symlink_to(catalog.resolve())
        folders.append(folder)
    return folders


def join(name: str, folders: list[Path], cut: str, out: Path) -> Path:
    """One answer out of those of the small shops at a cut."""
    joined = out / cut / name
    joined.parent.mkdir(parents=True, exist_ok=True)
    with joined.open("wb") as file:
        for number, folder in enumerate(folders):
            answer = out / cut / folder.name / name
            header, _, rows = answer.read_bytes().partition(b"\n")
            if number == 0:
                file.write(header + b"\n")
            file.write(rows)
    return joined


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--users", type=int, default=800)
    parser.add_argument("--cuts", required=True)
    parser.add_argument("--horizon-days", type=float, default=3)
    parser.add_argument("--out", type=Path, default=Path("out/small_logs"))
    options = parser.parse_args()
    folders = deal_out(options.log, options.users, options.out)
    cuts = options.cuts.split(",")
    program = Program(path_in_checkout())
    ours, theirs, ends = [], [], []
    for cut in cuts:
        for folder in folders:
            words = ("--data", folder, "--as-of", cut)
            answer = options.out / cut / folder.name
            program.run("run", *words, "--out", answer)
            program.run("baselines", *words, "--out", answer)
        print(f"small_logs: {cut}: {len(folders)} logs", file=sys.stderr)
        ours.append(join("predictions.csv", folders, cut, options.out))
        theirs.append(join(f"{RIVAL}.csv", folders, cut, options.out))
        end = dt.datetime.fromisoformat(cut)
        end += dt.timedelta(days=options.horizon_days)
        ends.append(end.isoformat())
    # together the shops name more customers than one answer may
    scores = program.run(
        *("score", "--set", "choose.max_users=100000000"),
        *("--predictions", ",".join(map(str, ours))),
        *("--vs", ",".join(map(str, theirs)), "--truth", options.log),
        *("--from", ",".join(cuts), "--to", ",".join(ends)),
        *("--json", options.out / f"against_{RIVAL}.json"),
    )
    print(scores, end="")


if __name__ == "__main__":
    sys.exit(run_main("small_logs", main))
