"""The shop's data as an input of an MLflow run."""

import json
import warnings
from pathlib import Path
from typing import Any

from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source_registry import resolve_dataset_source

from vitrina_ops.pipeline import Pipeline

# What a store takes; a tag of the run has the whole fingerprint.
MAX_DIGEST = 36


class ShopDataset(Dataset):
    """A shop by the fingerprint of what was read, with its counts."""

    def __init__(
        self, folder: Path, name: str, fingerprint: str, counts: dict[str, Any]
    ) -> None:
        self._fingerprint = fingerprint
        self._counts = counts
        with warnings.catch_warnings():
            # It says that a folder could be several kinds of source.
            warnings.simplefilter("ignore")
            source = resolve_dataset_source(str(folder))
        super().__init__(source=source, name=name)

    def _compute_digest(self) -> str:
        return self._fingerprint[:MAX_DIGEST]

    @property
    def schema(self) -> None:
        return None

    @property
    def profile(self) -> dict[str, Any]:
        return self._counts

    def to_dict(self) -> dict[str, str]:
        return {**super().to_dict(), "profile": json.dumps(self._counts)}


def shop_of(present: Pipeline) -> ShopDataset:
    """The data that a pipeline read."""
    folder = Path(present.source["data_dir"]).resolve()
    counts = {
        name: value
        for name, value in present.reports["ingest"].items()
        if name != "fingerprint"
    }
    return ShopDataset(folder, present.shop, present.data_fingerprint, counts)
