"""From trajectories to diffusivities, conductivities and Arrhenius laws; no workflow in here.

In modules of their own, because they load crystals as well: `bulk` (rules that mix configurations),
`jumps` and `cages`, `density`, `tetrahedra` (PS4), `hindrance`, `kinisi_check`.
"""

from atomate2_argyrodite.transport.arrhenius import (
    Arrhenius,
    ArrheniusBand,
    ArrheniusEstimate,
    arrhenius,
)
from atomate2_argyrodite.transport.diffusion import diffusion
from atomate2_argyrodite.transport.nernst_einstein import conductivity
from atomate2_argyrodite.transport.result import Diffusivity
from atomate2_argyrodite.transport.trajectory import Trajectory

__all__ = [
    "Arrhenius",
    "ArrheniusBand",
    "ArrheniusEstimate",
    "Diffusivity",
    "Trajectory",
    "arrhenius",
    "conductivity",
    "diffusion",
]
