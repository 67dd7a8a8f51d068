"""Checks that a structure is the crystal that an operation needs; one clear error each."""

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures.chemistry import (
    FORMAL_CHARGES,
    HALIDES,
    TETRAHEDRAL_BOND_LENGTHS,
)
from atomate2_argyrodite.structures.geometry import (
    ps4_units_intact,
    shortest_distance,
    structure_arrays,
)

MINIMUM_BUILT_DISTANCE = 1.8
"""Å; no two atoms of a structure that this package builds are closer, at zero strain."""
_ANIONS_PER_TETRAHEDRON = 6  # S(PS4) x 4 and two free anions
_CUBIC_TOLERANCE = 1e-3  # relative


def net_charge(structure: Structure) -> int:
    """Return the sum of the formal charges in e.

    Raises
    ------
    StructureError
        If the structure holds an element that no argyrodite of this package has.
    """
    amounts = structure.composition.get_el_amt_dict()
    unknown = sorted(set(amounts) - set(FORMAL_CHARGES))
    if unknown:
        raise StructureError(
            f"{structure.formula} holds {', '.join(unknown)}: an argyrodite of this package is "
            f"made of {', '.join(FORMAL_CHARGES)}"
        )
    return round(sum(FORMAL_CHARGES[symbol] * amount for symbol, amount in amounts.items()))


def assert_stoichiometry(structure: Structure) -> None:
    """Require the composition of an argyrodite: neutral, two free anions per MS4 unit.

    This holds for Li6PS5X, Li(6-x)PS(5-x)X(1+x), mixed halides and substituted centres.

    Raises
    ------
    StructureError
        If elements are foreign, P (or its substitute), Li or a halide is missing, S and halide
        together are not six per MS4 unit, or the formal charges do not cancel.
    """
    charge = net_charge(structure)
    amounts = structure.composition.get_el_amt_dict()
    centres = sum(amounts.get(symbol, 0) for symbol in TETRAHEDRAL_BOND_LENGTHS)
    halides = sum(amounts.get(symbol, 0) for symbol in HALIDES)
    anions = amounts.get("S", 0) + halides
    if not centres or not halides or not amounts.get("Li"):
        raise StructureError(
            f"{structure.formula} is no argyrodite: it needs Li, P (or Si, Ge, Sn, Sb), S and a "
            "halide"
        )
    if anions != _ANIONS_PER_TETRAHEDRON * centres:
        raise StructureError(
            f"{structure.formula} has {anions:g} anions for {centres:g} tetrahedra instead of "
            f"{_ANIONS_PER_TETRAHEDRON * centres:g}: give a whole number of Li6PS5X units"
        )
    if charge:
        raise StructureError(
            f"{structure.formula} has a net charge of {charge:+d} e: Li is missing or in excess"
        )


def assert_geometry(structure: Structure, minimum_distance: float = MINIMUM_BUILT_DISTANCE) -> None:
    """Require whole PS4 units and no two atoms closer than `minimum_distance` (Å).

    Raises
    ------
    StructureError
        If an MS4 unit is broken or two atoms are too close.
    """
    arrays = structure_arrays(structure)
    if not ps4_units_intact(*arrays):
        raise StructureError(
            f"{structure.formula} has broken PS4 units: start from an intact crystal"
        )
    shortest = shortest_distance(*arrays[1:], cutoff=minimum_distance)
    if shortest < minimum_distance:
        raise StructureError(
            f"{structure.formula} has two atoms {shortest:.2f} Å apart, less than "
            f"{minimum_distance:.2f} Å: relax it or build it from another configuration"
        )


def assert_argyrodite(
    structure: Structure, minimum_distance: float = MINIMUM_BUILT_DISTANCE
) -> None:
    """Require an argyrodite's composition, charge balance and geometry.

    Parameters
    ----------
    structure
        Any cell, supercell, slab or boundary.
    minimum_distance
        Shortest distance in Å that two atoms may have.

    Raises
    ------
    StructureError
        If `assert_stoichiometry` or `assert_geometry` finds a fault.
    """
    assert_stoichiometry(structure)
    assert_geometry(structure, minimum_distance)


def assert_cubic(structure: Structure) -> float:
    """Return the edge in Å of a cubic cell.

    Raises
    ------
    StructureError
        If edges differ by more than 0.1 % or angles from 90 degrees by more than 0.1.
    """
    edges, angles = np.array(structure.lattice.abc), np.array(structure.lattice.angles)
    mean = float(edges.mean())
    if (np.abs(edges - mean) > _CUBIC_TOLERANCE * mean).any() or (np.abs(angles - 90) > 0.1).any():
        a, b, c = edges
        raise StructureError(
            f"the cell of {structure.formula} is not cubic (edges {a:.3f}, {b:.3f}, {c:.3f} Å, "
            f"angles {', '.join(f'{angle:.2f}' for angle in angles)}): relax it with its cubic "
            "shape kept, or rebuild it with the mean lattice constant"
        )
    return mean
