"""Where Li goes when there are fewer or more than the 24 that fill 24g: electrostatics.

Vacancies are made on 24g; extra Li enters the empty tetrahedra of the anions. Among all ways the
one of lowest Ewald energy of formal charges is sought, so that vacancies and extra ions sit where
the crystal's charge wants them and far from each other.
"""

import numpy as np
from numpy.typing import NDArray
from pymatgen.analysis.ewald import EwaldSummation
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import FORMAL_CHARGES
from atomate2_argyrodite.structures.orbits import Arrangement
from atomate2_argyrodite.structures.prototype import (
    argyrodite_structure,
    lithium_24g_sites,
    wyckoff_orbit,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# circumcentres of the anion tetrahedra that share no face with a PS4: 48h (T2), 16e (T4) and 4d
_VOIDS = ((0.0741, 0.4259, 0.2731), (0.1419, 0.8581, 0.1419), (0.25, 0.25, 0.75))
_SHORTEST_EXTRA = 2.2  # Å, between two extra Li
_FORBIDDEN = 1e6  # eV
_FULL = 24
_DECIMALS = 6  # of energies in eV; equal by symmetry means equal in the choice


def void_sites() -> FloatArray:
    """Return the empty tetrahedra that extra Li may enter, shape (68, 3), fractional."""
    return np.concatenate([wyckoff_orbit(position) for position in _VOIDS])


def placed_lithium(
    free_anions: Arrangement, centres: Arrangement, lattice_constant: float, count: int
) -> FloatArray:
    """Return `count` Li positions of a conventional cell, lowest in electrostatic energy.

    Parameters
    ----------
    free_anions, centres
        Species on 4a and 4c (8) and on 4b (4).
    lattice_constant
        In Å.
    count
        Number of Li: below 24, that many of the 24g sites are kept; above, all of them and the
        best of the 68 empty tetrahedra.

    Returns
    -------
    numpy.ndarray
        Fractional positions, shape (count, 3).

    Raises
    ------
    InputError
        If `count` is not between 1 and 32, eight more than the mirror sites.
    """
    if not 1 <= count <= _FULL + 8:
        raise InputError(f"{count} Li per cell cannot be placed: choose a composition with 1 to 32")
    regular = lithium_24g_sites()
    if count == _FULL:
        return regular
    sites = regular if count < _FULL else np.concatenate([regular, void_sites()])
    structure = argyrodite_structure(free_anions, lattice_constant, centres, sites)
    interaction = _interaction(structure)
    if count < _FULL:
        return regular[_kept(interaction, count)]
    extra = _FULL + _extra(interaction, structure, len(sites), count - _FULL)
    return np.concatenate([regular, sites[extra]])


def _interaction(structure: Structure) -> FloatArray:
    """Return the matrix whose sum over present sites is the Ewald energy in eV, shape (N, N)."""
    charged = structure.copy()
    charged.add_oxidation_state_by_element(dict(FORMAL_CHARGES))
    summation = EwaldSummation(charged)  # type: ignore[no-untyped-call]
    return np.asarray(summation.total_energy_matrix)


def _kept(interaction: FloatArray, count: int) -> IntArray:
    lithium = np.arange(_FULL)
    alone = -(2 * interaction.sum(axis=1) - np.diag(interaction))[lithium]
    pairs = 2 * interaction[np.ix_(lithium, lithium)]
    removed = lowest_subset(alone, pairs, _FULL - count)
    return np.setdiff1d(lithium, removed)


def _extra(interaction: FloatArray, structure: Structure, n_sites: int, count: int) -> IntArray:
    voids = np.arange(_FULL, n_sites)
    present = np.setdiff1d(np.arange(len(structure)), voids)
    to_crystal = 2 * interaction[np.ix_(voids, present)].sum(axis=1)
    alone = to_crystal + np.diag(interaction)[voids]
    pairs = 2 * interaction[np.ix_(voids, voids)]
    distances = structure.lattice.get_all_distances(
        structure.frac_coords[voids], structure.frac_coords[voids]
    )
    return lowest_subset(alone, np.where(distances < _SHORTEST_EXTRA, _FORBIDDEN, pairs), count)


def lowest_subset(alone: FloatArray, pairs: FloatArray, count: int) -> IntArray:
    """Return `count` of N sites with a low sum of site and pair energies.

    From every first site the subset is grown greedily and improved by exchanging one member at a
    time until no exchange helps; the best of the N results is taken, the first among equals.

    Parameters
    ----------
    alone
        Energy of each site in eV, shape (N,).
    pairs
        Energy of each pair in eV, symmetric, shape (N, N); its diagonal is ignored.
    count
        Number of sites to choose.

    Returns
    -------
    numpy.ndarray
        Indices, sorted, shape (count,).
    """
    off = pairs - np.diag(np.diag(pairs))
    best: tuple[float, tuple[int, ...]] | None = None
    for first in range(len(alone)):
        members = [first]
        while len(members) < count:
            members.append(_cheapest(alone, off, members))
        members = _exchanged(alone, off, members)
        found = (_energy(alone, off, members), tuple(sorted(members)))
        best = found if best is None else min(best, found)
    return np.array([] if best is None else best[1], dtype=np.int64)


def _energy(alone: FloatArray, off: FloatArray, members: list[int]) -> float:
    pair_energy = off[np.ix_(members, members)].sum() / 2
    return round(float(alone[members].sum() + pair_energy), _DECIMALS)


def _cheapest(alone: FloatArray, off: FloatArray, members: list[int]) -> int:
    cost = np.round(alone + off[members].sum(axis=0), _DECIMALS)
    cost[members] = np.inf
    return int(cost.argmin())


def _exchanged(alone: FloatArray, off: FloatArray, members: list[int]) -> list[int]:
    """Return the members after all exchanges of one of them that lower the energy."""
    current = list(members)
    improved = True
    while improved:
        improved = False
        for n in range(len(current)):
            others = current[:n] + current[n + 1 :]
            trial = [*others, _cheapest(alone, off, others)]
            if _energy(alone, off, trial) < _energy(alone, off, current):
                current, improved = trial, True
    return current
