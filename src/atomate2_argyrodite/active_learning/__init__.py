"""Stage `active_learning`: a potential hardened by its own dynamics."""

from atomate2_argyrodite.active_learning.flows import ActiveLearningFlowMaker
from atomate2_argyrodite.active_learning.passive import SlabSamplingFlowMaker
from atomate2_argyrodite.active_learning.relaxation import StartRelaxation
from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningDocument,
    ExplorationDocument,
    IterationDocument,
    RelaxedStartDocument,
    SelectionDocument,
)

__all__ = [
    "ActiveLearningDocument",
    "ActiveLearningFlowMaker",
    "ExplorationDocument",
    "IterationDocument",
    "RelaxedStartDocument",
    "SelectionDocument",
    "SlabSamplingFlowMaker",
    "StartRelaxation",
]
