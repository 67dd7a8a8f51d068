"""Where a crystal may be cut along a plane: PS4 whole, stoichiometric, as non-polar as can be.

A cut of an argyrodite between layers leaves opposite charges on its two sides. As in a Tasker type
III surface the dipole is cancelled by moving ions, here Li, from one side to the other; the moved
Li take the very sites by which the crystal would have gone on (Tasker, J. Phys. C 1979, 12, 4977).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures.geometry import neighbour_pairs
from atomate2_argyrodite.structures.orientation import (
    Indices,
    check_indices,
    layer_vector,
    plane_basis,
)
from atomate2_argyrodite.structures.units import RigidUnits

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LEVEL_TOLERANCE = 0.05  # Å; units closer in height belong to one layer
_LITHIUM_DEPTH = 3.0  # Å; only Li this near to the cut moves to the other side
_CONTACT = 3.2  # Å; Li-anion distances that count as bonds
_VALENCE_SOFTNESS = 0.37  # Å; Brown and Altermatt, Acta Cryst. B 1985, 41, 244
_HAIR = 1e-3  # Å


@dataclass(frozen=True, eq=False)
class Termination:
    """One way to end a crystal along a plane.

    Parameters
    ----------
    height
        Height of the cut in Å above the crystal's origin, within one layer period.
    cuts
        The same for each unit of the layer block, shape (M,); it differs for the Li that moved.
    moved_lithium
        How many Li per block were moved, from top to bottom if positive.
    residual_charge
        What is left of the surface charge, in e per block area; 0 for a non-polar termination.
    broken_valence
        Li-anion bond strength that the two surfaces of a slab lack, relative to its strongest
        contact, per Å^2 of both surfaces together.
    """

    height: float
    cuts: FloatArray
    moved_lithium: int
    residual_charge: float
    broken_valence: float

    @property
    def is_polar(self) -> bool:
        """Whether a dipole across the slab remains."""
        return abs(self.residual_charge) > 1e-3


def layer_block(
    structure: Structure,
    plane: Sequence[int],
    repeats: tuple[int, int] = (1, 1),
    in_plane: IntArray | None = None,
) -> RigidUnits:
    """Return one layer of a crystal, oriented with the plane in xy.

    Parameters
    ----------
    structure
        Conventional cubic cell (or a cubic supercell) of an argyrodite.
    plane
        Miller indices in that cell.
    repeats
        How many times the layer is repeated along its two in-plane vectors.
    in_plane
        Two lattice vectors that span the layer, as rows, instead of the shortest ones.
    """
    indices: Indices = check_indices(plane)
    basis = plane_basis(indices) if in_plane is None else in_plane
    matrix = np.vstack([basis * np.array(repeats)[:, None], layer_vector(indices)])
    return RigidUnits.from_structure(structure).oriented(matrix)


def terminations(block: RigidUnits) -> list[Termination]:
    """Return every way to end the layers of `block`, best first.

    Terminations are ranked by the charge that remains on their surfaces, then by the Li-anion
    bonds that they break. PS4 units are whole and the composition is the crystal's in all of them.

    Parameters
    ----------
    block
        One layer, from `layer_block`.

    Raises
    ------
    StructureError
        If there is no height at which the block can be cut.
    """
    found = [
        termination
        for height in _cut_heights(block)
        if (termination := _termination(block, height)) is not None
    ]
    if not found:
        raise StructureError("the crystal has no plane to cut along: choose another Miller plane")
    found.sort(key=_rank)
    distinct: dict[tuple[int, ...], Termination] = {}
    for termination in found:
        distinct.setdefault(_images(block, termination.cuts), termination)
    return list(distinct.values())


def _rank(termination: Termination) -> tuple[float, float, int, float]:
    return (
        round(abs(termination.residual_charge), 3),
        round(termination.broken_valence, 6),
        abs(termination.moved_lithium),
        termination.height,
    )


def _images(block: RigidUnits, cuts: FloatArray) -> tuple[int, ...]:
    """Return which copy of each unit a slab begins with: equal for slabs that are the same."""
    period = block.cell[2, 2]
    steps = np.floor((block.centres[:, 2] - cuts) / period + 1e-9).astype(np.int64)
    return tuple((steps - steps[0]).tolist())


def _cut_heights(block: RigidUnits) -> FloatArray:
    """Return the middles of the gaps between layers of units, within one period."""
    period = block.cell[2, 2]
    heights = np.sort(block.centres[:, 2] % period)
    gaps = np.diff(heights, append=heights[0] + period)
    wide = gaps > _LEVEL_TOLERANCE
    middles: FloatArray = (heights[wide] + gaps[wide] / 2) % period
    return middles


def _termination(block: RigidUnits, height: float) -> Termination | None:
    period = block.cell[2, 2]
    above = (block.centres[:, 2] - height) % period
    surface_charge = float(block.charges @ above) / period
    count = _nearest_count(surface_charge)
    cuts = np.full(len(above), height)
    if count:
        from_top = count > 0
        chosen = _spread_lithium(block, period - above if from_top else above, abs(count))
        if chosen is None:
            return None
        # their period begins at the next lower copy, or just above the lowest one
        step = -period - _HAIR if from_top else _HAIR
        cuts[chosen] = height + above[chosen] + step
    return Termination(
        height=float(height),
        cuts=cuts,
        moved_lithium=count,
        residual_charge=surface_charge - count,
        broken_valence=_broken_valence(block, cuts),
    )


def _nearest_count(charge: float) -> int:
    """Return the number of Li that cancels most of a surface charge, the smaller of two equals."""
    return int(np.sign(charge) * np.ceil(abs(charge) - 0.5 - 1e-6))


def _spread_lithium(block: RigidUnits, depth: FloatArray, count: int) -> IntArray | None:
    """Return the `count` Li nearest the surface, those of one layer far from each other."""
    candidates = np.flatnonzero(block.is_lithium & (depth < _LITHIUM_DEPTH))
    if len(candidates) < count:
        return None
    level = np.round(depth[candidates] / _LEVEL_TOLERANCE).astype(np.int64)
    inverse = np.linalg.inv(block.cell[:2, :2])
    planar = block.centres[candidates, :2] @ inverse
    chosen: list[int] = []
    for _ in range(count):
        distance = _planar_distances(planar, planar[chosen], block.cell[:2, :2])
        # outermost layer first, then the largest distance to those already chosen
        order = np.lexsort((np.arange(len(level)), -np.round(distance, 3), level))
        chosen.append(next(int(n) for n in order if n not in chosen))
    return np.asarray(candidates[chosen])


def _planar_distances(points: FloatArray, others: FloatArray, cell: FloatArray) -> FloatArray:
    if not len(others):
        return np.zeros(len(points))
    difference = points[:, None] - others[None]
    vectors = (difference - np.round(difference)) @ cell
    return np.asarray(np.linalg.norm(vectors, axis=2).min(axis=1))


def _broken_valence(block: RigidUnits, cuts: FloatArray) -> float:
    """Return the Li-anion bond strength lost per Å^2 when the block becomes a free slab."""
    slab = block.above(cuts)
    open_cell = slab.cell.copy()
    open_cell[2, 2] += 2 * _CONTACT + 10.0
    lost = _valence(block) - _valence(slab.moved(slab.centres, open_cell))
    area = np.linalg.norm(np.cross(*block.cell[:2]))
    return float(lost / (2 * area))


def _valence(units: RigidUnits) -> float:
    """Return the sum over Li-anion contacts of exp(-d / b), relative to contacts of 2.4 Å."""
    lithium = units.numbers == 3
    anions = np.isin(units.numbers, (16, 17, 35, 53))
    positions = units.positions
    _, _, distances, _ = neighbour_pairs(
        positions[anions], units.cell, _CONTACT, positions[lithium]
    )
    return float(np.exp((2.4 - distances) / _VALENCE_SOFTNESS).sum())
