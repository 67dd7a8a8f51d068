"""Slabs with free surfaces: stoichiometric, PS4 units whole, as non-polar as the crystal allows."""

from collections.abc import Sequence

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.configurations import (
    SYMMETRY_TOLERANCE,
    SiteDisorderConfiguration,
)
from atomate2_argyrodite.structures.supercells import check_atom_count, cubic_crystal, sorted_sites
from atomate2_argyrodite.structures.symmetry import symmetry_dataset
from atomate2_argyrodite.structures.terminations import Termination, layer_block, terminations
from atomate2_argyrodite.structures.units import RigidUnits
from atomate2_argyrodite.structures.validation import assert_argyrodite

_MAXIMUM_VACUUM = 1000.0

PAPER_FACETS = ((1, 1, 1), (0, 2, 1), (0, 0, 1), (0, 1, 1))
"""Facets in the rising order of surface energy that Kim et al. (2024) cite, section 3.3."""


def surface_terminations(
    configuration: SiteDisorderConfiguration | Structure,
    plane: Sequence[int] = (0, 2, 1),
    repeats: tuple[int, int] = (1, 1),
) -> list[Termination]:
    """Return the ways to end a crystal along a plane, the least polar and least broken first.

    Parameters
    ----------
    configuration
        A cubic crystal.
    plane
        Miller indices, coprime.
    repeats
        Size of the surface cell in units of the smallest one. Where a fraction of a charge is
        left on the smallest cell (half of one at 50 % disorder), a larger cell can cancel it.

    Raises
    ------
    StructureError
        If the crystal is no argyrodite or its cell is not cubic.
    InputError
        If the plane is not three coprime integers.
    """
    return terminations(layer_block(cubic_crystal(configuration), plane, repeats))


def surface_slab(
    configuration: SiteDisorderConfiguration | Structure,
    plane: Sequence[int] = (0, 2, 1),
    *,
    thickness: float = 15.0,
    vacuum: float = 15.0,
    termination: int = 0,
    repeats: tuple[int, int] = (1, 1),
    maximum_atoms: int = 20_000,
) -> Structure:
    """Return a slab of a crystal with two free surfaces.

    Parameters
    ----------
    configuration
        A cubic crystal: a configuration, or a structure (also a cubic supercell).
    plane
        Miller indices, coprime.
    thickness
        The slab has as many layers as this thickness in Å needs, at least one.
    vacuum
        Height of the empty space in Å.
    termination
        Which one of `surface_terminations`; 0 is the best.
    repeats
        Size of the surface cell in units of the smallest one.
    maximum_atoms
        Refuse to build a slab of more atoms.

    Returns
    -------
    pymatgen.core.Structure
        The slab in the middle of its cell, c along the normal. ``properties`` holds ``plane``,
        ``surface_planes`` (fractions of c of both surfaces), ``area`` (Å^2, of one surface),
        ``thickness`` (Å), ``moved_lithium``, ``residual_charge`` (e), ``broken_valence``,
        ``is_symmetric`` (an operation of the slab exchanges its surfaces) and ``termination``.

    Raises
    ------
    StructureError
        If the crystal is no argyrodite or its cell is not cubic.
    InputError
        If the plane, thickness, vacuum or termination is impossible, or there are too many atoms.
    """
    if not (0 < thickness < np.inf and 0 <= vacuum <= _MAXIMUM_VACUUM):
        raise InputError(
            f"thickness {thickness!r} Å must be positive and vacuum {vacuum!r} Å from 0 "
            f"to {_MAXIMUM_VACUUM:g} Å"
        )
    block = layer_block(cubic_crystal(configuration), plane, repeats)
    layers = int(np.ceil(thickness / block.cell[2, 2] - 1e-6))
    check_atom_count(layers * len(block.numbers), maximum_atoms)
    ways = terminations(block)
    if not 0 <= termination < len(ways):
        raise InputError(
            f"termination {termination} does not exist: plane {tuple(plane)} has {len(ways)}, "
            f"counted from 0"
        )
    slab = _with_vacuum(terminated_stack(block, ways[termination], layers), layers, block, vacuum)
    assert_argyrodite(slab)
    way = ways[termination]
    slab.properties = {
        "plane": [int(n) for n in plane],
        "termination": termination,
        "surface_planes": _surface_planes(layers * block.cell[2, 2], slab.lattice.c),
        "thickness": float(layers * block.cell[2, 2]),
        "area": float(np.linalg.norm(np.cross(*block.cell[:2]))),
        "moved_lithium": way.moved_lithium,
        "residual_charge": round(float(way.residual_charge), 6),
        "broken_valence": way.broken_valence,
        "is_symmetric": has_equal_surfaces(slab),
    }
    return slab


def terminated_stack(block: RigidUnits, termination: Termination, layers: int) -> RigidUnits:
    """Return `layers` layers of a crystal that end as told, from height 0 upwards."""
    stack = block.stacked(layers)
    stack = stack.above(np.tile(termination.cuts, layers))
    return stack.moved(stack.centres - [0.0, 0.0, termination.height])


def _with_vacuum(stack: RigidUnits, layers: int, block: RigidUnits, vacuum: float) -> Structure:
    height = layers * block.cell[2, 2]
    cell = stack.cell.copy()
    cell[2] = [0.0, 0.0, height + vacuum]
    lift = np.array([0.0, 0.0, vacuum / 2])
    return sorted_sites(stack.moved(stack.centres + lift, cell).structure())


def _surface_planes(thickness: float, height: float) -> list[float]:
    margin = (1.0 - thickness / height) / 2
    return [margin, 1.0 - margin]


def has_equal_surfaces(slab: Structure) -> bool:
    """Say whether a symmetry operation of a slab (normal along c) exchanges its surfaces."""
    dataset = symmetry_dataset(slab, SYMMETRY_TOLERANCE)
    return dataset is not None and bool((dataset.rotations[:, 2, 2] == -1).any())
