"""The parts that are raced, in the order of the report."""

from collections.abc import Callable, Mapping

from race.contest import Part
from race.parts import (
    covisitation,
    features,
    ials,
    ingest,
    pipeline,
    sessions,
    trees,
)
from race.workshop import Workshop

PARTS: Mapping[str, Callable[[Workshop], Part]] = {
    "ials_64": lambda workshop: ials.part(workshop, 64),
    "ials_128": lambda workshop: ials.part(workshop, 128),
    "covisitation": covisitation.one_matrix,
    "ingest": ingest.part,
    "sessions": sessions.part,
    "features": features.shared,
    "features_all": features.all_groups,
    "trees": trees.part,
    "pipeline": pipeline.part,
}
