"""Averages of single ions, and the error of their mean when ions move in concert."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from atomate2_argyrodite.transport.concert import ConcertedMotion
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
        quantile = float(stdtrit(self.degrees_of_freedom, 0.975))
        factor = float(np.exp(quantile * self.standard_error / self.value))
        return self.value / factor, self.value * factor

    @property
    def upper_95(self) -> float:
        """One-sided 95 % upper limit, for a value that may be zero or below."""
        quantile = float(stdtrit(self.degrees_of_freedom, 0.95))
        return max(self.value, 0.0) + quantile * self.standard_error


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
        """Return the slope from `lag` to its double of every ion in Å^2/frame, shape (ions, 6)."""
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
        blocks = min((self.concert.blocks_at(lag) for lag in lags), default=1.0)
        inverse = excess / (effective - 1) + (1 - 1 / excess) ** 2 / blocks
        return Estimate(mean, float(np.sqrt(spread * excess)), 1 / inverse)
