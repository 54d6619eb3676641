"""Vitrina: who will buy in the next days, and what.

    import pandas as pd
    import vitrina

    events = pd.read_parquet("train_actions.pq")
    recommender = vitrina.fit(events, as_of="2024-09-26", bundle="bundle")
    answer = recommender.recommend(events, as_of="2024-09-26")
    answer.to_pandas()  # user_id, products, expected_recall, p_buy
    vitrina.score(answer, events, "2024-09-26", "2024-09-29")
    recommender.similar("1234").to_pandas()  # product_id, weight

    recommender = vitrina.Recommender.load("bundle")  # elsewhere, later

    live = vitrina.Live.open("bundle")  # inside a visit
    live.add(events)
    live.add({"user_id": "7", "action": "view", "products": ["1234"]})
    live.recommend("7", k=10).to_pandas()  # product_id, score, source

    client = vitrina.Client("http://127.0.0.1:8000")  # of `vitrina serve`
    client.recommend("7", k=10)["products"]

Tables are those of pandas, polars, pyarrow or whatever else speaks the Arrow
C stream interface. What goes wrong is raised as `vitrina.Error`, by a client
as `vitrina.RequestError`.
"""

# Before the extension: it is linked with the Arrow of this very package.
import pyarrow  # noqa: F401

try:
    from vitrina._vitrina import (
        Error,
        Reading,
        Scores,
        __version__,
        build_id,
    )
except ModuleNotFoundError:
    raise ImportError(
        f"vitrina: {__path__[0]} has no extension module; run `make build`"
    ) from None
from vitrina.client import Client, RequestError
from vitrina.live import Live
from vitrina.recommender import Recommender
from vitrina.scoring import score
from vitrina.tables import ArrowStream
from vitrina.training import fit

__all__ = [
    "ArrowStream",
    "Client",
    "Error",
    "Live",
    "Scores",
    "Reading",
    "Recommender",
    "RequestError",
    "__version__",
    "build_id",
    "score",
    "fit",
]
