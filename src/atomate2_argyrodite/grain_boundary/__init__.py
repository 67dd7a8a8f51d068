"""Stage `grain_boundary`: candidate boundaries, their energies, and what they do to lithium."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
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

__getattr__ = lazy_names(
    __name__,
    {
        "BoundaryCandidate": "candidates",
        "BoundaryDocument": "schemas",
        "BoundaryEnergy": "schemas",
        "BoundaryKind": "candidates",
        "BoundaryScreeningDocument": "schemas",
        "BoundaryScreeningFlowMaker": "flows",
        "GrainBoundaryDocument": "dynamics_schemas",
        "GrainBoundaryFlowMaker": "dynamics_flows",
        "boundary_candidates": "candidates",
    },
)
