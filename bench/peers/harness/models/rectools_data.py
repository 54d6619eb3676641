"""A log as a data set of RecTools, and its answers as scores."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..lists import Scores, top_k
from ..logs import Array, Log

ACTION = "action"


def make_dataset(past: Log, weight: Array) -> Any:
    """Keep positions as external ids, and the kinds as an extra column."""
    from rectools import Columns
    from rectools.dataset import Dataset

    frame = pd.DataFrame(
        {
            Columns.User: past.user,
            Columns.Item: past.item,
            Columns.Weight: weight,
            Columns.Datetime: past.time.astype("datetime64[us]"),
            ACTION: past.action,
        }
    )
    return Dataset.construct(frame, keep_extra_cols=True)


def read_log(dataset: Any, like: Log) -> Log:
    """Turn a data set of make_dataset, or a part of it, back into a log."""
    frame = dataset.get_raw_interactions().sort_values(
        "datetime", kind="stable"
    )
    return replace(
        like,
        user=frame["user_id"].to_numpy(np.int32),
        item=frame["item_id"].to_numpy(np.int32),
        action=frame[ACTION].to_numpy(np.int8),
        time=frame["datetime"].to_numpy("datetime64[us]").astype(np.int64),
    )


def to_scores(table: Any, users: Array, depth: int) -> Scores:
    """Read a table of recommendations."""
    return top_k(
        users,
        table["user_id"].to_numpy(np.int64),
        table["item_id"].to_numpy(np.int64),
        table["score"].to_numpy(np.float64),
        depth,
    )
