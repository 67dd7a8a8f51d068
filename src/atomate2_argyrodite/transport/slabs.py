"""Slabs parallel to a grain boundary, by distance from the nearer of its periodic planes."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.errors import InputError

FloatArray = NDArray[np.float64]

SLAB_NAMES = ("GB", "Near_GB", "Far_GB", "Bulk")
"""Slabs of Kim et al. (Nano Energy 2024, 109436, Fig. 5c), from the boundary inwards."""
SLAB_THICKNESS_ANGSTROM = 10.0
_LEAST_ORDER = 0.9
"""Of the mean phase of the framework against a reference: below it atoms are in another order."""


@dataclass(frozen=True)
class BoundarySlabs:
    """How a bicrystal is divided.

    The planes are fixed to the framework (all atoms but the mobile ones): they drift with it, and
    they stretch with the cell, because positions are taken as fractional coordinates relative to
    the mean of the framework. Distances are measured in the mean cell, so that the slabs do not
    breathe with it.

    Parameters
    ----------
    planes
        Places of the boundary planes along the normal, in fractions of the period, as they lie in
        the first frame of the trajectory.
    thickness
        Thickness of every slab but the last, in Å, on each side of a plane: the first slab is twice
        as thick and holds the plane in its middle.
    names
        Names of the slabs from the plane inwards; the last one is what remains between two planes.
    axis
        The cell vector that joins the planes (0, 1, 2); the other two span them.

    Raises
    ------
    InputError
        If the planes are not known or no fractions, names occur twice, or the thickness is no
        length.
    """

    planes: tuple[float, ...]
    thickness: float = SLAB_THICKNESS_ANGSTROM
    names: tuple[str, ...] = SLAB_NAMES
    axis: int = 2

    def __post_init__(self) -> None:
        if not self.planes or not np.isfinite(self.planes).all():
            raise InputError(
                f"the boundary planes are not known (got {list(self.planes)}): give their places "
                "along the normal as fractions of the cell, for example 0 and 0.5"
            )
        ends = sorted(plane % 1.0 for plane in self.planes)
        if len(ends) > 1 and min(self._gaps()) < 1e-3:
            raise InputError(f"boundary planes {list(self.planes)} coincide: name each once")
        if not 0 < self.thickness < np.inf:
            raise InputError(f"slab thickness {self.thickness!r} Å must be a length above 0")
        if len(self.names) < 2 or len(set(self.names)) < len(self.names) or "" in self.names:
            raise InputError(
                f"slabs need at least two different names, got {list(self.names)}: the first is "
                "the boundary, the last the bulk"
            )
        if self.axis not in (0, 1, 2):
            raise InputError(f"axis {self.axis!r} is no cell vector: choose 0, 1 or 2")

    def _gaps(self) -> list[float]:
        ends = sorted(plane % 1.0 for plane in self.planes)
        return [after - before for before, after in pairwise([*ends, ends[0] + 1.0])]

    def check(self, cell: FloatArray) -> None:
        """Refuse slabs that leave no bulk between two planes.

        Parameters
        ----------
        cell
            Cell vectors as rows in Å.

        Raises
        ------
        InputError
            With the largest thickness that the cell allows.
        """
        half = min(self._gaps()) * period(cell, self.axis) / 2
        count = len(self.names) - 1
        if count * self.thickness >= half:
            raise InputError(
                f"{count} slabs of {self.thickness:g} Å leave no {self.names[-1]} between planes "
                f"that are {2 * half:.1f} Å apart: choose a thickness below {half / count:.1f} Å, "
                "or fewer slabs"
            )

    def distances(self, fractions: ArrayLike, cell: FloatArray) -> FloatArray:
        """Return the distance in Å from the nearer plane, of the shape of `fractions`."""
        places = np.asarray(fractions, dtype=np.float64)
        nearest = np.full(places.shape, np.inf)
        for plane in self.planes:
            offset = places - (plane - 0.5)
            np.subtract(offset, np.floor(offset) + 0.5, out=offset)
            np.minimum(nearest, np.abs(offset, out=offset), out=nearest)
        return np.asarray(nearest * period(cell, self.axis))

    def locate(self, fractions: ArrayLike, cell: FloatArray) -> NDArray[np.int8]:
        """Return the index of the slab of places given as fractions along the normal."""
        return self.index(self.distances(fractions, cell))

    def index(self, distances: FloatArray) -> NDArray[np.int8]:
        """Return the index of the slab at a distance in Å from the nearer plane."""
        return np.minimum(distances / self.thickness, len(self.names) - 1).astype(np.int8)

    def limits(self, cell: FloatArray) -> list[tuple[float, float]]:
        """Return between which distances from the plane in Å each slab lies."""
        count = len(self.names) - 1
        ends = [k * self.thickness for k in range(count + 1)]
        farthest = max(self._gaps()) * period(cell, self.axis) / 2
        return list(pairwise([*ends, farthest]))

    def widths(self, cell: FloatArray) -> FloatArray:
        """Return the thickness in Å of one connected slab of each name, shape (slabs,).

        The first is one on both sides of a plane; of the last, the mean over the grains is taken.
        """
        count = len(self.names) - 1
        gap = float(np.mean(self._gaps())) * period(cell, self.axis)
        middle = [self.thickness] * (count - 1)
        return np.array([2 * self.thickness, *middle, gap - 2 * count * self.thickness])

    def volume_fractions(self, cell: FloatArray) -> FloatArray:
        """Return the part of the volume that each slab takes, shape (slabs,)."""
        each = 2 * self.thickness * len(self.planes) / period(cell, self.axis)
        count = len(self.names) - 1
        return np.array([each] * count + [1 - each * count])

    def moved_to(
        self, reference: FloatArray, present: FloatArray, framework: NDArray[np.intp]
    ) -> Self:
        """Return the slabs with planes that are known in a reference, as they lie in a frame.

        Parameters
        ----------
        reference, present
            Fractional coordinates of all atoms, shape (atoms, 3), in the structure in which the
            planes are known and in the first frame; atoms may be wrapped in either.
        framework
            Indices of the atoms to which the planes are fixed.

        Raises
        ------
        InputError
            If the framework does not correspond, atom by atom.
        """
        if len(reference) != len(present):
            raise InputError(
                f"the structure has {len(reference)} atoms, the trajectory {len(present)}: give "
                "the bicrystal that was simulated"
            )
        shift = (present - reference)[framework, self.axis]
        phase = complex(np.exp(2j * np.pi * shift).mean())
        if abs(phase) < _LEAST_ORDER:
            raise InputError(
                "the atoms of the structure do not lie where those of the trajectory begin: give "
                "the bicrystal that was simulated, its atoms in the same order"
            )
        middle = float(np.angle(phase)) / (2 * np.pi)
        rest = (shift - middle + 0.5) % 1.0 - 0.5
        moved = middle + float(rest.mean())
        return replace(self, planes=tuple(plane + moved for plane in self.planes))


def period(cell: FloatArray, axis: int) -> float:
    """Return the distance in Å between the faces that a cell vector joins."""
    return 1 / float(np.linalg.norm(np.linalg.inv(cell)[:, axis]))


def slab_frame(cell: FloatArray, axis: int) -> FloatArray:
    """Return an orthonormal frame as rows: along the first vector in the plane, in it, across.

    For a tilt boundary as `structures.grain_boundary` builds it, the first is the tilt axis.
    """
    first, second = (cell[k] for k in ((1, 2), (2, 0), (0, 1))[axis])
    along = first / np.linalg.norm(first)
    across = np.cross(first, second)
    across /= np.linalg.norm(across)
    return np.stack([along, np.cross(across, along), across])
