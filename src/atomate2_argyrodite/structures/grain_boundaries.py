"""Bicrystals with two grain boundaries: tilt and twist, any configuration, stoichiometric.

Each grain is a slab of whole PS4 units (see `terminations`); the second is turned by a coincidence
rotation, and the relative shift of the grains is screened for the least overlap of ions before
what remains is resolved by moving units apart. The cell is exactly that of the two crystals.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError, StructureError
from atomate2_argyrodite.structures.chemistry import TETRAHEDRAL_BOND_LENGTHS
from atomate2_argyrodite.structures.coincidence import BoundaryGeometry, boundary_geometry
from atomate2_argyrodite.structures.configurations import SiteDisorderConfiguration
from atomate2_argyrodite.structures.contacts import ContactDistances, resolve_contacts
from atomate2_argyrodite.structures.orientation import plane_basis, standard_frame
from atomate2_argyrodite.structures.supercells import check_atom_count, cubic_crystal, sorted_sites
from atomate2_argyrodite.structures.surfaces import terminated_stack
from atomate2_argyrodite.structures.terminations import Termination, layer_block, terminations
from atomate2_argyrodite.structures.units import RigidUnits, joined
from atomate2_argyrodite.structures.validation import assert_argyrodite

FloatArray = NDArray[np.float64]

_SHIFT_STEP = 1.3  # Å; a quarter of the distance between like ions
_TERMINATIONS_TRIED = 2


@dataclass(frozen=True, eq=False)
class _Candidate:
    """Two grains with chosen ends, and a shift of the second in Å."""

    grains: tuple[RigidUnits, RigidUnits]
    ends: tuple[Termination, Termination]
    shift: FloatArray
    overlap: float


def grain_boundary(
    configuration: SiteDisorderConfiguration | Structure,
    sigma: int = 5,
    axis: Sequence[int] = (1, 0, 0),
    plane: Sequence[int] = (0, 2, 1),
    *,
    angle: float | None = None,
    grain_thickness: float | None = None,
    maximum_atoms: int = 50_000,
) -> Structure:
    """Return a bicrystal with the best of the screened boundaries.

    The defaults are the Sigma5[100](021) tilt boundary of Kim et al. (Nano Energy 2024, 109436):
    520 atoms and 10.2795 x 22.9857 x 45.9713 Å from one cell of 10.2795 Å, 14,040 atoms from a
    3 x 3 x 3 random structure.

    Parameters
    ----------
    configuration
        A cubic crystal: a configuration, or a structure such as that of `random_supercell`.
    sigma
        Reciprocal density of coincidence sites.
    axis
        Rotation axis.
    plane
        Boundary plane in the first grain; it contains the axis (tilt) or is normal to it (twist).
    angle
        Rotation angle in degrees, where one sigma has several; by default the one with the
        smallest boundary cell.
    grain_thickness
        Least thickness of each grain in Å; by default one period along the normal.
    maximum_atoms
        Refuse to build more atoms.

    Returns
    -------
    pymatgen.core.Structure
        c is along the boundary normal. ``properties`` holds ``boundary_planes`` (fractions of c of
        both planes: 0 and the top of the first grain), ``sigma``, ``axis``, ``plane``,
        ``turned_plane`` (in the second grain), ``angle`` (degrees), ``kind`` (tilt or twist),
        ``shift`` (of the second grain in Å), ``moved_lithium``, ``residual_charge`` (e, of either
        grain), ``overlap_before`` (Å^2, the screened score) and ``largest_displacement`` (Å, of a
        unit when contacts were resolved). The site property ``grain`` is 0 or 1.

    Raises
    ------
    StructureError
        If the crystal is no argyrodite, its cell is not cubic, or overlaps cannot be resolved.
    InputError
        If sigma, axis, plane and angle do not go together, or there are too many atoms.
    """
    return screened_boundaries(
        configuration,
        sigma,
        axis,
        plane,
        angle=angle,
        grain_thickness=grain_thickness,
        maximum_atoms=maximum_atoms,
        count=1,
    )[0]


def screened_boundaries(
    configuration: SiteDisorderConfiguration | Structure,
    sigma: int = 5,
    axis: Sequence[int] = (1, 0, 0),
    plane: Sequence[int] = (0, 2, 1),
    *,
    angle: float | None = None,
    grain_thickness: float | None = None,
    maximum_atoms: int = 50_000,
    count: int = 5,
    first: int = 0,
) -> list[Structure]:
    """Return the `count` boundaries with the least overlap before contacts are resolved.

    Terminations of both grains and shifts of the second are screened together; an engine can rank
    the result by energy. Parameters, properties and errors are those of `grain_boundary`; `first`
    leaves out as many of those with the least overlap, and it is an error to leave out all.
    """
    if count < 1:
        raise InputError(f"count {count} of boundaries must be at least 1")
    if first < 0:
        raise InputError(f"shift {first} must not be negative: they are counted from 0")
    crystal = cubic_crystal(configuration)
    geometry = boundary_geometry(sigma, axis, plane, angle)
    blocks = tuple(
        layer_block(crystal, indices, in_plane=vectors)
        for indices, vectors in zip(geometry.planes, geometry.in_plane, strict=True)
    )
    layers = _layer_counts(blocks, geometry, grain_thickness)
    atoms = sum(n * len(block.numbers) for n, block in zip(layers, blocks, strict=True))
    check_atom_count(atoms, maximum_atoms)
    contacts = ContactDistances.of_crystal(RigidUnits.from_structure(crystal))
    shifts = _shifts(geometry, crystal.lattice.a / _cells_per_edge(crystal))
    candidates = _candidates(blocks, layers, contacts, shifts)
    if first >= len(candidates):
        raise InputError(
            f"shift {first} does not exist: there are {len(candidates)}, counted from 0"
        )
    return [
        _finished(candidate, geometry, contacts, tuple(axis))
        for candidate in candidates[first : first + count]
    ]


def _layer_counts(
    blocks: tuple[RigidUnits, ...], geometry: BoundaryGeometry, thickness: float | None
) -> list[int]:
    """Return how many layers each grain has, so that both are about equally thick."""
    if thickness is not None and not 0 < thickness < np.inf:
        raise InputError(f"grain thickness {thickness!r} Å must be a positive number")
    if thickness is None:
        period = int(np.dot(geometry.planes[0], geometry.planes[0]))
        thickness = period * blocks[0].cell[2, 2]
    return [int(np.ceil(thickness / block.cell[2, 2] - 1e-6)) for block in blocks]


def _cells_per_edge(crystal: Structure) -> int:
    """Return the n of an n x n x n supercell of the conventional cell."""
    amounts = crystal.composition.get_el_amt_dict()
    tetrahedra = sum(amounts.get(symbol, 0) for symbol in TETRAHEDRAL_BOND_LENGTHS)
    return max(1, int(np.rint(np.cbrt(tetrahedra / 4))))


def _candidates(
    blocks: tuple[RigidUnits, ...],
    layers: list[int],
    contacts: ContactDistances,
    shifts: list[FloatArray],
) -> list[_Candidate]:
    """Return all combinations of terminations and shifts, least overlap first."""
    ends = [terminations(block)[:_TERMINATIONS_TRIED] for block in blocks]
    found = []
    for lower_end, upper_end in product(*ends):
        lower = terminated_stack(blocks[0], lower_end, layers[0])
        upper = terminated_stack(blocks[1], upper_end, layers[1])
        for shift in shifts:
            overlap = _overlap(lower, upper, shift, contacts)
            found.append(_Candidate((lower, upper), (lower_end, upper_end), shift, overlap))
    return sorted(found, key=lambda c: round(c.overlap, 6))


def _shifts(geometry: BoundaryGeometry, lattice_constant: float) -> list[FloatArray]:
    """Return a grid of shifts in Å over one cell of the second grain's plane, (0, 0) first.

    A shift by a lattice vector of either grain changes nothing, so that a cell of the crystal's
    plane holds all shifts, however large the boundary cell is.
    """
    frame = standard_frame(geometry.in_plane[1].astype(np.float64))
    first, second = lattice_constant * plane_basis(geometry.planes[1]) @ frame.T
    n, m = (int(np.ceil(np.linalg.norm(v) / _SHIFT_STEP)) for v in (first, second))
    return [first * i / n + second * j / m for i in range(n) for j in range(m)]


def _bicrystal(lower: RigidUnits, upper: RigidUnits, shift: FloatArray) -> RigidUnits:
    """Return both grains in one cell, the second on top of the first."""
    bottom, top = lower.cell[2, 2], upper.cell[2, 2]
    cell = np.vstack([lower.cell[:2], [[0.0, 0.0, bottom + top]]])
    lifted = upper.moved(upper.centres + shift + np.array([0.0, 0.0, bottom]))
    return joined(lower, lifted, cell)


def _overlap(
    lower: RigidUnits, upper: RigidUnits, shift: FloatArray, contacts: ContactDistances
) -> float:
    """Return the overlap of the two grains at both boundaries, in Å^2."""
    both = _bicrystal(lower, upper, shift)
    height, middle = both.cell[2, 2], lower.cell[2, 2]
    z = both.positions[:, 2]
    # PS4 units reach beyond their grain's end by a bond length
    reach = contacts.largest + 2.5
    distance = np.abs(z - middle)
    near = np.minimum(distance, np.minimum(np.abs(z), np.abs(z - height))) < reach
    first = np.arange(len(z)) < len(lower.numbers)
    sets = [(both.numbers[near & grain], both.positions[near & grain]) for grain in (first, ~first)]
    return contacts.overlap_between(sets[0], sets[1], both.cell)


def _finished(
    candidate: _Candidate,
    geometry: BoundaryGeometry,
    contacts: ContactDistances,
    axis: tuple[int, ...],
) -> Structure:
    """Resolve the contacts of a candidate and describe it."""
    lower, upper = candidate.grains
    before = _bicrystal(lower, upper, candidate.shift)
    after = resolve_contacts(before, contacts)
    structure = after.structure()
    grain = (np.arange(len(structure)) >= len(lower.numbers)).astype(int)
    structure.add_site_property("grain", grain.tolist())
    structure = sorted_sites(structure)
    assert_argyrodite(structure)
    if abs(structure.lattice.c - before.cell[2, 2]) > 1e-6:
        raise StructureError("the boundary cell changed while it was built")
    moved = np.linalg.norm(after.centres - before.centres, axis=1)
    plane = geometry.planes[0]
    structure.properties = {
        "boundary_planes": [0.0, float(lower.cell[2, 2] / before.cell[2, 2])],
        "sigma": geometry.rotation.sigma,
        "axis": [int(n) for n in axis],
        "plane": list(plane),
        "turned_plane": list(geometry.planes[1]),
        "angle": round(geometry.rotation.angle, 6),
        "kind": "twist" if not np.cross(axis, plane).any() else "tilt",
        "shift": [round(float(x), 6) for x in candidate.shift[:2]],
        "moved_lithium": [end.moved_lithium for end in candidate.ends],
        "residual_charge": [round(float(end.residual_charge), 6) for end in candidate.ends],
        "overlap_before": round(candidate.overlap, 6),
        "largest_displacement": round(float(moved.max()), 6),
    }
    return structure
