"""Distances and PS4 units of periodic configurations, on plain arrays and in linear time.

Everything here rests on pymatgen's compiled cell list, so that it serves one 52-atom frame out of
thousands and a 14,040-atom boundary alike; no distance matrix is ever formed.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Element, Structure
from pymatgen.optimization.neighbors import find_points_in_spheres

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import TETRAHEDRAL_BOND_LENGTHS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MAXIMUM_PS_BOND = 2.8
"""Å; beyond this a P-S bond counts as broken (0.75 Å, ten thermal widths, above its length)."""
MINIMUM_MD_DISTANCE = 1.5
"""Å; below this no two atoms of an argyrodite come at any temperature of the method."""

_SULPHUR = Element("S").Z
_STRETCH = MAXIMUM_PS_BOND / TETRAHEDRAL_BOND_LENGTHS["P"]
_CENTRE_NUMBERS = np.array([Element(symbol).Z for symbol in TETRAHEDRAL_BOND_LENGTHS])
_BOND_LENGTH_OF_NUMBER: Mapping[int, float] = {
    Element(symbol).Z: length for symbol, length in TETRAHEDRAL_BOND_LENGTHS.items()
}
_PERIODIC = np.ones(3, dtype=np.int64)


def structure_arrays(structure: Structure) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return atomic numbers (N,), Cartesian positions (N, 3) and cell (3, 3), in Å.

    Raises
    ------
    InputError
        If a site is partially occupied.
    """
    if not structure.is_ordered:
        raise InputError(f"{structure.formula} has partially occupied sites: order it first")
    numbers = np.array([site.specie.Z for site in structure], dtype=np.int64)
    return numbers, structure.cart_coords, structure.lattice.matrix


def neighbour_pairs(
    positions: ArrayLike, cell: ArrayLike, cutoff: float, centres: ArrayLike | None = None
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return all pairs of a periodic configuration closer than `cutoff`.

    Parameters
    ----------
    positions
        Cartesian positions in Å, shape (N, 3); they need not lie inside the cell.
    cell
        Lattice vectors in Å as rows, shape (3, 3).
    cutoff
        Largest distance in Å; may exceed the cell.
    centres
        Other positions in Å, shape (M, 3), whose neighbours among `positions` are wanted. By
        default the positions themselves; an atom is then no neighbour of itself, its periodic
        images are, and each pair comes in both directions.

    Returns
    -------
    tuple
        Index of the centre, index of the neighbour, distance in Å, each of shape (K,), and the
        vector from centre to neighbour in Å, shape (K, 3).
    """
    points = np.ascontiguousarray(positions, dtype=np.float64)
    lattice = np.ascontiguousarray(cell, dtype=np.float64)
    middle = points if centres is None else np.ascontiguousarray(centres, dtype=np.float64)
    i, j, images, distances = find_points_in_spheres(
        points, middle, r=float(cutoff), pbc=_PERIODIC, lattice=lattice, tol=1e-8
    )
    if centres is None:
        other = (i != j) | images.any(axis=1)
        i, j, images, distances = i[other], j[other], images[other], distances[other]
    return i, j, distances, points[j] + images @ lattice - middle[i]


def minimum_distances(
    numbers: ArrayLike, positions: ArrayLike, cell: ArrayLike, cutoff: float = 4.0
) -> dict[tuple[str, str], float]:
    """Return the shortest distance of every pair of elements that meets within `cutoff`.

    Parameters
    ----------
    numbers
        Atomic numbers, shape (N,).
    positions
        Cartesian positions in Å, shape (N, 3).
    cell
        Lattice vectors in Å as rows, shape (3, 3).
    cutoff
        How far to look, in Å.

    Returns
    -------
    dict
        Element symbols in alphabetical order -> distance in Å, for example
        ``{("Li", "S"): 2.41, ("P", "S"): 2.05}``.
    """
    z = np.asarray(numbers, dtype=np.int64)
    i, j, distances, _ = neighbour_pairs(positions, cell, cutoff)
    keys = np.minimum(z[i], z[j]) * 1000 + np.maximum(z[i], z[j])
    found = {}
    for key in np.unique(keys):
        first, second = sorted(Element.from_Z(int(n)).symbol for n in divmod(key, 1000))
        found[first, second] = float(distances[keys == key].min())
    return found


def shortest_distance(positions: ArrayLike, cell: ArrayLike, cutoff: float = 2.5) -> float:
    """Return the shortest distance between any two atoms in Å (infinity beyond `cutoff`)."""
    distances = neighbour_pairs(positions, cell, cutoff)[2]
    return float(distances.min()) if len(distances) else float("inf")


def tetrahedral_bonds(
    numbers: ArrayLike,
    positions: ArrayLike,
    cell: ArrayLike,
    maximum_bond: float = MAXIMUM_PS_BOND,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the bonds of the PS4 units (or of SiS4, GeS4, SnS4, SbS4).

    Parameters
    ----------
    numbers, positions, cell
        Atomic numbers (N,), positions (N, 3) and cell (3, 3) in Å.
    maximum_bond
        Longest P-S distance in Å that is a bond; for other centres it is scaled by the ratio of
        the bond lengths.

    Returns
    -------
    tuple
        Index of the centre and of the sulphur atom of each bond, shape (K,), and the vector from
        the centre to the sulphur in Å, shape (K, 3), sorted by centre.
    """
    z = np.asarray(numbers, dtype=np.int64)
    points = np.asarray(positions, dtype=np.float64)
    centres = np.flatnonzero(np.isin(z, _CENTRE_NUMBERS))
    sulphurs = np.flatnonzero(z == _SULPHUR)
    if not len(centres) or not len(sulphurs):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3))
    relative = np.array([_BOND_LENGTH_OF_NUMBER[int(n)] for n in z[centres]])
    limits = relative * (maximum_bond / TETRAHEDRAL_BOND_LENGTHS["P"])
    i, j, distances, vectors = neighbour_pairs(
        points[sulphurs], cell, float(limits.max()), points[centres]
    )
    bonded = np.flatnonzero(distances <= limits[i])
    bonded = bonded[np.argsort(i[bonded], kind="stable")]
    return centres[i[bonded]], sulphurs[j[bonded]], vectors[bonded]


def ps4_units_intact(
    numbers: ArrayLike,
    positions: ArrayLike,
    cell: ArrayLike,
    maximum_bond: float = MAXIMUM_PS_BOND,
) -> bool:
    """Say whether every P (Si, Ge, Sn, Sb) holds exactly four S of its own.

    Parameters
    ----------
    numbers, positions, cell
        Atomic numbers (N,), positions (N, 3) and cell (3, 3) in Å.
    maximum_bond
        Longest P-S bond in Å.

    Returns
    -------
    bool
        False where a bond is broken, a fifth S is bonded, an S is shared (P2S7), or a position is
        not finite; also False if there is no P at all.
    """
    if not (np.isfinite(positions).all() and np.isfinite(cell).all()):
        return False
    centres, sulphurs, _ = tetrahedral_bonds(numbers, positions, cell, maximum_bond)
    expected = int(np.isin(np.asarray(numbers), _CENTRE_NUMBERS).sum())
    if expected == 0 or len(centres) != 4 * expected or len(np.unique(sulphurs)) != len(sulphurs):
        return False
    return bool((np.unique(centres, return_counts=True)[1] == 4).all())


def is_physical_frame(
    numbers: ArrayLike,
    positions: ArrayLike,
    cell: ArrayLike,
    minimum_distance: float = MINIMUM_MD_DISTANCE,
    maximum_bond: float = MAXIMUM_PS_BOND,
) -> bool:
    """Say whether a frame of a simulation is still an argyrodite and not the wreck of one.

    Parameters
    ----------
    numbers, positions, cell
        Atomic numbers (N,), positions (N, 3) and cell (3, 3) in Å; positions may be unwrapped.
    minimum_distance
        No two atoms may be closer than this, in Å.
    maximum_bond
        Longest P-S bond in Å.

    Returns
    -------
    bool
        True where all PS4 units are intact and no pair is too close.
    """
    if not ps4_units_intact(numbers, positions, cell, maximum_bond):
        return False
    return len(neighbour_pairs(positions, cell, minimum_distance)[2]) == 0


def is_physical(
    structure: Structure,
    minimum_distance: float = MINIMUM_MD_DISTANCE,
    maximum_bond: float = MAXIMUM_PS_BOND,
) -> bool:
    """Say the same as `is_physical_frame` of a pymatgen Structure."""
    return is_physical_frame(*structure_arrays(structure), minimum_distance, maximum_bond)
