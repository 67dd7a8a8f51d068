"""How many ions a slab holds as time goes on, and whether it gains or loses them for real."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

FloatArray = NDArray[np.float64]

COUNT_BINS = 48
"""Intervals of time in which counts are averaged."""
SIGNIFICANCE = 0.01
_BINS_PER_BLOCK = 3
_FEWEST_EXCHANGED = 6.0


@dataclass(frozen=True)
class SlabAccumulation:
    """Change of the number of ions in one slab from the first to the last quarter of a run.

    Parameters
    ----------
    slab
        Its name.
    early, late
        Mean number of ions in the first and in the last quarter.
    relative_change, relative_error
        Change of that number over the early one, and its standard error; the error is None where
        too few ions were exchanged.
    p_value
        Probability of a change at least as large where ions come and go alike; None as the error.
    late_density
        Ions per volume in the last quarter over those of the whole cell: above 1 is an excess.
    exchanged
        Number of ions, in effect, whose time in the slab differs between the quarters.
    """

    slab: str
    early: float
    late: float
    relative_change: float
    relative_error: float | None
    p_value: float | None
    late_density: float
    exchanged: float

    @property
    def is_real(self) -> bool:
        """Whether the number changed for real (p below 0.01)."""
        return self.p_value is not None and self.p_value < SIGNIFICANCE


class SlabCounts:
    """Takes in groups of ions; gives counts against time with their errors, and the test.

    A slab of a crystal exchanges its ions slowly: a count may be correlated over times as long as
    the simulation, and a trend of it that looks sure be no more than a walk. Here every ion is one
    sample: its part of time in the slab, late less early. Where ions come and go alike (a
    reversible equilibrium), that difference has either sign with equal probability, so that for
    independent ions its sum has the variance of the sum of the squares, whatever the correlation
    in time (a sign test, in which ions that stay inside or outside count nothing). Ions that repel
    each other vary less, ions that cross together more: the variance is multiplied by that factor,
    measured over the differences of successive blocks of a sixteenth of the run, and the change
    over its error is compared with Student's t of as many degrees of freedom as the factor has.
    """

    def __init__(self, n_slabs: int, n_frames: int) -> None:
        self.n_bins = min(COUNT_BINS, n_frames)
        self._starts = (np.arange(self.n_bins) * n_frames) // self.n_bins
        self._lengths = np.diff(self._starts, append=n_frames)
        self._window = max(1, self.n_bins // 4)
        self._n_blocks = max(2, self.n_bins // _BINS_PER_BLOCK)
        shape = (n_slabs, self.n_bins)
        self.means = np.zeros(shape)
        self._since_first = np.zeros(shape)
        self._between = np.zeros((n_slabs, 2))  # of successive bins, and of successive blocks
        self._change = np.zeros((n_slabs, 2))  # sums of squares and of fourth powers

    def add(self, slabs: NDArray[np.int8]) -> None:
        """Take in the slabs of a group of ions, shape (ions, frames)."""
        for index in range(len(self.means)):
            inside = slabs == index
            parts = np.add.reduceat(inside, self._starts, axis=1, dtype=np.int64) / self._lengths
            self.means[index] += parts.sum(axis=0)
            self._since_first[index] += ((parts - parts[:, :1]) ** 2).sum(axis=0)
            for k, values in enumerate((parts, self._in_blocks(parts))):
                self._between[index, k] += (np.diff(values, axis=1) ** 2).sum()
            change = parts[:, -self._window :].mean(axis=1) - parts[:, : self._window].mean(axis=1)
            self._change[index] += (change**2).sum(), (change**4).sum()

    def _in_blocks(self, values: FloatArray) -> FloatArray:
        """Return means over blocks of bins, shape (..., blocks); what is left over is left out."""
        size = self.n_bins // self._n_blocks
        used = values[:, : size * self._n_blocks]
        return np.asarray(used.reshape(len(values), self._n_blocks, size).mean(axis=-1))

    def _concert(self) -> FloatArray:
        """Return how much counts vary over what they would if ions were independent, (slabs, 2).

        From successive bins, and from successive blocks. A steady trend counts for nothing.
        """
        factors = np.empty_like(self._between)
        for k, values in enumerate((self.means, self._in_blocks(self.means))):
            steps = np.diff(values, axis=1)
            count = steps.shape[1]
            together = steps.var(axis=1) * count * count / max(1, count - 1)
            factors[:, k] = together / np.maximum(self._between[:, k], np.finfo(float).tiny)
        return factors

    def errors(self) -> FloatArray:
        """Return the standard error of the change since the first interval, shape (slabs, bins)."""
        return np.asarray(np.sqrt(self._since_first * self._concert()[:, :1]))

    @property
    def degrees_of_freedom(self) -> float:
        """Of the factor of the test: successive differences are not independent of each other."""
        return 2 / 3 * max(1, self._n_blocks - 2)

    def times(self, time_step_ps: float) -> FloatArray:
        """Return the middles of the intervals in ps, shape (bins,)."""
        return np.asarray((self._starts + (self._lengths - 1) / 2) * time_step_ps)

    def accumulations(
        self, names: tuple[str, ...], volume_fractions: FloatArray
    ) -> list[SlabAccumulation]:
        """Return the test of every slab.

        Parameters
        ----------
        names
            Names of the slabs.
        volume_fractions
            Part of the volume that each takes, shape (slabs,).
        """
        total, concert = float(self.means[:, 0].sum()), self._concert()[:, 1]
        return [
            self._accumulation(k, name, total * float(volume_fractions[k]), float(concert[k]))
            for k, name in enumerate(names)
        ]

    def _accumulation(
        self, index: int, name: str, uniform: float, concert: float
    ) -> SlabAccumulation:
        early = float(self.means[index, : self._window].mean())
        late = float(self.means[index, -self._window :].mean())
        squares, fourths = self._change[index]
        exchanged = float(squares**2 / fourths) if fourths > 0 else 0.0
        error = float(np.sqrt(squares * concert)) if exchanged >= _FEWEST_EXCHANGED else None
        scale = max(early, np.finfo(float).tiny)
        return SlabAccumulation(
            slab=name,
            early=early,
            late=late,
            relative_change=(late - early) / scale,
            relative_error=None if error is None else error / scale,
            p_value=self._p_value(late - early, error),
            late_density=late / uniform if uniform > 0 else 0.0,
            exchanged=exchanged,
        )

    def _p_value(self, change: float, error: float | None) -> float | None:
        if error is None or error <= 0:
            return None
        return 2 * float(stdtr(self.degrees_of_freedom, -abs(change) / error))
