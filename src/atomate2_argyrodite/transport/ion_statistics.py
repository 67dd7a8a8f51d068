"""Averages of single ions, and the error of their mean when ions move in concert."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.hops import count_hops
from atomate2_argyrodite.transport.msd import displacement_tensors, lag_grid


@dataclass(frozen=True)
class Estimate:
    """A mean over ions with its standard error."""

    value: float
    standard_error: float
    degrees_of_freedom: float

    @property
    def interval_95(self) -> tuple[float, float]:
        """95 % interval of a positive quantity, Student's t in its logarithm."""
        quantile = float(t.ppf(0.975, self.degrees_of_freedom))
        factor = float(np.exp(quantile * self.standard_error / self.value))
        return self.value / factor, self.value * factor

    @property
    def upper_95(self) -> float:
        """One-sided 95 % upper limit, for a value that may be zero or below."""
        quantile = float(t.ppf(0.95, self.degrees_of_freedom))
        return max(self.value, 0.0) + quantile * self.standard_error


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
        index = int(np.flatnonzero(self.octaves == lag)[0])
        if self.single[index] <= 0:
            return 1.0
        return max(1.0, float(self.summed[index] / self.single[index]))


def _squared_displacements(x: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """Return squared displacements of every origin, shape (ions, frames - lag)."""
    step = x[:, :, lag:] - x[:, :, :-lag]
    squares: NDArray[np.float64] = np.einsum("iaf,iaf->if", step, step)
    return squares


@dataclass(frozen=True)
class IonStatistics:
    """Time averages of every ion of all replicas.

    Parameters
    ----------
    lags
        Lags in frames.
    tensors
        Mean displacement products in Å^2, shape (ions, lags, 6), components as `msd.COMPONENTS`.
    weights
        Weight of every ion, proportional to the duration of its replica; they sum to 1.
    concert
        Concerted motion of the ions.
    hops
        Number of hops of all ions.
    """

    lags: NDArray[np.intp]
    tensors: NDArray[np.float64]
    weights: NDArray[np.float64]
    concert: ConcertedMotion
    hops: int

    @classmethod
    def from_replicas(cls, replicas: Sequence[MobileDisplacements]) -> "IonStatistics":
        """Average over the time origins of every ion of all replicas."""
        shortest = min(item.n_frames for item in replicas)
        lags, concert = lag_grid(shortest // 2), ConcertedMotion.of(shortest)
        tensors, weights, hops = [], [], 0
        for item in replicas:
            weights.append(np.full(item.n_ions, float(item.n_frames)))
            for group in item.groups():
                tensors.append(displacement_tensors(group, lags))
                hops += count_hops(group, item.time_step_ps)
            concert.add_replica(item)
        weight = np.concatenate(weights)
        return cls(lags, np.concatenate(tensors), weight / weight.sum(), concert, hops)

    def squared_displacements(self) -> NDArray[np.float64]:
        """Return the mean squared displacement of every ion in Å^2, shape (ions, lags)."""
        traces: NDArray[np.float64] = self.tensors[:, :, :3].sum(axis=-1)
        return traces

    def octave_slopes(self, lag: int) -> NDArray[np.float64]:
        """Return the slope of every ion's tensor from `lag` to its double in Å^2/frame, (ions, 6)."""
        first, last = np.searchsorted(self.lags, [lag, 2 * lag])
        slopes: NDArray[np.float64] = (self.tensors[:, last] - self.tensors[:, first]) / lag
        return slopes

    def estimate(self, values: NDArray[np.float64], lags: Sequence[int] = ()) -> Estimate:
        """Return the mean over ions of one value per ion.

        The variance of the mean follows from the spread between ions, which contains every
        correlation in time, times the excess by concerted motion at `lags`.
        """
        mean = float(self.weights @ values)
        effective = 1 / float(self.weights @ self.weights)
        spread = float(self.weights @ (values - mean) ** 2) / (effective - 1)
        excess = max((self.concert.excess(lag) for lag in lags), default=1.0)
        blocks = min((self._blocks(lag) for lag in lags), default=1.0)
        inverse = excess / (effective - 1) + (1 - 1 / excess) ** 2 / blocks
        return Estimate(mean, float(np.sqrt(spread * excess)), 1 / inverse)

    def _blocks(self, lag: int) -> float:
        return float(self.concert.blocks[self.concert.octaves == lag][0])
