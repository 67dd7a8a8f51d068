"""Where the framework is on average, and where ions are in that average crystal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.frames import FrameBlock
from atomate2_argyrodite.transport.trajectory import Trajectory
from atomate2_argyrodite.transport.unwrapping import to_fractional

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class MeanFramework:
    """Average positions of the atoms of a trajectory, without drift and breathing of the cell.

    Parameters
    ----------
    trajectory
        Where they come from.
    framework
        Indices of the atoms that do not move on.
    cell
        Average cell vectors as rows in Å.
    fractional
        Average fractional coordinates of all atoms, shape (atoms, 3); the origin is fixed to the
        framework as in the first frame. Meaningful for atoms that stay in their place.
    first
        Fractional coordinates in the first frame.
    """

    trajectory: Trajectory
    framework: NDArray[np.intp]
    cell: FloatArray
    fractional: FloatArray
    first: FloatArray

    @classmethod
    def of(cls, trajectory: Trajectory, mobile: str = "Li") -> Self:
        """Read a trajectory once.

        Raises
        ------
        TrajectoryError
            If the mobile species is absent, or there is nothing else.
        """
        framework = np.setdiff1d(np.arange(trajectory.n_atoms), trajectory.indices(mobile))
        if not framework.size:
            raise TrajectoryError(
                f"the trajectory holds nothing but {mobile}: there is no framework to refer to"
            )
        total, cells, count = np.zeros((trajectory.n_atoms, 3)), np.zeros((3, 3)), 0
        first = origin = None
        for block in trajectory.blocks():
            fractional = to_fractional(block.positions, block.cells)
            centre = fractional[:, framework].mean(axis=1, keepdims=True)
            if first is None or origin is None:
                first, origin = fractional[0], centre[0]
            total += (fractional - centre + origin).sum(axis=0)
            cells += block.cells.sum(axis=0)
            count += len(block)
        if first is None:
            raise TrajectoryError("the trajectory holds no frame: simulate, or name another file")
        return cls(trajectory, framework, cells / count, total / count, first)

    def blocks(self) -> Iterator[tuple[FrameBlock, FloatArray]]:
        """Yield blocks of frames, and fractional coordinates in the average crystal.

        Shape (frames, atoms, 3). Multiplied by `cell` they are positions free of drift.
        """
        origin = self.first[self.framework].mean(axis=0)
        for block in self.trajectory.blocks():
            fractional = to_fractional(block.positions, block.cells)
            centre = fractional[:, self.framework].mean(axis=1, keepdims=True)
            yield block, fractional - centre + origin
