"""Stage `conductivity`: molecular dynamics with a potential, and the conductivity it gives."""

from atomate2_argyrodite.conductivity.bulk_flows import (
    BulkConductivityFlowMaker,
    RandomStructureFlowMaker,
)
from atomate2_argyrodite.conductivity.bulk_schemas import (
    BulkConductivityDocument,
    RandomStructureDocument,
)
from atomate2_argyrodite.conductivity.flows import ConductivityFlowMaker
from atomate2_argyrodite.conductivity.mechanism_flows import MechanismFlowMaker
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    MechanismDocument,
    Ps4MotionDocument,
)
from atomate2_argyrodite.conductivity.schemas import (
    ArrheniusResult,
    ConductivityDocument,
    DiffusivityResult,
    MolecularDynamicsDocument,
)

__all__ = [
    "ArrheniusResult",
    "BulkConductivityDocument",
    "BulkConductivityFlowMaker",
    "ConductivityDocument",
    "ConductivityFlowMaker",
    "DiffusivityResult",
    "MechanismDocument",
    "MechanismFlowMaker",
    "MolecularDynamicsDocument",
    "Ps4MotionDocument",
    "RandomStructureDocument",
    "RandomStructureFlowMaker",
]
