"""mlflow.db of a checkout that was moved or copied.

MLflow keeps the absolute paths of artifacts. In a copy they name the checkout
that it was made from: runs would be written there, and read from there. When
the store of this checkout is opened, paths that end in MLflow's own folder
`mlruns` are made this checkout's.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from vitrina_ops.errors import OpsError, say

ARTIFACTS = "mlruns"
PATIENCE = 30.0  # seconds that another process may hold the database
# Where MLflow 3 keeps paths of artifacts.
COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def former_homes(database: sqlite3.Connection, home: Path) -> list[str]:
    """The checkouts, other than `home`, that experiments were made in."""
    rows = database.execute(
        "select experiment_id, artifact_location from experiments"
    )
    found = {
        str(location).removesuffix(f"/{ARTIFACTS}/{number}")
        for number, location in rows
        if str(location).endswith(f"/{ARTIFACTS}/{number}")
    }
    return sorted(found - {str(home), f"file://{home}"})


def uses(database: sqlite3.Connection, former: str) -> int:
    """How many runs have their artifacts there."""
    start = f"{former}/{ARTIFACTS}/"
    (count,) = database.execute(
        "select count(*) from runs where substr(artifact_uri, 1, ?) = ?",
        (len(start), start),
    ).fetchone()
    return int(count)


def move(database: sqlite3.Connection, former: str, home: Path) -> None:
    """Makes the paths below one checkout those below another."""
    start = f"{former}/{ARTIFACTS}/"
    scheme = "file://" if former.startswith("file://") else ""
    for table, column in COLUMNS:
        database.execute(
            f"update {table} set {column} = ? || substr({column}, ?) "
            f"where substr({column}, 1, ?) = ?",
            (
                f"{scheme}{home}/{ARTIFACTS}/",
                len(start) + 1,
                len(start),
                start,
            ),
        )


def mend(path: Path, home: Path) -> None:
    """Makes the database in `path` one of the checkout in `home`; refuses
    where its artifacts are not there."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=PATIENCE)) as database:
        tables: list[Any] = database.execute(
            "select name from sqlite_master where type = 'table'"
        ).fetchall()
        if not {name for name, _ in COLUMNS} <= {name for (name,) in tables}:
            return  # MLflow has not filled it yet
        homes = former_homes(database, home)
        for former in homes:
            runs = uses(database, former)
            if runs and not (home / ARTIFACTS).is_dir():
                raise OpsError(
                    f"{path}: the artifacts of its {runs} runs are in "
                    f"{former}/{ARTIFACTS}, not in this checkout; copy that "
                    f"folder here, or remove {path} to begin a new one"
                )
        with database:
            for former in homes:
                move(database, former, home)
        for former in homes:
            say(
                "mlflow",
                f"{path} came from {former}; its artifacts are here now",
            )
