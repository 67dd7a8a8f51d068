"""Site disorder of Li6PS5X: the symmetry-distinct ways to place X and S over 4a and 4c."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure
from spglib import get_symmetry_dataset

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures.chemistry import (
    DEFAULT_LATTICE_CONSTANTS,
    HALIDES,
    check_halide,
    check_lattice_constant,
)
from atomate2_argyrodite.structures.geometry import structure_arrays
from atomate2_argyrodite.structures.orbits import Arrangement, arrangement_orbits
from atomate2_argyrodite.structures.prototype import (
    argyrodite_structure,
    decoration_permutations,
    lithium_sites,
)
from atomate2_argyrodite.structures.validation import assert_argyrodite

SYMMETRY_TOLERANCE = 1e-3
"""Å, for spglib; the structures are built exactly."""
_PERMUTED_FREE_ANIONS = slice(0, 8)


@dataclass(frozen=True, eq=False)
class SiteDisorderConfiguration:
    """One crystal of the site-disorder family, standing for all that symmetry makes of it.

    Parameters
    ----------
    structure
        The conventional cubic cell.
    halide_fraction_4c
        Part of the four 4c sites that hold halide, 0 to 1.
    multiplicity
        Number of arrangements in the conventional cell that are this crystal.
    space_group_symbol
        International symbol of the anion arrangement with Li on 24g, e.g. ``F-43m``.
    space_group_number
        Its number.
    label
        Unique and stable within its list, safe as a file name: percentage of 4c sites that hold
        halide, a hyphen and the space group, e.g. ``50-P222_1``.
    arrangement
        Species on the four 4a and the four 4c sites.
    lattice_constant
        Edge of the cubic cell in Å.
    """

    structure: Structure
    halide_fraction_4c: float
    multiplicity: int
    space_group_symbol: str
    space_group_number: int
    label: str
    arrangement: Arrangement
    lattice_constant: float

    @property
    def composition(self) -> str:
        """Reduced formula, e.g. Li6PS5Cl."""
        return str(self.structure.composition.reduced_formula)


def site_disorder_configurations(
    halide: str = "Cl",
    lattice_constant: float | None = None,
    *,
    lithium: str = "24g",
    seed: int = 0,
) -> list[SiteDisorderConfiguration]:
    """Return the six crystals into which the site disorder of Li6PS5X falls.

    Four X and four S are placed over 4a and 4c of the conventional F-43m cell in all 70 ways, and
    the orbits of these under the 96 operations of the cell are taken.

    Parameters
    ----------
    halide
        Cl, Br or I.
    lattice_constant
        Edge of the cubic cell in Å; by default that of `DEFAULT_LATTICE_CONSTANTS`: for Cl the
        10.28 Å of the PBE-relaxed cell of Kim et al. (Nano Energy 2024, 109436), for Br and I the
        experimental constant enlarged by the same 4 %.
    lithium
        ``"24g"`` keeps Li on the mirror positions; ``"48h"`` moves each to one of the two 48h
        positions beside it. Symmetry and label are those with Li on 24g in both cases.
    seed
        Seed of the choice among the 48h positions, the same for all six.

    Returns
    -------
    list of SiteDisorderConfiguration
        By rising halide fraction on 4c, then by falling multiplicity: ``0-F-43m``, ``25-R3m``,
        ``50-P222_1``, ``50-Pmm2``, ``75-R3m``, ``100-F-43m``; multiplicities 1, 16, 24, 12, 16, 1.

    Raises
    ------
    InputError
        If the halide is none of the three, the lattice constant is not that of an argyrodite, or
        `lithium` is neither kind of site.
    """
    check_halide(halide)
    a = DEFAULT_LATTICE_CONSTANTS[halide] if lattice_constant is None else lattice_constant
    check_lattice_constant(a)
    sites = lithium_sites(lithium, seed)
    permutations = decoration_permutations()[:, _PERMUTED_FREE_ANIONS]
    orbits = arrangement_orbits(permutations, [Counter({halide: 4, "S": 4})])
    configurations = [
        _configuration(orbit.representative, orbit.multiplicity, a, sites) for orbit in orbits
    ]
    return with_labels(configurations)


def _configuration(
    arrangement: Arrangement, multiplicity: int, a: float, lithium: NDArray[np.float64]
) -> SiteDisorderConfiguration:
    structure = argyrodite_structure(arrangement, a, lithium=lithium)
    assert_argyrodite(structure)
    symbol, number = space_group(argyrodite_structure(arrangement, a))
    return SiteDisorderConfiguration(
        structure=structure,
        halide_fraction_4c=halide_fraction_4c(arrangement),
        multiplicity=multiplicity,
        space_group_symbol=symbol,
        space_group_number=number,
        label="",
        arrangement=arrangement,
        lattice_constant=a,
    )


def halide_fraction_4c(arrangement: Arrangement) -> float:
    """Return the part of the 4c sites (the last four) that hold a halide."""
    return sum(species in HALIDES for species in arrangement[4:8]) / 4


def space_group(structure: Structure) -> tuple[str, int]:
    """Return international symbol and number of the space group, found by spglib.

    Raises
    ------
    StructureError
        If spglib finds none: atoms coincide or the cell is degenerate.
    """
    numbers, _, cell = structure_arrays(structure)
    crystal = (cell.tolist(), structure.frac_coords.tolist(), numbers.tolist())
    dataset = get_symmetry_dataset(crystal, SYMMETRY_TOLERANCE)
    if dataset is None:
        raise StructureError(
            f"no space group found for {structure.formula}: check for coinciding atoms"
        )
    return str(dataset.international), int(dataset.number)


def with_labels(
    configurations: Sequence[SiteDisorderConfiguration],
) -> list[SiteDisorderConfiguration]:
    """Return configurations in their order, each with its label.

    The order is by halide fraction on 4c, falling multiplicity, space group and arrangement. Where
    fraction and space group occur more than once, ``-1``, ``-2``, ... is appended in that order.
    """
    ordered = sorted(
        configurations,
        key=lambda c: (c.halide_fraction_4c, -c.multiplicity, c.space_group_number, c.arrangement),
    )
    names = [f"{100 * c.halide_fraction_4c:g}-{c.space_group_symbol}" for c in ordered]
    used: Counter[str] = Counter()
    labelled = []
    for configuration, name in zip(ordered, names, strict=True):
        used[name] += 1
        suffix = f"-{used[name]}" if names.count(name) > 1 else ""
        labelled.append(replace(configuration, label=name + suffix))
    return labelled
