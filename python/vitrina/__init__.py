"""Vitrina: who will buy in the next days, and what.

    import pandas as pd
    import vitrina

    recommender = vitrina.Recommender.load("bundle")
    events = pd.read_parquet("train_actions.pq")
    answer = recommender.recommend(events, max_users=3000, k=25)
    answer.to_pandas()  # user_id, products, expected_recall, p_buy

What goes wrong is raised as `vitrina.Error`.
"""

# Before the extension: it is linked with the Arrow of this very package.
import pyarrow  # noqa: F401

from vitrina._vitrina import Error, __version__, build_id
from vitrina.recommender import ArrowStream, Recommender

__all__ = ["ArrowStream", "Error", "Recommender", "__version__", "build_id"]
