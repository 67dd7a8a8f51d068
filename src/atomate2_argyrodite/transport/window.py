"""The lag from which motion is diffusive."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from atomate2_argyrodite.transport.ion_statistics import IonStatistics

OCTAVES_IN_TEST = 3
"""Octaves (t to 2t, to 4t, to 8t) that the test for diffusion needs at least."""
_SIGNIFICANCE = 0.01
_MAXIMUM_DEVIATION = 0.3


@dataclass(frozen=True)
class DiffusiveWindow:
    """Lags over which the MSD is fitted, and how linear it is there.

    Parameters
    ----------
    onset
        Lag in frames from which motion is diffusive.
    log_log_slope
        Log-log slope of the MSD without its constant part, from the onset on: 1 for diffusion; NaN
        where the MSD does not rise.
    log_log_slope_error
        Its standard error.
    """

    onset: int
    log_log_slope: float
    log_log_slope_error: float

    @property
    def octaves(self) -> tuple[int, int]:
        """Lags at which the two fitted octaves begin, in frames."""
        return 2 * self.onset, 4 * self.onset

    @property
    def limits(self) -> tuple[int, int]:
        """First and last lag of the fit in frames."""
        return 2 * self.onset, 8 * self.onset


def fitted_slopes(statistics: IonStatistics, octaves: tuple[int, int]) -> NDArray[np.float64]:
    """Return the mean slope over two octaves of every ion's tensor in Å^2 per frame, (ions, 6)."""
    first, second = (statistics.octave_slopes(lag) for lag in octaves)
    slopes: NDArray[np.float64] = (first + second) / 2
    return slopes


def octave_lags(statistics: IonStatistics) -> list[int]:
    """Return the lags 1, 2, 4, ... whose double is a lag too."""
    return [int(lag) for lag in statistics.concert.octaves if 2 * lag <= statistics.lags[-1]]


def _trend(
    statistics: IonStatistics, lags: list[int], traces: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Return the change of the slope per unit of ln(lag), its error, and the p value of no change.

    A weighted regression on ln(lag). It is linear in the slopes, so its error follows from its
    values for single ions, whatever the correlation between lags.
    """
    weights = 1 / np.maximum(traces.var(axis=0), np.finfo(float).tiny)
    log_lags = np.log(lags) - (weights @ np.log(lags)) / weights.sum()
    contrast = weights * log_lags / (weights @ log_lags**2)
    change = statistics.estimate(traces @ contrast, lags[:1])
    ratio = abs(change.value) / max(change.standard_error, np.finfo(float).tiny)
    p_value = 2 * float(stdtr(change.degrees_of_freedom, -ratio))
    return change.value, change.standard_error, p_value


def diffusive_window(statistics: IonStatistics) -> DiffusiveWindow | None:
    """Return the window after the first lag from which the slope of the MSD has no trend.

    The slope between t and 2t is followed over t = 1, 2, 4, ... frames. The onset is the smallest t
    from which on it neither rises nor falls with significance 0.01, and the log-log slope of the
    rise of the MSD is within 0.3 of 1. The fit leaves out the octave of the onset and takes the two
    after it: a deviation too small for the test has decayed there. (Over synthetic walks this keeps
    the 95 % interval honest and the bias far below its width; a fit from the onset itself, or a
    significance of 0.05, which mistakes more noise for a trend, does not.)

    Returns
    -------
    DiffusiveWindow or None
        None where no lag passes the test within half the trajectory.
    """
    lags = octave_lags(statistics)
    slopes = [statistics.octave_slopes(lag)[:, :3].sum(axis=1) for lag in lags]
    for first in range(len(lags) - OCTAVES_IN_TEST + 1):
        later = lags[first:]
        change, error, p_value = _trend(statistics, later, np.stack(slopes[first:], axis=1))
        level = statistics.estimate(slopes[first + 1]).value
        bends = level > 0 and abs(change) > _MAXIMUM_DEVIATION * level
        if p_value > _SIGNIFICANCE and not bends:
            scale = level if level > 0 else np.nan
            return DiffusiveWindow(lags[first], 1 + change / scale, error / scale)
    return None
