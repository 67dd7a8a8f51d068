"""Symmetry-distinct ways to place species on sites: orbits of a permutation group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray
from pymatgen.core.operations import SymmOp

from atomate2_argyrodite.errors import InputError

Arrangement = tuple[str, ...]
_TOLERANCE = 1e-4  # of fractional coordinates


@dataclass(frozen=True)
class Orbit:
    """All arrangements that symmetry makes one crystal.

    Parameters
    ----------
    representative
        The lexicographically smallest member: one species per site.
    multiplicity
        Number of members.
    """

    representative: Arrangement
    multiplicity: int


def site_permutations(
    fractional_coordinates: NDArray[np.float64], operations: Sequence[SymmOp]
) -> NDArray[np.int64]:
    """Return how symmetry operations permute a set of sites.

    Parameters
    ----------
    fractional_coordinates
        Sites in one cell, shape (N, 3).
    operations
        G operations that act on fractional coordinates.

    Returns
    -------
    numpy.ndarray
        Shape (G, N): operation g moves site n onto site ``[g, n]``.

    Raises
    ------
    InputError
        If an operation does not map the set of sites onto itself.
    """
    permutations = np.empty((len(operations), len(fractional_coordinates)), dtype=np.int64)
    for row, operation in zip(permutations, operations, strict=True):
        moved = operation.operate_multi(fractional_coordinates)
        difference = moved[:, None] - fractional_coordinates[None]
        match = (np.abs(difference - np.round(difference)) < _TOLERANCE).all(axis=2)
        if not (match.sum(axis=1) == 1).all():
            raise InputError("a symmetry operation moves a site off the set: the sites lack it")
        row[:] = match.argmax(axis=1)
    return permutations


def distinct_arrangements(counts: Mapping[str, int]) -> Iterator[Arrangement]:
    """Yield every different way to place `counts` atoms of each species on that many sites."""
    species = sorted(name for name, count in counts.items() if count)
    if len(species) <= 1:
        yield tuple(name for name in species for _ in range(counts[name]))
        return
    first, total = species[0], sum(counts[name] for name in species)
    rest = {name: counts[name] for name in species[1:]}
    for chosen in map(frozenset, combinations(range(total), counts[first])):
        for other in distinct_arrangements(rest):
            remaining = iter(other)
            yield tuple(first if n in chosen else next(remaining) for n in range(total))


def arrangement_orbits(
    permutations: NDArray[np.int64], sublattices: Sequence[Mapping[str, int]]
) -> list[Orbit]:
    """Return the orbits of all arrangements of given species over sublattices.

    Parameters
    ----------
    permutations
        Shape (G, N), as `site_permutations` gives them, for the sites of all sublattices one
        after another; no operation may move a site into another sublattice.
    sublattices
        For each sublattice the number of atoms of each species.

    Returns
    -------
    list of Orbit
        Ordered by their representatives; the multiplicities sum to the number of arrangements.
    """
    unseen = {
        sum(parts, ())
        for parts in product(*(list(distinct_arrangements(counts)) for counts in sublattices))
    }
    orbits = []
    for arrangement in sorted(unseen):
        if arrangement not in unseen:
            continue
        members = orbit_members(arrangement, permutations)
        unseen -= members
        orbits.append(Orbit(arrangement, len(members)))
    return orbits


def orbit_members(arrangement: Arrangement, permutations: NDArray[np.int64]) -> set[Arrangement]:
    """Return every arrangement that `permutations` (a whole group) make of one."""
    return set(map(tuple, np.array(arrangement, dtype=object)[permutations].tolist()))
