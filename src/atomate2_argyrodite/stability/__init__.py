"""Stage `stability`: relative energies of disordered crystals, and surface energies."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
    from atomate2_argyrodite.stability.flows import (
        CrystalRelaxationMaker,
        RelativeStabilityFlowMaker,
        SurfaceEnergyFlowMaker,
    )
    from atomate2_argyrodite.stability.protocols import RelaxationProtocol, RelaxationSettings
    from atomate2_argyrodite.stability.schemas import (
        RelativeStabilityDocument,
        RelaxedCrystal,
        RelaxedCrystalDocument,
        SurfaceDocument,
        SurfaceEnergy,
        SurfaceEnergyDocument,
    )

__all__ = [
    "CrystalRelaxationMaker",
    "RelativeStabilityDocument",
    "RelativeStabilityFlowMaker",
    "RelaxationProtocol",
    "RelaxationSettings",
    "RelaxedCrystal",
    "RelaxedCrystalDocument",
    "SurfaceDocument",
    "SurfaceEnergy",
    "SurfaceEnergyDocument",
    "SurfaceEnergyFlowMaker",
]

__getattr__ = lazy_names(
    __name__,
    {
        "CrystalRelaxationMaker": "flows",
        "RelativeStabilityDocument": "schemas",
        "RelativeStabilityFlowMaker": "flows",
        "RelaxationProtocol": "protocols",
        "RelaxationSettings": "protocols",
        "RelaxedCrystal": "schemas",
        "RelaxedCrystalDocument": "schemas",
        "SurfaceDocument": "schemas",
        "SurfaceEnergy": "schemas",
        "SurfaceEnergyDocument": "schemas",
        "SurfaceEnergyFlowMaker": "flows",
    },
)
