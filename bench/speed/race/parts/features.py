"""Feature columns: the shared groups against polars, all groups alone."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from race.arrays import Array, read_array
from race.contest import Contestant, DisagreementError, Part
from race.workshop import Workshop

USERS, CANDIDATES = 30_000, 120
LEAST_COLUMNS = 100
# floats here, doubles there; sums of decayed events in another order
TOLERANCE = 1e-4


def contestant(workshop: Workshop, kind: str) -> Contestant:
    return workshop.ours(
        *("features", "--input", workshop.shop, "--kind", kind),
        *("--users", str(USERS), "--candidates", str(CANDIDATES)),
        name="vitrina",
    )


def prepare(workshop: Workshop) -> tuple[Path, int]:
    """The candidates that both sides are given, and as of when."""
    folder = workshop.folder / "features"
    result = folder / "result.json"
    if not result.exists():
        (folder / "candidates").mkdir(parents=True, exist_ok=True)
        workshop.call(
            *contestant(workshop, "shared").command,
            *("--answer", folder / "candidates", "--result", result),
        )
    return folder / "candidates", int(json.loads(result.read_text())["as_of"])


def read_rows(answer: Path) -> tuple[list[str], Array]:
    names = (answer / "columns.txt").read_text().split()
    return names, read_array(answer / "rows.f32").reshape(-1, len(names))


def agree(answers: Mapping[str, Path]) -> str:
    """Every column of the peer's equal to ours, unknown where ours is."""
    our_names, ours = read_rows(answers["vitrina"])
    names, peer = read_rows(answers["polars"])
    if len(names) < LEAST_COLUMNS:
        raise DisagreementError(
            f"columns: found {len(names)}, expected {LEAST_COLUMNS} or more"
        )
    n_rows = min(len(ours), len(peer))
    for at, name in enumerate(names):
        a = ours[:n_rows, our_names.index(name)]
        b = peer[:n_rows, at]
        is_equal = np.isclose(a, b, TOLERANCE, 1e-5, equal_nan=True)
        if not is_equal.all():
            row = int(np.flatnonzero(~is_equal)[0])
            raise DisagreementError(
                f"{name}: row {row} of {n_rows} is {a[row]}, expected "
                f"polars' {b[row]}; {int((~is_equal).sum())} rows differ"
            )
    return f"{len(names)} columns equal in {n_rows:,} rows"


def shared(workshop: Workshop) -> Part:
    """Pair, item and user columns, from the log and the candidates on."""
    candidates, as_of = prepare(workshop)
    return Part(
        name="features",
        title=f"columns pair, item, user of {USERS:,} users, from the log",
        bar="10 times faster",
        contestants=[
            contestant(workshop, "shared"),
            workshop.peer(
                *("features", "--input", candidates),
                *("--events", workshop.events, "--as-of", str(as_of)),
                name="polars",
            ),
        ],
        agree=agree,
    )


def all_groups(workshop: Workshop) -> Part:
    """The default groups, models and histories being there."""

    def covers(answers: Mapping[str, Path]) -> str:
        names, rows = read_rows(answers["vitrina"])
        if len(names) < LEAST_COLUMNS or not len(rows):
            raise DisagreementError(
                f"matrix: found {rows.shape}, expected rows of "
                f"{LEAST_COLUMNS} columns or more"
            )
        return f"{len(names)} columns; part `features` checks their values"

    return Part(
        name="features_all",
        title=f"all default columns of {USERS:,} users",
        bar="1M rows a second and core",
        contestants=[contestant(workshop, "all")],
        agree=covers,
    )
