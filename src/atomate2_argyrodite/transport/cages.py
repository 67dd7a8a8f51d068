"""The Li cages of an argyrodite, found from its framework alone.

Six pairs of Li sites surround every free anion on 4c, which sits in a tetrahedron of four P. Each
of its six edges faces one 24g site, and on either side of that lie two 48h sites, apart
from each other at right angles to the edge. So cages, 24g and 48h sites follow from the average
places of P and of the free anions in any orientation of the crystal: in supercells, random
structures and in the grains beside a boundary.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.structures.chemistry import HALIDES
from atomate2_argyrodite.structures.geometry import neighbour_pairs, tetrahedral_bonds
from atomate2_argyrodite.transport.mean_framework import MeanFramework

FloatArray = NDArray[np.float64]
SITES_PER_CAGE = 12

# In units of the lattice constant; Li on 48h at (0.183, 0.183, 0.022) as in the crystals that
# `structures` builds (Kraft et al., J. Am. Chem. Soc. 139, 10909 (2017)).
_AXIAL = 0.25 - 0.022
_SIDEWAYS = (0.25 - 0.183) * np.sqrt(2)
_4C_TO_P = np.sqrt(3) / 4
_4A_TO_P = 0.5
_DISTORTION = 0.15
_TILT = 0.3  # of the cosine of 109.5 degrees


@dataclass(frozen=True)
class Cages:
    """Cages of Li sites around the free anions on 4c.

    Parameters
    ----------
    anions
        Species in the middle of every cage.
    centres
        Their average fractional coordinates, shape (cages, 3).
    sites
        Fractional coordinates of the 48h sites, shape (cages, 6, 2, 3): six pairs in each cage.
    cell
        Average cell vectors as rows in Å.
    lattice_constant
        Of the cubic cell in Å, from the density of P.
    n_outside
        Free anions that are in no regular cage: on 4a, or where the crystal is disturbed.
    """

    anions: tuple[str, ...]
    centres: FloatArray
    sites: FloatArray
    cell: FloatArray
    lattice_constant: float
    n_outside: int

    @property
    def n_cages(self) -> int:
        """Number of cages."""
        return len(self.anions)


def find_cages(framework: MeanFramework) -> Cages:
    """Return the cages of an argyrodite.

    Raises
    ------
    TrajectoryError
        If there are no PS4 units, no free anions, or none of them is in a tetrahedron of P.
    """
    species = np.array(framework.trajectory.species)
    phosphorus = np.flatnonzero(species == "P")
    free = _free_anions(framework, species)
    if not phosphorus.size or not free.size:
        raise TrajectoryError(
            "the trajectory is not of an argyrodite: cages need P, and S or halides that are not "
            "bonded to it"
        )
    volume = abs(float(np.linalg.det(framework.cell)))
    a = (4 * volume / phosphorus.size) ** (1 / 3)
    places = framework.fractional @ framework.cell
    found = [_tetrahedron(places, framework.cell, phosphorus, anion, a) for anion in free]
    inside = [
        (anion, corners) for anion, corners in zip(free, found, strict=True) if corners is not None
    ]
    if not inside:
        raise TrajectoryError(
            "no free anion sits in a tetrahedron of P: the trajectory is not of an argyrodite"
        )
    inverse = np.linalg.inv(framework.cell)
    sites = np.stack([_sites(places[anion], corners, a) for anion, corners in inside])
    anions = [anion for anion, _ in inside]
    return Cages(
        anions=tuple(str(s) for s in species[anions]),
        centres=framework.fractional[anions],
        sites=sites @ inverse,
        cell=framework.cell,
        lattice_constant=a,
        n_outside=len(free) - len(inside),
    )


def _free_anions(framework: MeanFramework, species: NDArray[np.str_]) -> NDArray[np.intp]:
    """Return the indices of halides and of S that belong to no PS4 unit."""
    numbers = [Element(symbol).Z for symbol in species]
    _, bonded, _ = tetrahedral_bonds(numbers, framework.first @ framework.cell, framework.cell)
    anions = np.flatnonzero(np.isin(species, ["S", *HALIDES]))
    return np.asarray(np.setdiff1d(anions, bonded), dtype=np.intp)


def _tetrahedron(
    places: FloatArray, cell: FloatArray, phosphorus: NDArray[np.intp], anion: int, a: float
) -> FloatArray | None:
    """Return the vectors to the four P around an anion on 4c, shape (4, 3); None elsewhere."""
    limit = (_4C_TO_P + _4A_TO_P) / 2 * a
    _, _, distances, vectors = neighbour_pairs(places[phosphorus], cell, limit, places[anion][None])
    if len(distances) != 4 or np.abs(distances / (_4C_TO_P * a) - 1).max() > _DISTORTION:
        return None
    directions = vectors / distances[:, None]
    cosines = (directions @ directions.T)[np.triu_indices(4, 1)]
    return vectors if np.abs(cosines + 1 / 3).max() < _TILT else None


def _sites(centre: FloatArray, corners: FloatArray, a: float) -> FloatArray:
    """Return the six pairs of 48h sites around `centre`, shape (6, 2, 3), in Å."""
    pairs = []
    for i, j in combinations(range(4), 2):
        axis = corners[i] + corners[j]
        side = np.cross(axis, corners[i] - corners[j])
        axis, side = axis / np.linalg.norm(axis), side / np.linalg.norm(side)
        middle = centre + _AXIAL * a * axis
        pairs.append([middle - _SIDEWAYS * a * side, middle + _SIDEWAYS * a * side])
    return np.array(pairs)
