"""Geometry of a relaxed argyrodite: PS4 tetrahedra and the anions around Li."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Element

from atomate2_argyrodite.structures.chemistry import HALIDES
from atomate2_argyrodite.structures.geometry import (
    neighbour_pairs,
    ps4_units_intact,
    tetrahedral_bonds,
)

LITHIUM_CONTACT = 3.2
"""Å; Li-anion distances up to this count as contacts (first minimum beyond 2.3-2.8 Å)."""


@dataclass(frozen=True)
class Spread:
    """Smallest, mean and largest of some values."""

    smallest: float
    mean: float
    largest: float

    @classmethod
    def of(cls, values: ArrayLike) -> "Spread | None":
        """Return the spread of `values`, or None if there are none."""
        array = np.asarray(values, dtype=np.float64)
        if not array.size:
            return None
        return cls(float(array.min()), float(array.mean()), float(array.max()))


@dataclass(frozen=True)
class TetrahedraGeometry:
    """The MS4 units of a structure.

    Parameters
    ----------
    bond_lengths
        P-S in Å.
    angles
        S-P-S in degrees; six for each unit, 109.47 if it is regular.
    are_intact
        Whether each P holds four S of its own.
    """

    bond_lengths: Spread | None
    angles: Spread | None
    are_intact: bool


@dataclass(frozen=True)
class LithiumContacts:
    """The anions of one element around Li.

    Parameters
    ----------
    distances
        Of all contacts within `LITHIUM_CONTACT`, in Å.
    coordination
        Contacts per Li.
    """

    distances: Spread | None
    coordination: float


def tetrahedra_geometry(
    numbers: ArrayLike, positions: ArrayLike, cell: ArrayLike
) -> TetrahedraGeometry:
    """Return bond lengths and angles of the PS4 units (or SiS4, GeS4, SnS4, SbS4).

    Parameters
    ----------
    numbers, positions, cell
        Atomic numbers (N,), positions (N, 3) and cell (3, 3) in Å.
    """
    centres, _, vectors = tetrahedral_bonds(numbers, positions, cell)
    return TetrahedraGeometry(
        bond_lengths=Spread.of(np.linalg.norm(vectors, axis=1)),
        angles=Spread.of(_angles(centres, vectors)),
        are_intact=ps4_units_intact(numbers, positions, cell),
    )


def _angles(centres: NDArray[np.int64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the angle in degrees between all pairs of bonds that share a centre."""
    first, second = _pairs(centres)
    same = centres[first] == centres[second]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = np.einsum("ij,ij->i", unit[first[same]], unit[second[same]])
    degrees: NDArray[np.float64] = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return degrees


def _pairs(centres: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of bonds at most as far apart in the sorted list as one centre's bonds are."""
    counts = np.unique(centres, return_counts=True)[1]
    index, none = np.arange(len(centres)), [np.zeros(0, np.int64)]
    steps = range(1, int(counts.max(initial=0)))
    first = np.concatenate(none + [index[:-step] for step in steps])
    second = np.concatenate(none + [index[step:] for step in steps])
    return first, second


def lithium_contacts(
    numbers: ArrayLike, positions: ArrayLike, cell: ArrayLike
) -> Mapping[str, LithiumContacts]:
    """Return the contacts of Li with every anion that is present, S first.

    Parameters
    ----------
    numbers, positions, cell
        Atomic numbers (N,), positions (N, 3) and cell (3, 3) in Å.
    """
    z = np.asarray(numbers, dtype=np.int64)
    points = np.asarray(positions, dtype=np.float64)
    lithium = points[z == Element("Li").Z]
    found = {}
    for symbol in ("S", *HALIDES):
        anions = points[z == Element(symbol).Z]
        if len(anions) and len(lithium):
            distances = neighbour_pairs(anions, cell, LITHIUM_CONTACT, lithium)[2]
            found[symbol] = LithiumContacts(Spread.of(distances), len(distances) / len(lithium))
    return found


def mean_displacement(
    start: ArrayLike, end: ArrayLike, start_cell: ArrayLike, end_cell: ArrayLike
) -> float:
    """Return how far atoms moved on average in Å, homogeneous strain and translation left out.

    Parameters
    ----------
    start, end
        Positions in Å, shape (N, 3), before and after.
    start_cell, end_cell
        Cells in Å, shape (3, 3).
    """
    before = np.asarray(start) @ np.linalg.inv(np.asarray(start_cell))
    after = np.asarray(end) @ np.linalg.inv(np.asarray(end_cell))
    moved = after - before
    moved -= moved[0].copy()  # a drift by half a cell must not be rounded both ways
    moved -= np.round(moved)
    moved -= moved.mean(axis=0)
    return float(np.linalg.norm(moved @ np.asarray(end_cell), axis=1).mean())
