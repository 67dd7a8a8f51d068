"""One crystal of a site-disorder family: what it is, how it is built and named."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures.chemistry import HALIDES
from atomate2_argyrodite.structures.orbits import Arrangement, Orbit
from atomate2_argyrodite.structures.prototype import argyrodite_structure
from atomate2_argyrodite.structures.symmetry import symmetry_dataset
from atomate2_argyrodite.structures.validation import assert_argyrodite

SYMMETRY_TOLERANCE = 1e-3
"""Å, for spglib; the structures are built exactly."""


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
        Species on the four 4a and the four 4c sites, then the centres on the four 4b sites.
    """

    structure: Structure
    halide_fraction_4c: float
    multiplicity: int
    space_group_symbol: str
    space_group_number: int
    label: str
    arrangement: Arrangement

    @property
    def composition(self) -> str:
        """Reduced formula, e.g. Li6PS5Cl."""
        return str(self.structure.composition.reduced_formula)

    @property
    def lattice_constant(self) -> float:
        """Edge in Å of the cube that has the cell's volume."""
        return float(self.structure.volume ** (1 / 3))


def build_configuration(
    orbit: Orbit, lattice_constant: float, lithium: NDArray[np.float64]
) -> SiteDisorderConfiguration:
    """Return the crystal of one orbit, without its label, after checking it.

    Parameters
    ----------
    orbit
        Species on the free anion sites and then on the tetrahedral sites.
    lattice_constant
        In Å.
    lithium
        Fractional Li positions, shape (M, 3).
    """
    anions, centres = orbit.representative[:8], orbit.representative[8:]
    structure = argyrodite_structure(anions, lattice_constant, centres, lithium)
    assert_argyrodite(structure)
    symbol, number = space_group(argyrodite_structure(anions, lattice_constant, centres))
    return SiteDisorderConfiguration(
        structure=structure,
        halide_fraction_4c=halide_fraction_4c(orbit.representative),
        multiplicity=orbit.multiplicity,
        space_group_symbol=symbol,
        space_group_number=number,
        label="",
        arrangement=orbit.representative,
    )


def halide_fraction_4c(arrangement: Arrangement) -> float:
    """Return the part of the 4c sites (places 4 to 7) that hold a halide."""
    return sum(species in HALIDES for species in arrangement[4:8]) / 4


def space_group(structure: Structure) -> tuple[str, int]:
    """Return international symbol and number of the space group, found by spglib.

    Raises
    ------
    StructureError
        If spglib finds none: atoms coincide or the cell is degenerate.
    """
    dataset = symmetry_dataset(structure, SYMMETRY_TOLERANCE)
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
