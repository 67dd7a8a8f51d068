"""Stage `conductivity`: molecular dynamics with a potential, and the conductivity it gives."""

from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.conductivity.schemas import (
    ArrheniusResult,
    ConductivityDocument,
    DiffusivityResult,
    MolecularDynamicsDocument,
)

__all__ = [
    "ArrheniusResult",
    "ConductivityDocument",
    "ConductivityFlowMaker",
    "DiffusivityResult",
    "MolecularDynamicsDocument",
]
