"""Ions that move together: how much wider that makes the error of a mean over ions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.transport.displacements import MobileDisplacements


@dataclass
class ConcertedMotion:
    """How much the ions' squared displacements vary together in time, lag by lag.

    For lags t of 1, 2, 4, ... frames, time origins are cut into blocks of t frames, and the rise of
    the squared displacement from t to 2t is averaged in every block. The variance over blocks of
    the sum over ions, over the sum of the single ions' variances, is 1 for independent ions, and g
    where g ions always move together.

    Parameters
    ----------
    octaves
        The lags in frames.
    summed, single
        Squared deviations over blocks of the sum over ions and summed over single ions, Å^4.
    blocks
        Number of blocks.
    """

    octaves: NDArray[np.intp]
    summed: NDArray[np.float64]
    single: NDArray[np.float64]
    blocks: NDArray[np.float64]

    @classmethod
    def of(cls, n_frames: int) -> "ConcertedMotion":
        """Return the statistics before any ion is seen; lags reach a quarter of the frames."""
        octaves = 2 ** np.arange((n_frames // 4).bit_length(), dtype=np.intp)
        zeros = np.zeros(len(octaves))
        return cls(octaves, zeros, zeros.copy(), zeros.copy())

    def add_replica(self, moved: MobileDisplacements) -> None:
        """Add the ions of one trajectory."""
        counts = [(moved.n_frames - 2 * lag) // lag for lag in self.octaves]
        sums = [np.zeros(count) for count in counts]
        for group in moved.groups():
            shorter = _squared_displacements(group, 1)
            for index, (lag, count) in enumerate(zip(self.octaves, counts, strict=True)):
                longer = _squared_displacements(group, 2 * lag)
                rise = longer[:, : lag * count] - shorter[:, : lag * count]
                means = rise.reshape(len(group), count, lag).mean(axis=-1)
                sums[index] += means.sum(axis=0)
                self.single[index] += means.var(axis=1).sum() * count
                shorter = longer
        self.summed += [total.var() * count for total, count in zip(sums, counts, strict=True)]
        self.blocks += counts

    def excess(self, lag: int) -> float:
        """Return the factor, at least 1, by which concert widens the variance at a lag."""
        index = self._index(lag)
        if self.single[index] <= 0:
            return 1.0
        return max(1.0, float(self.summed[index] / self.single[index]))

    def blocks_at(self, lag: int) -> float:
        """Return the number of blocks that `excess` at a lag comes from."""
        return float(self.blocks[self._index(lag)])

    def _index(self, lag: int) -> int:
        return int(np.searchsorted(self.octaves, lag))


def _squared_displacements(x: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """Return squared displacements of every origin, shape (ions, frames - lag)."""
    step = x[:, :, lag:] - x[:, :, :-lag]
    squares: NDArray[np.float64] = np.einsum("iaf,iaf->if", step, step)
    return squares
