"""Stage `grain_boundary`: candidate boundaries, their energies, and what they do to lithium."""

from atomate2_argyrodite.grain_boundary.candidates import (
    BoundaryCandidate,
    BoundaryKind,
    boundary_candidates,
)
from atomate2_argyrodite.grain_boundary.dynamics_flows import GrainBoundaryFlowMaker
from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
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
    "GrainBoundaryDocument",
    "GrainBoundaryFlowMaker",
    "boundary_candidates",
]
