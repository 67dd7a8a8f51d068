"""Integer lattice vectors of a cubic crystal along and across a Miller plane."""

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError

IntArray = NDArray[np.int64]
Indices = tuple[int, int, int]
_MAXIMUM_INDEX = 6


def check_indices(indices: Sequence[int], what: str = "Miller plane") -> Indices:
    """Return three coprime integers.

    Raises
    ------
    InputError
        If there are not three integers, all are zero, one exceeds 6 in size, or they have a
        common divisor.
    """
    if len(indices) != 3 or any(int(n) != n for n in indices):
        raise InputError(f"{what} {indices!r} must be three integers, such as (0, 2, 1)")
    h, k, l = (int(n) for n in indices)  # noqa: E741 - the field's name
    divisor = int(np.gcd.reduce([h, k, l]))
    if divisor == 0:
        raise InputError(f"{what} (0, 0, 0) has no direction: give one like (0, 2, 1)")
    if divisor > 1:
        raise InputError(
            f"{what} {(h, k, l)} has the common divisor {divisor}: write "
            f"{(h // divisor, k // divisor, l // divisor)}"
        )
    if max(abs(h), abs(k), abs(l)) > _MAXIMUM_INDEX:
        raise InputError(f"{what} {(h, k, l)} exceeds {_MAXIMUM_INDEX}: its cell would be huge")
    return h, k, l


@cache
def _integer_vectors(reach: int) -> IntArray:
    vectors = np.array(list(product(range(-reach, reach + 1), repeat=3)), dtype=np.int64)
    # shortest first; among equals the one whose first components are largest: (1, 0, 0) leads
    order = np.lexsort((-vectors[:, 2], -vectors[:, 1], -vectors[:, 0], (vectors**2).sum(axis=1)))
    return vectors[order]


def plane_basis(plane: Indices) -> IntArray:
    """Return the two shortest lattice vectors that span a plane of the cubic lattice, (2, 3).

    Their cross product is the plane's normal (h, k, l), so that they and the normal are
    right-handed.
    """
    normal = np.array(plane)
    vectors = _integer_vectors(max(abs(n) for n in plane) + 1)
    inside = vectors[(vectors @ normal == 0) & vectors.any(axis=1)]
    first = inside[0]
    crosses = np.cross(first, inside)
    second = inside[(crosses == normal).all(axis=1)][0]
    return np.array([first, second])


def layer_vector(plane: Indices) -> IntArray:
    """Return the lattice vector to the next layer of a plane with the least sideways step, (3,)."""
    normal = np.array(plane)
    vectors = _integer_vectors(max(abs(n) for n in plane) + 1)
    return np.asarray(vectors[vectors @ normal == 1][0])


def standard_frame(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rotation that brings the first vector along x and the second into the xy plane.

    Parameters
    ----------
    vectors
        At least two vectors as rows, shape (>= 2, 3).

    Returns
    -------
    numpy.ndarray
        Proper rotation Q, shape (3, 3); apply it to rows as ``rows @ Q.T``. z is the direction of
        the first vector crossed with the second.
    """
    x = vectors[0] / np.linalg.norm(vectors[0])
    z = np.cross(vectors[0], vectors[1])
    z = z / np.linalg.norm(z)
    return np.array([x, np.cross(z, x), z])
