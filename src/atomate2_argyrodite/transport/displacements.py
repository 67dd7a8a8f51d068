"""Displacements of the mobile ions against the framework, atom by atom, in bounded memory."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.trajectory import Trajectory
from atomate2_argyrodite.transport.unwrapping import to_fractional

MEMORY_BYTES = 128 * 1024**2
"""Size above which displacements wait in a temporary file instead of in memory."""
GROUP_BYTES = 8 * 1024**2
"""Size of the displacements of the ions that are analysed at a time, in double precision."""


@dataclass
class _IonMajorStore:
    """Single-precision displacements, written frame by frame and read ion by ion."""

    n_ions: int
    file: tempfile.SpooledTemporaryFile[bytes] = field(
        default_factory=lambda: tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)
    )
    block_lengths: list[int] = field(default_factory=list)

    def append(self, displacements: NDArray[np.float64]) -> None:
        """Store a block of shape (frames, ions, 3)."""
        ion_major = np.ascontiguousarray(displacements.transpose(1, 2, 0), dtype=np.float32)
        self.file.write(ion_major.tobytes())
        self.block_lengths.append(len(displacements))

    def read(self, ions: slice) -> NDArray[np.float64]:
        """Return the displacements of some ions, shape (ions, 3, frames)."""
        count = ions.stop - ions.start
        result = np.empty((count, 3, sum(self.block_lengths)))
        offset = frame = 0
        for length in self.block_lengths:
            self.file.seek(offset + 12 * length * ions.start)
            raw = np.frombuffer(self.file.read(12 * length * count), dtype=np.float32)
            result[:, :, frame : frame + length] = raw.reshape(count, 3, length)
            offset += 12 * length * self.n_ions
            frame += length
        return result


@dataclass(frozen=True)
class MobileDisplacements:
    """Displacements of one species since the first frame, in the mean cell and without drift.

    Positions are taken as fractional coordinates, relative to the mean of the framework, and are scaled by the
    mean cell. That removes drift, and the affine breathing of the cell, which would otherwise add a noise that
    grows with the number of cells an ion has crossed (von Bulow, Bullerjahn and Hummer, J. Chem. Phys. 153,
    021101 (2020)).

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
    store: _IonMajorStore

    def groups(self) -> Iterator[NDArray[np.float64]]:
        """Yield Cartesian displacements in Å of groups of ions, shape (ions, 3, frames)."""
        size = max(1, GROUP_BYTES // (24 * self.n_frames))
        for start in range(0, self.n_ions, size):
            fractional = self.store.read(slice(start, min(start + size, self.n_ions)))
            yield np.einsum("iaf,ab->ibf", fractional, self.mean_cell)


def mobile_displacements(trajectory: Trajectory, species: str) -> MobileDisplacements:
    """Read a trajectory once and collect the displacements of one species.

    The framework is every other atom; where there is none, it is the mean of the species itself.

    Raises
    ------
    TrajectoryError
        If the species is absent or the trajectory has no frames.
    """
    mobile = trajectory.indices(species)
    framework = np.setdiff1d(np.arange(trajectory.n_atoms), mobile)
    reference = framework if framework.size else mobile
    store = _IonMajorStore(mobile.size)
    origin: NDArray[np.float64] | None = None
    cells, volumes, totals = np.zeros((3, 3)), 0.0, []
    for block in trajectory.blocks():
        centre = block.positions[:, reference].mean(axis=1, dtype=np.float64, keepdims=True)
        ions = to_fractional(block.positions[:, mobile] - centre, block.cells)
        origin = ions[0] if origin is None else origin
        displacements = ions - origin
        store.append(displacements)
        totals.append(displacements.sum(axis=1))
        cells += block.cells.sum(axis=0)
        volumes += float(np.abs(np.linalg.det(block.cells)).sum())
    if not totals:
        raise TrajectoryError("the trajectory holds no frame: the run ended before its first one")
    total = np.concatenate(totals)
    n_frames = len(total)
    return MobileDisplacements(
        n_ions=mobile.size,
        n_frames=n_frames,
        time_step_ps=trajectory.time_step_ps,
        mean_cell=cells / n_frames,
        mean_volume=volumes / n_frames,
        total=(total @ (cells / n_frames)).T,
        store=store,
    )
