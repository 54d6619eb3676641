"""Scores answers against what was bought."""

from datetime import datetime

from vitrina import _vitrina
from vitrina.tables import (
    PathLike,
    Source,
    moment,
    native_source,
    path_or_none,
)


def score(
    answer: Source,
    truth: Source,
    start: str | datetime,
    end: str | datetime,
    *,
    k: int = 25,
    draws: int = 2000,
    seed: int = 42,
    schema: PathLike | None = None,
    threads: int = 0,
) -> _vitrina.Scores:
    """Scores an answer as `vitrina score` does, to the last digit.

    `answer` is what `Recommender.recommend` returned, any table with
    user_id and products (a list a row, best first), or the path of a
    predictions file. `truth` is the log that holds the orders: a table of
    events or a path. What counts was ordered from `start` on and before
    `end`, ISO times in the log's own clock. `k` products of each list count.

    Returns readings `a`, `b`, `c` and `precision`, each with `value` and the
    ends `low` and `high` of its 95% interval from `draws` bootstrap draws
    over users, the counts behind them, and `recall_by_k`, k numbers. Raises
    Error: `bad_data` for a user named twice or when nothing was ordered,
    `missing_input`, `config`.
    """
    options = _vitrina.ScoreOptions(
        start=moment(start),
        end=moment(end),
        k=k,
        draws=draws,
        seed=seed,
        schema=path_or_none(schema),
        threads=threads,
    )
    return _vitrina.score(native_source(answer), native_source(truth), options)
