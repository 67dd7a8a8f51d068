"""Candidate boundaries: one tilt and one twist on each facet, those with the smallest cell."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations, product
from math import ceil

import numpy as np
from monty.json import MSONable
from numpy.typing import NDArray
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import PAPER_FACETS, boundary_geometry, coincidence_rotations
from atomate2_argyrodite.structures.orientation import Indices, check_indices

_LARGEST_AXIS_INDEX = 2
_LARGEST_AXIS_SQUARE = 6


class BoundaryKind(StrEnum):
    """How the rotation axis lies to the boundary plane."""

    TILT = "tilt"
    TWIST = "twist"


@dataclass(frozen=True)
class BoundaryCandidate(MSONable):
    """A boundary in its crystallography alone (see `grain_boundary`).

    Parameters
    ----------
    sigma
        Reciprocal density of coincidence sites.
    axis
        Rotation axis.
    plane
        Boundary plane in the first grain.
    angle
        Rotation angle in degrees; by default that of the smallest boundary cell.
    """

    sigma: int
    axis: Indices
    plane: Indices
    angle: float | None = None

    @property
    def name(self) -> str:
        """For example ``Sigma5[100](021) tilt``."""
        return f"Sigma{self.sigma}[{_digits(self.axis)}]({_digits(self.plane)}) {self.kind}"

    @property
    def kind(self) -> BoundaryKind:
        """Whether the plane contains the axis or is normal to it."""
        twist = not np.cross(self.axis, self.plane).any()
        return BoundaryKind.TWIST if twist else BoundaryKind.TILT

    def atom_count(self, crystal: Structure, grain_thickness: float) -> int:
        """Return the number of atoms of the bicrystal of a cubic crystal.

        Parameters
        ----------
        crystal
            Conventional cell or a cubic supercell.
        grain_thickness
            Least thickness of each grain in Å.

        Raises
        ------
        InputError
            If sigma, axis, plane and angle do not go together.
        """
        geometry = boundary_geometry(self.sigma, self.axis, self.plane, self.angle)
        cells = 0.0
        for plane in geometry.planes:
            norm = float(np.linalg.norm(plane))
            layers = ceil(grain_thickness * norm / crystal.lattice.a - 1e-6)
            cells += layers * geometry.area / norm
        return round(cells) * len(crystal)


def _digits(indices: Sequence[int]) -> str:
    separator = "" if all(0 <= n < 10 for n in indices) else " "
    return separator.join(map(str, indices))


def boundary_candidates(
    planes: Sequence[Sequence[int]] = PAPER_FACETS,
    kinds: Sequence[str] = tuple(BoundaryKind),
    maximum_sigma: int = 15,
) -> list[BoundaryCandidate]:
    """Return for each plane the boundary of each kind that has the smallest cell.

    A twist that the symmetry of the crystal makes a tilt is left out: by half a turn about [021],
    for example, the very boundary Sigma5[100](021) is made.
    Of equal cells the symmetric one is taken (planes of the two grains that differ by signs alone),
    then the shortest axis, then the smallest sigma. On (021) the tilt is Sigma5[100](021), that
    of Kim et al. (Nano Energy 2024, 109436).

    Parameters
    ----------
    planes
        Miller indices in the first grain.
    kinds
        ``tilt``, ``twist`` or both.
    maximum_sigma
        Largest sigma to consider.

    Raises
    ------
    InputError
        If a plane is not three coprime integers, a kind is unknown, or a plane has no boundary up
        to `maximum_sigma`.
    """
    if not len(planes) or not len(kinds):
        raise InputError("boundary candidates need at least one plane and one kind")
    return [
        _smallest(check_indices(plane), kind, maximum_sigma) for plane in planes for kind in kinds
    ]


@functools.cache
def _smallest(plane: Indices, kind: str, maximum_sigma: int) -> BoundaryCandidate:
    """Return the candidate of one kind on one plane that has the smallest cell."""
    ranked = [
        (_rank(candidate), candidate)
        for axis in _axes(plane, kind)
        for sigma in range(3, maximum_sigma + 1, 2)
        if _exists(sigma, axis)
        for candidate in [BoundaryCandidate(sigma, axis, plane)]
        if kind == BoundaryKind.TILT or not is_tilt_by_symmetry(candidate)
    ]
    if not ranked:
        raise InputError(
            f"plane {plane} has no {kind} boundary up to sigma {maximum_sigma}: raise that limit"
        )
    return min(ranked, key=lambda entry: entry[0])[1]


def is_tilt_by_symmetry(candidate: BoundaryCandidate) -> bool:
    """Say whether an equivalent rotation, other than a half turn, has its axis in the plane.

    Rotations R and S R T describe the same boundary if S and T belong to the crystal's point group
    -43m, S keeps the plane, and both are proper or both improper. Half turns do not count: any
    twist becomes one about an axis in the plane where a twofold axis of the crystal lies in it.
    """
    rotation = boundary_geometry(
        candidate.sigma, candidate.axis, candidate.plane, candidate.angle
    ).rotation
    normal, group = np.array(candidate.plane), _point_group()
    keeping = [s for s in group if abs(s @ normal @ normal) == normal @ normal]
    for first, second in product(keeping, group):
        turn = first @ rotation.numerator @ second
        skew = turn - turn.T
        axis = np.array([skew[2, 1], skew[0, 2], skew[1, 0]])
        if round(np.linalg.det(first @ second)) == 1 and axis.any() and not axis @ normal:
            return True
    return False


def _point_group() -> list[NDArray[np.int64]]:
    """Return -43m: permutations of the axes with an even number of them reversed, (3, 3) each."""
    return [
        np.eye(3, dtype=np.int64)[list(order)] * np.array(signs)
        for order in permutations(range(3))
        for signs in product((1, -1), repeat=3)
        if np.prod(signs) == 1
    ]


def _axes(plane: Indices, kind: str) -> list[Indices]:
    """Return the axes of low index that make a tilt, or the normal."""
    if kind not in tuple(BoundaryKind):
        raise InputError(f"boundary kind {kind!r} is neither tilt nor twist")
    if kind == BoundaryKind.TWIST:
        return [plane]
    reach = range(-_LARGEST_AXIS_INDEX, _LARGEST_AXIS_INDEX + 1)
    return [
        axis
        for axis in product(reach, reach, reach)
        if axis > (0, 0, 0)
        and np.gcd.reduce(axis) == 1
        and np.dot(axis, axis) <= _LARGEST_AXIS_SQUARE
        and np.dot(axis, plane) == 0
    ]


def _exists(sigma: int, axis: Indices) -> bool:
    try:
        return bool(coincidence_rotations(sigma, axis))
    except InputError:
        return False


def _rank(candidate: BoundaryCandidate) -> tuple[float, ...]:
    geometry = boundary_geometry(candidate.sigma, candidate.axis, candidate.plane)
    first, second = np.abs(np.array(geometry.planes))
    return (
        round(geometry.area, 6),
        float((first != second).any()),
        float(np.dot(candidate.axis, candidate.axis)),
        candidate.sigma,
        *(-float(n) for n in candidate.axis),
    )
