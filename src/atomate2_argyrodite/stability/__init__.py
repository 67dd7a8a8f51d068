"""Stage `stability`: relative energies of disordered crystals, and surface energies."""

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
