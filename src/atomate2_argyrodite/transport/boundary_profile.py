"""What lies where across a boundary: density of every element, displacement of every atom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.structures.geometry import tetrahedral_bonds
from atomate2_argyrodite.transport.frames import FrameBlock
from atomate2_argyrodite.transport.slabs import BoundarySlabs, period, slab_frame
from atomate2_argyrodite.transport.trajectory import Trajectory
from atomate2_argyrodite.transport.unwrapping import to_fractional

FloatArray = NDArray[np.float64]

BIN_ANGSTROM = 0.5
FRAMES_PER_WINDOW = 20
"""Frames of each window that are looked at atom by atom (pairs, units, coordination)."""
UNIT_SULPHUR, FREE_SULPHUR = "S(PS4)", "S(free)"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One frame: positions (atoms, 3) and cell (3, 3) in Å, fractions along the normal (atoms,)."""

    positions: FloatArray
    cell: FloatArray
    fractions: FloatArray


@dataclass(frozen=True, eq=False)
class BoundaryProfile:
    """Time averages of all atoms, resolved across the boundary.

    Parameters
    ----------
    places
        Middles of the bins along the normal in Å from the first plane, shape (bins,).
    densities
        Kind of atom -> atoms per Å^3, shape (bins,). Sulphur is divided into that of PS4 units and
        the free one.
    kinds
        Kind of every atom.
    starts
        Mean place of every atom in the first tenth of the run, in the frame of the slabs, from the
        first plane, in Å: along, in the plane, across; within the cell, shape (atoms, 3).
    displacements
        Its displacement from there to the mean place in the last tenth, in Å, shape (atoms, 3).
    slabs
        Slab of every atom at its start, shape (atoms,).
    early, late
        Frames of the first and the last window of `window_ps`: positions (atoms, 3), cell (3, 3)
        and fractions along the normal, relative to the framework (atoms,).
    window_ps
        Length of these windows in ps.
    """

    places: FloatArray
    densities: dict[str, FloatArray]
    kinds: NDArray[np.str_]
    starts: FloatArray
    displacements: FloatArray
    slabs: NDArray[np.int8]
    early: tuple[Snapshot, ...]
    late: tuple[Snapshot, ...]
    window_ps: float


def kinds_of(
    species: Sequence[str], numbers: NDArray[np.int64], positions: FloatArray, cell: FloatArray
) -> NDArray[np.str_]:
    """Return the kind of every atom: its element, and of sulphur whether a PS4 unit holds it."""
    kinds = np.array(species, dtype="U8")
    _, sulphurs, _ = tetrahedral_bonds(numbers, positions, cell)
    kinds[kinds == "S"] = FREE_SULPHUR
    kinds[sulphurs] = UNIT_SULPHUR
    return kinds


def boundary_profile(
    trajectory: Trajectory,
    slabs: BoundarySlabs,
    mobile: str,
    mean_cell: FloatArray,
    numbers: NDArray[np.int64],
    window_ps: float,
) -> BoundaryProfile:
    """Read a trajectory once.

    Parameters
    ----------
    trajectory
        The trajectory of a bicrystal.
    slabs
        Its division.
    mobile
        The mobile species: all other atoms are the framework that positions refer to.
    mean_cell
        Mean cell vectors as rows in Å.
    numbers
        Atomic number of every atom.
    window_ps
        Length of the first and the last window whose frames are kept.
    """
    reader = _Reader(trajectory, slabs, mobile, mean_cell, numbers, window_ps)
    for block in trajectory.blocks():
        reader.take_in(block)
    return reader.result(window_ps)


class _Reader:
    """Takes blocks of frames in; holds sums and the few frames that are kept."""

    def __init__(
        self,
        trajectory: Trajectory,
        slabs: BoundarySlabs,
        mobile: str,
        mean_cell: FloatArray,
        numbers: NDArray[np.int64],
        window_ps: float,
    ) -> None:
        self._slabs, self._cell, self._numbers = slabs, mean_cell, numbers
        self._species = trajectory.species
        self._framework = np.flatnonzero(np.array(trajectory.species) != mobile)
        self._height = period(mean_cell, slabs.axis)
        self._n_bins = max(1, round(self._height / BIN_ANGSTROM))
        n_frames = trajectory.n_frames
        window = min(round(window_ps / trajectory.time_step_ps) + 1, n_frames)
        offsets = np.unique(np.linspace(0, window - 1, FRAMES_PER_WINDOW).round().astype(int))
        self._picked = (set(offsets.tolist()), set((n_frames - window + offsets).tolist()))
        tenth = max(1, n_frames // 10)
        self._tenths = ((0, tenth), (n_frames - tenth, n_frames))
        self._means = np.zeros((2, len(numbers), 3))
        self._snapshots: tuple[list[Snapshot], list[Snapshot]] = ([], [])
        self._origin: FloatArray | None = None
        self._counts = np.zeros(0)
        self._kinds = np.zeros(0, dtype="U8")
        self._frames = 0

    def _begin(self, block: FrameBlock, centre: FloatArray) -> None:
        self._origin = centre
        first = np.asarray(block.positions[0], dtype=np.float64)
        self._kinds = kinds_of(self._species, self._numbers, first, block.cells[0])
        self._names, self._code = np.unique(self._kinds, return_inverse=True)
        self._counts = np.zeros(len(self._names) * self._n_bins)

    def take_in(self, block: FrameBlock) -> None:
        """Add the frames of a block."""
        fractional = to_fractional(block.positions, block.cells)
        centre = fractional[:, self._framework].mean(axis=1, keepdims=True)
        if self._origin is None:
            self._begin(block, centre[0])
        fractional -= centre - self._origin
        self._count(fractional[:, :, self._slabs.axis])
        for k, (begin, end) in enumerate(self._tenths):
            part = slice(max(0, begin - self._frames), max(0, end - self._frames))
            self._means[k] += fractional[part].sum(axis=0)
        for kept, wanted in zip(self._snapshots, self._picked, strict=True):
            for k in range(len(block)):
                if self._frames + k in wanted:
                    place = fractional[k, :, self._slabs.axis].copy()
                    position = np.asarray(block.positions[k], dtype=np.float64)
                    kept.append(Snapshot(position, block.cells[k], place))
        self._frames += len(block)

    def _count(self, fractions: FloatArray) -> None:
        bins = (fractions - self._slabs.planes[0]) % 1.0 * self._n_bins
        index = np.minimum(bins.astype(np.intp), self._n_bins - 1)
        index += self._code * self._n_bins
        self._counts += np.bincount(index.ravel(), minlength=self._counts.size)

    def result(self, window_ps: float) -> BoundaryProfile:
        """Return the averages."""
        axis, frame = self._slabs.axis, slab_frame(self._cell, self._slabs.axis)
        begin, end = self._means / np.array([[[b - a]] for a, b in self._tenths])
        shifted = begin.copy()
        shifted[:, axis] -= self._slabs.planes[0]
        volume = abs(float(np.linalg.det(self._cell))) / self._n_bins
        density = self._counts.reshape(-1, self._n_bins) / (self._frames * volume)
        return BoundaryProfile(
            places=(np.arange(self._n_bins) + 0.5) * self._height / self._n_bins,
            densities={str(name): density[k] for k, name in enumerate(self._names)},
            kinds=self._kinds,
            starts=shifted % 1.0 @ self._cell @ frame.T,
            displacements=(end - begin) @ self._cell @ frame.T,
            slabs=self._slabs.locate(begin[:, axis], self._cell),
            early=tuple(self._snapshots[0]),
            late=tuple(self._snapshots[1]),
            window_ps=window_ps,
        )
