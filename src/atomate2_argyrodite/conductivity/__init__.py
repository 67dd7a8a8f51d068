"""Stage `conductivity`: molecular dynamics with a potential, and the conductivity it gives."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
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

__getattr__ = lazy_names(
    __name__,
    {
        "ArrheniusResult": "schemas",
        "BulkConductivityDocument": "bulk_schemas",
        "BulkConductivityFlowMaker": "bulk_flows",
        "ConductivityDocument": "schemas",
        "ConductivityFlowMaker": "flows",
        "DiffusivityResult": "schemas",
        "MechanismDocument": "mechanism_schemas",
        "MechanismFlowMaker": "mechanism_flows",
        "MolecularDynamicsDocument": "schemas",
        "Ps4MotionDocument": "mechanism_schemas",
        "RandomStructureDocument": "bulk_schemas",
        "RandomStructureFlowMaker": "bulk_flows",
    },
)
