"""Symmetry of structures by spglib."""

from typing import Any

from pymatgen.core import Structure
from spglib import SpglibError, get_symmetry_dataset


def symmetry_dataset(structure: Structure, tolerance: float) -> Any | None:
    """Return spglib's dataset of a structure, None where it finds no symmetry.

    spglib says so by None or by an exception, as a switch that any library may set decides.

    Parameters
    ----------
    structure
        An ordered structure.
    tolerance
        How far atoms may be from their symmetric places, in Å.
    """
    crystal = (
        structure.lattice.matrix.tolist(),
        structure.frac_coords.tolist(),
        list(structure.atomic_numbers),
    )
    try:
        return get_symmetry_dataset(crystal, tolerance)
    except SpglibError:
        return None
