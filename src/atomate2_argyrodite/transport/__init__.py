"""From trajectories to diffusivities, conductivities and mechanisms; no workflow in here."""

import importlib
from typing import TYPE_CHECKING, Any

from atomate2_argyrodite.transport.arrhenius import (
    Arrhenius,
    ArrheniusBand,
    ArrheniusEstimate,
    arrhenius,
)
from atomate2_argyrodite.transport.bulk import (
    BulkConductivity,
    ConfigurationConductivity,
    bulk_conductivities,
    bulk_conductivity,
)
from atomate2_argyrodite.transport.diffusion import diffusion
from atomate2_argyrodite.transport.hindrance import DiffusivityLoss, diffusivity_loss
from atomate2_argyrodite.transport.nernst_einstein import conductivity
from atomate2_argyrodite.transport.result import Diffusivity
from atomate2_argyrodite.transport.slabs import BoundarySlabs
from atomate2_argyrodite.transport.trajectory import Trajectory

if TYPE_CHECKING:
    from atomate2_argyrodite.transport.boundary import boundary_transport
    from atomate2_argyrodite.transport.density import ion_density
    from atomate2_argyrodite.transport.jumps import jump_statistics
    from atomate2_argyrodite.transport.tetrahedra import tetrahedron_motion

_LOADED_WHEN_USED = {  # these load crystals, which takes a second
    "boundary_transport": "boundary",
    "ion_density": "density",
    "jump_statistics": "jumps",
    "tetrahedron_motion": "tetrahedra",
}

__all__ = [
    "Arrhenius",
    "ArrheniusBand",
    "ArrheniusEstimate",
    "BoundarySlabs",
    "BulkConductivity",
    "ConfigurationConductivity",
    "Diffusivity",
    "DiffusivityLoss",
    "Trajectory",
    "arrhenius",
    "boundary_transport",
    "bulk_conductivities",
    "bulk_conductivity",
    "conductivity",
    "diffusion",
    "diffusivity_loss",
    "ion_density",
    "jump_statistics",
    "tetrahedron_motion",
]


def __getattr__(name: str) -> Any:
    if name not in _LOADED_WHEN_USED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LOADED_WHEN_USED[name]}"), name)
