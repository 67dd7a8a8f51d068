"""Collective motion of the charge: charge diffusivity and its error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.msd import displacement_tensors


def _structure(lag: NDArray[np.intp], diffusion: float, offset: float) -> NDArray[np.float64]:
    distance = np.abs(lag)
    return 2 * diffusion * distance + offset * (distance > 0)


def slope_variance(diffusion: float, offset: float, n_frames: int, start: int, stop: int) -> float:
    """Variance of the slope of the time-averaged MSD of one Gaussian walk between two lags.

    The sum of many ions' displacements is Gaussian. For a Gaussian process with stationary increments, the
    covariance of displacements follows from the mean square displacement S(t) = offset + 2 D t, and that of
    their squares is twice its square (Isserlis' theorem); here summed over all time origins.

    Parameters
    ----------
    diffusion, offset
        D in Å^2 per frame and the constant part of S in Å^2, of one Cartesian component.
    n_frames
        Length of the trajectory in frames.
    start, stop
        The two lags in frames.
    """
    total = 0.0
    for m, sign_m in ((start, -1), (stop, 1)):
        for n, sign_n in ((start, -1), (stop, 1)):
            k = np.arange(-(n_frames - m - 1), n_frames - n)
            covariance = 0.5 * (
                _structure(k + n, diffusion, offset)
                + _structure(k - m, diffusion, offset)
                - _structure(k, diffusion, offset)
                - _structure(k + n - m, diffusion, offset)
            )
            first = np.maximum(0, -k)
            last = np.minimum(n_frames - m, n_frames - n - k)
            pairs = np.maximum(0, last - first)
            mean = (pairs @ (2 * covariance**2)) / ((n_frames - m) * (n_frames - n))
            total += sign_m * sign_n * float(mean)
    return total / (stop - start) ** 2


@dataclass(frozen=True)
class ChargeDiffusion:
    """Collective diffusion in Å^2 per frame: slope of the MSD of the ions' summed displacement / (6 N)."""

    slope: float
    standard_error: float


def charge_diffusion(
    moved: Sequence[MobileDisplacements], start: int, stop: int
) -> ChargeDiffusion:
    """Return the charge diffusivity between two lags (in frames), pooled over replicas."""
    lags = np.array([start, stop])
    frames = np.array([item.n_frames for item in moved])
    products = [displacement_tensors(item.total[None], lags)[0, :, :3] for item in moved]
    mean = np.einsum("r,rlc->lc", frames / frames.sum(), np.array(products))
    slopes = (mean[1] - mean[0]) / (2 * (stop - start))
    variance = 0.0
    for slope, at_start in zip(slopes, mean[0], strict=True):
        diffusive = max(float(slope), 0.0)
        offset = max(0.0, float(at_start) - 2 * diffusive * start)
        for n_frames in frames:
            weight = n_frames / frames.sum() / 2
            variance += weight**2 * slope_variance(diffusive, offset, int(n_frames), start, stop)
    n_ions = moved[0].n_ions
    return ChargeDiffusion(float(slopes.mean()) / n_ions, float(np.sqrt(variance)) / (3 * n_ions))
