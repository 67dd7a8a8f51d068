"""Brownian motion of those that stay near a slab: walls bound their displacement across it.

Ions begin anywhere in a slab of thickness L with equal probability, and are counted as long as they
have not passed a wall at a margin m outside it. In units of the distance W = L + 2 m of the walls,
and with x = D t / W^2, the density at y of those that began at z is
p(y, x | z) = 2 sum_n sin(n pi z) sin(n pi y) exp(-n^2 pi^2 x) (Carslaw and Jaeger, Conduction of
Heat in Solids, 1959, section 3.3; used for diffusion in layers by Liu, Harder and Berne, J. Phys.
Chem. B 108, 6595 (2004)).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

FloatArray = NDArray[np.float64]

_TERMS = 2000
_SMALLEST, _LARGEST, _POINTS = 1e-5, 2.0, 400
RESOLVED = 0.05
"""Largest D t / W^2 at which the displacement of those that stayed still tells D: from there on it
falls ever further behind that of free motion, and half of the ions have left."""


@dataclass(frozen=True)
class WalledSlab:
    """A slab between walls.

    Parameters
    ----------
    thickness
        Thickness L of the slab in Å.
    margin
        Distance m of the walls from it in Å.
    """

    thickness: float
    margin: float = 0.0

    @property
    def width(self) -> float:
        """Distance W of the walls in Å."""
        return self.thickness + 2 * self.margin

    def staying(self, x: ArrayLike) -> FloatArray:
        """Return which part has not passed a wall until D t / W^2 = x."""
        logs, survival, _ = _table(round(self.margin / self.width, 6))
        return np.interp(_logarithm(x), logs, survival)

    def mean_square(self, x: ArrayLike) -> FloatArray:
        """Return the mean square displacement in W^2 of those that have not, at x.

        It begins as 2 x and falls behind that as ions near the walls leave; the later, the wider
        the margin.
        """
        scaled = np.asarray(x, dtype=np.float64)
        logs, _, squares = _table(round(self.margin / self.width, 6))
        known = np.interp(_logarithm(scaled), logs, squares)
        return np.where(scaled < _SMALLEST, 2 * scaled, known)

    def slope(self, diffusivity: float, lags: FloatArray, weights: FloatArray) -> float:
        """Return sum_k weights_k MSD(lags_k) in Å^2 of those that stayed.

        Parameters
        ----------
        diffusivity
            In Å^2 per unit of the lags.
        lags, weights
            Lags and coefficients of a slope, shape (lags,).
        """
        scaled = diffusivity * lags / self.width**2
        return float(weights @ self.mean_square(scaled)) * self.width**2

    def diffusivity(
        self, slope: float, lags: FloatArray, weights: FloatArray
    ) -> tuple[float, float] | None:
        """Return the diffusivity that gives those who stayed this slope, and its derivative by it.

        The inverse of `slope`.

        Returns
        -------
        tuple or None
            None where the walls are too near: the slope is beyond what `RESOLVED` allows.
        """
        largest = RESOLVED * self.width**2 / float(lags.max())
        if not 0 < slope < self.slope(largest, lags, weights):
            return None

        def rest(value: float) -> float:
            return self.slope(value, lags, weights) - slope

        found = float(brentq(rest, 0.0, largest, xtol=1e-12 * largest))
        low, high = max(0.0, found - 1e-2 * largest), found + 1e-2 * largest
        rise = self.slope(high, lags, weights) - self.slope(low, lags, weights)
        return found, (high - low) / rise


@cache
def _table(margin: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ln(x), part that stays, and mean square displacement of that part (in W^2).

    `margin` is in units of W.
    """
    x = np.geomspace(_SMALLEST, _LARGEST, _POINTS)
    k = np.asarray(np.arange(1, _TERMS + 1) * np.pi, dtype=np.float64)
    ends = _moments(k, 0.0, 1.0)
    begins = _moments(k, margin, 1 - margin) / (1 - 2 * margin)
    decay = np.exp(-np.outer(x, k**2))
    survival = 2 * decay @ (ends[0] * begins[0])
    products = ends[2] * begins[0] - 2 * ends[1] * begins[1] + ends[0] * begins[2]
    return np.log(x), survival, 2 * decay @ products / survival


def _moments(k: FloatArray, low: float, high: float) -> FloatArray:
    """Return the integrals of z^j sin(k z) from `low` to `high` for j = 0, 1, 2, shape (3, k)."""

    def primitive(z: float) -> FloatArray:
        sine, cosine = np.sin(k * z), np.cos(k * z)
        return np.stack(
            [
                -cosine / k,
                -z * cosine / k + sine / k**2,
                -(z**2) * cosine / k + 2 * z * sine / k**2 + 2 * cosine / k**3,
            ]
        )

    return np.asarray(primitive(high) - primitive(low))


def _logarithm(x: ArrayLike) -> FloatArray:
    return np.log(np.maximum(np.asarray(x, dtype=np.float64), _SMALLEST))
