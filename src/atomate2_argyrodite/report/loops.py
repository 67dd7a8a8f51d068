"""The loops of active learning of a campaign, and the potentials that came of them."""

from dataclasses import replace

from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningDocument,
    ExplorationDocument,
    IterationDocument,
    RelaxedStartDocument,
    SelectionDocument,
)
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.style import file_stem
from atomate2_argyrodite.training.schemas import PotentialDocument

_ITERATIONS = (ActiveLearningDocument, ExplorationDocument, IterationDocument, SelectionDocument)
_OF_LOOP = (*_ITERATIONS, RelaxedStartDocument)


def loops(records: CampaignRecords) -> dict[str, CampaignRecords]:
    """Return the records of each loop by its name, the first that began first.

    What it starts from is relaxed long before, beside the sampling.
    """
    names = dict.fromkeys(d.loop for d in records.documents if isinstance(d, _ITERATIONS))
    return {
        name: replace(
            records,
            documents=[
                d for d in records.documents if not isinstance(d, _OF_LOOP) or d.loop == name
            ],
        )
        for name in names
    }


def loop_stem(name: str, names: list[str]) -> str:
    """Return what tells the files of a loop from those of the first one."""
    return "" if name == names[0] else f"_{file_stem(name)}"


def potentials(records: CampaignRecords) -> dict[str, PotentialDocument]:
    """Return the potentials that results rest on, by what they were for; none twice."""
    found: dict[str, PotentialDocument] = {}
    if records.potential is not None:
        found["crystals"] = records.potential
    simulated = {d.potential_id for d in records.of(GrainBoundaryDocument)}
    for document in records.of(PotentialDocument):
        if document.potential_id in simulated:
            found["grain boundaries"] = document
    for loop in records.of(ActiveLearningDocument):
        found[loop.loop] = loop.potential
    unique = {document.potential_id: name for name, document in reversed(found.items())}
    return {name: document for name, document in found.items() if name in unique.values()}
