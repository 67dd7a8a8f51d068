"""Coincidence-site rotations of the cubic lattice, in exact integer arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import atan2, degrees, gcd, isqrt, sqrt

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.orientation import Indices, check_indices, plane_basis

IntArray = NDArray[np.int64]

MAXIMUM_SIGMA = 99
_ANGLE_TOLERANCE = 0.01  # degrees


@dataclass(frozen=True, eq=False)
class CoincidenceRotation:
    """A rotation that brings 1/sigma of a cubic lattice onto itself.

    Parameters
    ----------
    sigma
        Reciprocal density of coincidence sites.
    angle
        In degrees.
    numerator, denominator
        The rotation matrix, shape (3, 3), as integers over one integer.
    """

    sigma: int
    angle: float
    numerator: IntArray
    denominator: int

    def inverse_image(self, vectors: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
        """Return vectors (..., 3) in the axes of the turned grain, and whether they are integer."""
        scaled = vectors @ self.numerator
        return scaled // self.denominator, (scaled % self.denominator == 0).all(axis=-1)

    def turned_plane(self, plane: Indices) -> Indices:
        """Return the Miller indices that a plane of the first grain has in the turned grain."""
        scaled = np.array(plane) @ self.numerator
        h, k, l = (scaled // np.gcd.reduce(scaled)).tolist()  # noqa: E741
        return int(h), int(k), int(l)


@dataclass(frozen=True, eq=False)
class BoundaryGeometry:
    """The lattice of a grain boundary: what both grains have in common in its plane.

    Parameters
    ----------
    rotation
        Turns the first grain's lattice into the second's.
    planes
        Miller indices of the boundary in the axes of either grain.
    in_plane
        The two shortest vectors common to both, in the axes of either grain; two arrays (2, 3).
    """

    rotation: CoincidenceRotation
    planes: tuple[Indices, Indices]
    in_plane: tuple[IntArray, IntArray]

    @property
    def area(self) -> float:
        """Area of the boundary cell in units of the squared lattice constant."""
        return float(np.linalg.norm(np.cross(*self.in_plane[0])))


def coincidence_rotations(sigma: int, axis: Sequence[int]) -> list[CoincidenceRotation]:
    """Return all rotations of one sigma about an axis, by rising angle up to 180 degrees.

    From Ranganathan's formula (Acta Cryst. 1966, 21, 197): ``tan(angle/2) = (n/m) |axis|`` and
    sigma is ``m^2 + n^2 |axis|^2`` divided by its factors of two.

    Raises
    ------
    InputError
        If the axis is not three coprime integers or no such rotation exists.
    """
    h = check_indices(axis, "rotation axis")
    found = _rotations_about(h)
    matching = sorted((r for r in found if r.sigma == sigma), key=lambda r: r.angle)
    if sigma < 3 or not matching:
        known = sorted({r.sigma for r in found if 3 <= r.sigma <= 50})
        raise InputError(
            f"sigma {sigma} does not exist for rotations about {h}: choose one of "
            f"{', '.join(map(str, known))}"
        )
    return matching


@lru_cache(maxsize=256)
def _rotations_about(axis: Indices) -> tuple[CoincidenceRotation, ...]:
    """Return the rotations of every sigma; a screening of boundaries asks for them many times."""
    return tuple(
        _rotation(m, n, axis)
        for m, n in product(range(2 * isqrt(MAXIMUM_SIGMA) + 2), repeat=2)
        if n and gcd(m, n) == 1
    )


def _rotation(m: int, n: int, axis: Indices) -> CoincidenceRotation:
    v = n * np.array(axis)
    square = int(v @ v)
    norm = m * m + square
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    numerator = (m * m - square) * np.eye(3, dtype=np.int64) + 2 * np.outer(v, v) + 2 * m * cross
    common = int(np.gcd.reduce([norm, *numerator.ravel()]))
    return CoincidenceRotation(
        sigma=norm // (norm & -norm),
        angle=degrees(2 * atan2(sqrt(square), m)),
        numerator=numerator // common,
        denominator=norm // common,
    )


def boundary_geometry(
    sigma: int, axis: Sequence[int], plane: Sequence[int], angle: float | None = None
) -> BoundaryGeometry:
    """Return the geometry of a tilt or twist boundary.

    Parameters
    ----------
    sigma
        Reciprocal density of coincidence sites.
    axis
        Rotation axis, three coprime integers.
    plane
        Miller indices of the boundary in the first grain: it contains the axis (tilt) or is
        normal to it (twist).
    angle
        In degrees; by default the one that gives the smallest boundary cell, which for a tilt is
        that of the symmetric boundary. A rotation by minus the angle is the same choice.

    Raises
    ------
    InputError
        If sigma does not exist for the axis, the plane is neither kind, or no rotation has the
        angle.
    """
    h, normal = check_indices(axis, "rotation axis"), check_indices(plane)
    if np.dot(h, normal) and np.cross(h, normal).any():
        raise InputError(
            f"plane {normal} neither contains the axis {h} (tilt) nor is normal to it (twist): "
            "choose a plane with h*u + k*v + l*w = 0 or one parallel to the axis"
        )
    rotations = coincidence_rotations(sigma, h)
    if angle is not None:
        close = [r for r in rotations if abs(r.angle - abs(angle)) < _ANGLE_TOLERANCE]
        if not close:
            known = ", ".join(f"{r.angle:.3f}" for r in rotations)
            raise InputError(f"no sigma {sigma} rotation about {h} by {angle} degrees: {known}")
        rotations = close
    geometries = [_geometry(r, normal) for r in rotations + [_reversed(r) for r in rotations]]
    return min(geometries, key=lambda g: (round(g.area, 6), _asymmetry(g), g.rotation.angle))


def _reversed(rotation: CoincidenceRotation) -> CoincidenceRotation:
    return CoincidenceRotation(
        rotation.sigma, rotation.angle, rotation.numerator.T, rotation.denominator
    )


def _asymmetry(geometry: BoundaryGeometry) -> int:
    """Return 0 if the planes differ by signs alone, as in the symmetric tilt of (021) and (02-1).

    This tells that boundary (53.13 degrees for sigma 5) from the one between (021) and (012)
    (36.87 degrees), which has the same cell but is another one, as F-43m has no fourfold axis.
    """
    first, second = np.abs(np.array(geometry.planes))
    return int(np.abs(first - second).sum())


def _geometry(rotation: CoincidenceRotation, plane: Indices) -> BoundaryGeometry:
    first = _common_basis(rotation, plane)
    second, _ = rotation.inverse_image(first)
    return BoundaryGeometry(rotation, (plane, rotation.turned_plane(plane)), (first, second))


def _common_basis(rotation: CoincidenceRotation, plane: Indices) -> IntArray:
    """Return the two shortest vectors of a plane that are lattice vectors of both grains."""
    basis = plane_basis(plane)
    reach = rotation.denominator
    steps = np.array(list(product(range(-reach, reach + 1), repeat=2)))
    vectors = steps @ basis
    _, common = rotation.inverse_image(vectors)
    vectors = vectors[common & vectors.any(axis=1)]
    order = np.lexsort((-vectors[:, 2], -vectors[:, 1], -vectors[:, 0], (vectors**2).sum(axis=1)))
    vectors = vectors[order]
    areas = np.cross(vectors[0], vectors) @ np.array(plane)
    smallest = areas[areas > 0].min()
    return np.array([vectors[0], vectors[areas == smallest][0]])
