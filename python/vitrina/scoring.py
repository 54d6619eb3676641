"""Scores answers against what was bought."""

from vitrina import _vitrina
from vitrina.arguments import (
    UINT64,
    Moment,
    PathLike,
    boolean,
    integer,
    moment,
    number,
    path_or_empty,
)
from vitrina.tables import Source, native_source, tell


def score(
    answer: Source,
    truth: Source,
    start: Moment,
    end: Moment,
    *,
    k: int = 25,
    draws: int = 2000,
    seed: int = 42,
    schema: PathLike | None = None,
    max_bad_share: float = 0.2,
    threads: int = 0,
    allow_overlap: bool = False,
) -> _vitrina.Scores:
    """Scores an answer as `vitrina score` does, to the last digit.

    `answer` is what `Recommender.recommend` returned, any table with
    user_id and products (a list a row, best first), or the path of a
    predictions file. `truth` is the log that holds the orders: a table of
    events or a path. What counts was ordered from `start` on and before
    `end`, moments as `Recommender.recommend` takes them. `k` (1 to 1000)
    products of each list count. `schema` is a YAML file with the log's own
    column names and action codes; times with a zone are turned to the clock
    that it names, else to the one that the answer was made on. With a larger
    share of bad rows than `max_bad_share` (0 to 1) nothing is scored.
    `threads` 0 means every processor; the readings do not depend on it.

    When the answer was made is known from the table's schema metadata, where
    it still has that of `Recommender.recommend`, or from what lies beside the
    predictions file; an answer made after `start` has seen what it would be
    scored on and is refused, unless `allow_overlap`. `as_of` of what is
    returned says it, or is empty.

    Returns readings `a`, `b`, `c` and `precision`, shares from 0 to 1, each
    with `value` and the ends `low` and `high` of its 95% interval from
    `draws` (1 to 1,000,000) bootstrap draws over users, by `seed`; the counts
    behind them; and `recall_by_k`, reading A of lists cut at 1, ..., `k`.
    Raises Error: `bad_data` for a user named twice or when nothing was
    ordered, `missing_input`, `config`.
    """
    options = _vitrina.ScoreOptions(
        start=moment("start", start),
        end=moment("end", end),
        k=integer("k", k),
        draws=integer("draws", draws),
        seed=integer("seed", seed, UINT64),
        schema=path_or_empty("schema", schema),
        max_bad_share=number("max_bad_share", max_bad_share),
        threads=integer("threads", threads),
        allow_overlap=boolean("allow_overlap", allow_overlap),
    )
    scores, warnings = _vitrina.score(
        native_source("answer", answer, "predictions file"),
        native_source("truth", truth),
        options,
    )
    tell(warnings)
    return scores
