"""Energies of surfaces and boundaries per area, and their order."""

from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np

from atomate2_argyrodite.errors import InputError

JOULE_PER_M2 = 16.02176634
"""One eV/Å^2 in J/m^2 (CODATA 2018)."""

Name = TypeVar("Name", bound=Hashable)


def interface_energy(
    energy: float, n_atoms: int, bulk_energy_per_atom: float, area: float, interfaces: int = 2
) -> float:
    """Return the excess energy of a cell with planar defects, per area of one of them.

    Parameters
    ----------
    energy
        Of the cell, in eV.
    n_atoms
        Atoms in the cell, in the proportions of the bulk.
    bulk_energy_per_atom
        In eV, of the crystal at the lattice constant of the cell.
    area
        Of one defect, in Å^2.
    interfaces
        Equal defects in the cell: both surfaces of a slab, both boundaries of a bicrystal.

    Returns
    -------
    float
        (E - N e_bulk) / (n A) in eV/Å^2. Where the two differ it is their mean.

    Raises
    ------
    InputError
        If the area or a count is not positive, or an energy is not finite.
    """
    if not 0 < area < np.inf or n_atoms < 1 or interfaces < 1:
        raise InputError(
            f"an interface energy needs a positive area and counts, got {area} Å^2, {n_atoms} "
            f"atoms and {interfaces} interfaces"
        )
    excess = energy - n_atoms * bulk_energy_per_atom
    if not np.isfinite(excess):
        raise InputError(f"energies {energy} and {bulk_energy_per_atom} eV must be finite")
    return float(excess / (interfaces * area))


def pairs_out_of_order(
    ranking: Sequence[Name], expected: Sequence[Name]
) -> list[tuple[Name, Name]]:
    """Return the pairs that a ranking has in the opposite order of an expected one.

    Parameters
    ----------
    ranking
        Names by rising energy.
    expected
        Names by the rising energy that is expected; names that occur in one list only are left out.

    Returns
    -------
    list of tuple
        (the one that was found lower, the one that was expected lower); empty if both agree.
    """
    place = {name: n for n, name in enumerate(expected)}
    known = [name for name in ranking if name in place]
    return [(low, high) for low, high in combinations(known, 2) if place[low] > place[high]]
