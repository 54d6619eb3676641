"""The parts that are raced, in the order of the report."""

from collections.abc import Callable, Mapping

from race.contest import Part
from race.parts import (
    covisitation,
    features,
    ingest,
    pipeline,
    sessions,
    trees,
)
from race.workshop import Workshop

PARTS: Mapping[str, Callable[[Workshop], Part]] = {
    "covisitation": covisitation.one_matrix,
    "ingest": ingest.part,
    "sessions": sessions.part,
    "features": features.shared,
    "features_all": features.all_groups,
    "trees": trees.part,
    "pipeline": pipeline.part,
}
