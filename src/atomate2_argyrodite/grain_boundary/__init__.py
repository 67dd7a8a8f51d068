"""Stage `grain_boundary`: candidate boundaries and their energies."""

from atomate2_argyrodite.grain_boundary.candidates import (
    BoundaryCandidate,
    BoundaryKind,
    boundary_candidates,
)
from atomate2_argyrodite.grain_boundary.flows import BoundaryScreeningFlowMaker
from atomate2_argyrodite.grain_boundary.schemas import (
    BoundaryDocument,
    BoundaryEnergy,
    BoundaryScreeningDocument,
)

__all__ = [
    "BoundaryCandidate",
    "BoundaryDocument",
    "BoundaryEnergy",
    "BoundaryKind",
    "BoundaryScreeningDocument",
    "BoundaryScreeningFlowMaker",
    "boundary_candidates",
]
