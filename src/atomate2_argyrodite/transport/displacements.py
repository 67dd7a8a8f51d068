"""Displacements of the mobile ions against the framework, ion by ion, in bounded memory."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.transport.trajectory import Trajectory
from atomate2_argyrodite.transport.unwrapping import to_fractional

MEMORY_BYTES = 128 * 1024**2
"""Size above which displacements wait in a temporary file instead of in memory."""
GROUP_BYTES = 4 * 1024**2
"""Size of the displacements of the ions that are analysed at a time, in double precision."""


class _IonMajorStore:
    """Single-precision displacements, written block by block of frames and read ion by ion."""

    def __init__(self, n_ions: int) -> None:
        self.n_ions = n_ions
        self.block_lengths: list[int] = []
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115

    def append(self, displacements: NDArray[np.float64]) -> None:
        """Store a block of shape (frames, ions, 3)."""
        ion_major = displacements.transpose(1, 2, 0).astype(np.float32, order="C")
        self._file.write(ion_major.tobytes())
        self.block_lengths.append(len(displacements))

    def read(self, first: int, last: int) -> NDArray[np.float64]:
        """Return the displacements of ions `first` to `last - 1`, shape (ions, 3, frames)."""
        count = last - first
        result = np.empty((count, 3, sum(self.block_lengths)))
        offset = frame = 0
        for length in self.block_lengths:
            self._file.seek(offset + 12 * length * first)
            raw = np.frombuffer(self._file.read(12 * length * count), dtype=np.float32)
            result[:, :, frame : frame + length] = raw.reshape(count, 3, length)
            offset += 12 * length * self.n_ions
            frame += length
        return result

    def close(self) -> None:
        """Free memory or file."""
        self._file.close()


@dataclass(frozen=True)
class MobileDisplacements:
    """Displacements of one species since the first frame, in the mean cell and without drift.

    Positions are taken as fractional coordinates relative to the mean of the framework, and scaled
    by the mean cell. That removes drift and the affine breathing of the cell, which would otherwise
    add a noise that grows with the number of cells an ion has crossed (von Bülow, Bullerjahn and
    Hummer, J. Chem. Phys. 153, 021101 (2020)).

    Use as a context manager: the displacements live in a temporary file where they are large.

    Parameters
    ----------
    n_ions, n_frames
        Numbers of mobile ions and of frames.
    time_step_ps
        Time between frames in ps.
    mean_cell
        Average cell vectors as rows in Å.
    mean_volume
        Average volume of the cell in Å^3.
    total
        Sum of the displacements of all ions in Å, shape (3, frames).
    """

    n_ions: int
    n_frames: int
    time_step_ps: float
    mean_cell: NDArray[np.float64]
    mean_volume: float
    total: NDArray[np.float64]
    _store: _IonMajorStore

    @classmethod
    def from_trajectory(cls, trajectory: Trajectory, species: str) -> Self:
        """Read a trajectory once and collect the displacements of one species.

        The framework is every other atom; where there is none, the mean of the species itself.

        Raises
        ------
        TrajectoryError
            If the species is absent.
        """
        mobile = trajectory.indices(species)
        framework = np.setdiff1d(np.arange(trajectory.n_atoms), mobile)
        reference = framework if framework.size else mobile
        store = _IonMajorStore(mobile.size)
        origin: NDArray[np.float64] | None = None
        cells, volume, totals = np.zeros((3, 3)), 0.0, [np.empty((0, 3))]
        for block in trajectory.blocks():
            centre = block.positions[:, reference].mean(axis=1, dtype=np.float64, keepdims=True)
            fractional = to_fractional(block.positions[:, mobile] - centre, block.cells)
            origin = fractional[0] if origin is None else origin
            displacements = fractional - origin
            store.append(displacements)
            totals.append(displacements.sum(axis=1))
            cells += block.cells.sum(axis=0)
            volume += float(np.abs(np.linalg.det(block.cells)).sum())
        total = np.concatenate(totals)
        mean_cell = cells / len(total)
        return cls(
            n_ions=mobile.size,
            n_frames=len(total),
            time_step_ps=trajectory.time_step_ps,
            mean_cell=mean_cell,
            mean_volume=volume / len(total),
            total=(total @ mean_cell).T,
            _store=store,
        )

    def groups(self) -> Iterator[NDArray[np.float64]]:
        """Yield Cartesian displacements in Å of groups of ions, shape (ions, 3, frames)."""
        size = max(1, GROUP_BYTES // (24 * self.n_frames))
        for start in range(0, self.n_ions, size):
            fractional = self._store.read(start, min(start + size, self.n_ions))
            yield np.matmul(self.mean_cell.T, fractional)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._store.close()
