"""Stage `active_learning`: a potential hardened by its own dynamics."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
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

__getattr__ = lazy_names(
    __name__,
    {
        "ActiveLearningDocument": "schemas",
        "ActiveLearningFlowMaker": "flows",
        "ExplorationDocument": "schemas",
        "IterationDocument": "schemas",
        "RelaxedStartDocument": "schemas",
        "SelectionDocument": "schemas",
        "SlabSamplingFlowMaker": "passive",
        "StartRelaxation": "relaxation",
    },
)
