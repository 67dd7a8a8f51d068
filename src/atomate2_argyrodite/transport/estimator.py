"""Choice of the lag from which motion is diffusive, and the slope of the MSD there with its error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

LONGEST_LAG_FRACTION = 0.25
"""Longest lag used, as a fraction of the trajectory: beyond it there are too few independent origins."""
_ONSET_SIGNIFICANCE = 0.05
_ONSET_SAFETY = 2
_MINIMUM_OCTAVES = 3
Z_95 = float(norm.ppf(0.975))


@dataclass(frozen=True)
class DiffusiveWindow:
    """Lags over which the MSD is fitted, and how linear it is there.

    Parameters
    ----------
    start, stop
        First and last lag in frames; `stop` is twice `start`.
    exponent
        Log-log slope of the MSD without its constant part: 1 for diffusion.
    exponent_error
        Its standard error.
    """

    start: int
    stop: int
    exponent: float
    exponent_error: float


@dataclass(frozen=True)
class IonAverages:
    """Time-averaged squared displacements of every ion of all replicas.

    Parameters
    ----------
    lags
        Lags in frames.
    tensors
        Mean displacement products in Å^2, shape (ions, lags, 6), components as in `msd.COMPONENTS`.
    weights
        Weight of every ion, proportional to the duration of its replica; they sum to 1.
    """

    lags: NDArray[np.intp]
    tensors: NDArray[np.float64]
    weights: NDArray[np.float64]

    def traces(self) -> NDArray[np.float64]:
        """Return squared displacements, shape (ions, lags)."""
        traces: NDArray[np.float64] = self.tensors[:, :, :3].sum(axis=-1)
        return traces

    def mean_and_error(self, values: NDArray[np.float64]) -> tuple[float, float]:
        """Return the weighted mean over ions of one value per ion, and its standard error."""
        mean = float(self.weights @ values)
        count = len(values)
        variance = float((self.weights**2) @ (values - mean) ** 2) * count / max(1, count - 1)
        return mean, float(np.sqrt(variance))

    def slope(self, start: int, stop: int) -> NDArray[np.float64]:
        """Return the slope of every component between two lags in Å^2 per frame, (ions, 6)."""
        first, last = (int(np.flatnonzero(self.lags == lag)[0]) for lag in (start, stop))
        slope: NDArray[np.float64] = (self.tensors[:, last] - self.tensors[:, first]) / (
            stop - start
        )
        return slope


def _doubling_slopes(averages: IonAverages) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return lags t whose double is there too, and the slope of every ion's MSD from t to 2t."""
    index = {int(lag): i for i, lag in enumerate(averages.lags)}
    starts = [lag for lag in index if 2 * lag in index]
    traces = averages.traces()
    slopes = [(traces[:, index[2 * lag]] - traces[:, index[lag]]) / lag for lag in starts]
    return np.array(starts, dtype=np.intp), np.array(slopes).reshape(len(starts), -1).T


def _trend(
    averages: IonAverages, lags: NDArray[np.intp], slopes: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the change of the slope per unit of ln(lag), and its standard error.

    A weighted regression; since it is linear in the slopes, its error follows from its values for single
    ions, whatever the correlation between lags.
    """
    variances = np.maximum(slopes.var(axis=0, ddof=1), np.finfo(float).tiny)
    weights = 1 / variances
    log_lag = np.log(lags) - (weights @ np.log(lags)) / weights.sum()
    contrast = weights * log_lag / (weights @ log_lag**2)
    return averages.mean_and_error(slopes @ contrast)


def diffusive_window(averages: IonAverages) -> DiffusiveWindow | None:
    """Return the window from twice the first lag after which the slope of the MSD has no trend.

    The slope between t and 2t is followed over t, 2t, 4t, ...; the onset is the smallest t from which it neither rises
    nor falls with significance 0.05. The fit starts at twice the onset: a remaining deviation too
    small for the test has then decayed further.

    Returns
    -------
    DiffusiveWindow or None
        None where no lag passes the test, or the trajectory is too short for three octaves.
    """
    starts, slopes = _doubling_slopes(averages)
    for first, start in enumerate(starts):
        octaves = [first]
        octaves += [i for i in range(first + 1, len(starts)) if _is_octave(starts[i], start)]
        if len(octaves) < _MINIMUM_OCTAVES:
            return None
        change, error = _trend(averages, starts[octaves], slopes[:, octaves])
        degrees = max(1, len(averages.weights) - 1)
        if 2 * t.sf(abs(change) / max(error, 1e-300), degrees) > _ONSET_SIGNIFICANCE:
            begin = _ONSET_SAFETY * int(start)
            level = averages.mean_and_error(slopes[:, int(np.flatnonzero(starts == begin)[0])])[0]
            scale = level if level > 0 else np.nan
            return DiffusiveWindow(begin, 2 * begin, 1 + change / scale, error / abs(scale))
    return None


def _is_octave(lag: int, start: int) -> bool:
    ratio, rest = divmod(int(lag), int(start))
    return rest == 0 and ratio & (ratio - 1) == 0


def positive_interval_95(value: float, standard_error: float) -> tuple[float, float]:
    """Return the 95 % interval of a positive quantity, normal in its logarithm."""
    factor = float(np.exp(Z_95 * standard_error / value))
    return value / factor, value * factor
