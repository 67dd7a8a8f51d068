"""Collective motion of the charge: charge diffusivity and its error."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.msd import displacement_tensors


@dataclass(frozen=True)
class ChargeDiffusion:
    """Collective diffusivity, slope of <|sum of displacements|^2> / (6 N), in Å^2 per frame.

    Parameters
    ----------
    value, standard_error
        Diffusivity and its standard error.
    expected_error
        The standard error if ions moved independently. Unlike `standard_error` it does not vary
        with the value that was found, so that a decision by it does not favour large or small
        values.
    """

    value: float
    standard_error: float
    expected_error: float


def charge_diffusion(
    replicas: Sequence[MobileDisplacements], octaves: tuple[int, int], tracer: float
) -> ChargeDiffusion:
    """Return the charge diffusivity from two octaves of lags (in frames), pooled over replicas.

    Parameters
    ----------
    replicas
        Displacements of the ions.
    octaves
        Lags at which the octaves begin.
    tracer
        Tracer diffusivity in Å^2 per frame.
    """
    first, second = octaves
    lags = np.array([first, second, 2 * second])
    contrast = np.array([-1 / first, 1 / first - 1 / second, 1 / second]) / 4
    frames = np.array([item.n_frames for item in replicas])
    weights = frames / frames.sum()
    squares = [displacement_tensors(item.total[None], lags)[0, :, :3] for item in replicas]
    mean = np.tensordot(weights, squares, axes=1)
    slopes = contrast @ mean
    n_ions = replicas[0].n_ions

    def error(diffusivities: NDArray[np.float64]) -> float:
        variance = sum(
            weight**2 * contrast_variance(slope, offset, int(n_frames), lags, contrast)
            for slope, offset in zip(
                diffusivities, np.maximum(0, mean[0] - 2 * diffusivities * first), strict=True
            )
            for weight, n_frames in zip(weights, frames, strict=True)
        )
        return float(np.sqrt(variance)) / (3 * n_ions)

    return ChargeDiffusion(
        value=float(slopes.mean()) / n_ions,
        standard_error=error(np.maximum(slopes, 0)),
        expected_error=error(np.full(3, max(tracer, 0.0) * n_ions)),
    )


def contrast_variance(
    diffusion: float,
    offset: float,
    n_frames: int,
    lags: NDArray[np.intp],
    contrast: NDArray[np.float64],
) -> float:
    """Variance of a linear combination of the time-averaged MSD of one Gaussian walk.

    The sum of many ions' displacements is Gaussian. For a Gaussian process with stationary
    increments the covariance of displacements follows from S(t) = offset + 2 D t, and that of their
    squares is twice its square (Isserlis' theorem); it is summed over all pairs of time origins.

    Parameters
    ----------
    diffusion, offset
        D in Å^2 per frame and the constant part of S in Å^2, of one Cartesian component.
    n_frames
        Length of the trajectory in frames.
    lags
        Lags in frames.
    contrast
        Weight of the MSD at every lag.
    """
    total = 0.0
    for m, weight_m in zip(lags, contrast, strict=True):
        for n, weight_n in zip(lags, contrast, strict=True):
            covariance = _mean_square_covariance(diffusion, offset, n_frames, int(m), int(n))
            total += float(weight_m * weight_n) * covariance
    return total


def _mean_square_covariance(
    diffusion: float, offset: float, n_frames: int, m: int, n: int
) -> float:
    """Covariance of the time-averaged squared displacements at lags m and n."""

    def structure(lag: NDArray[np.intp]) -> NDArray[np.float64]:
        rise: NDArray[np.float64] = 2 * diffusion * np.abs(lag) + offset * (lag != 0)
        return rise

    origins_m, origins_n = n_frames - m, n_frames - n
    k = np.arange(1 - origins_m, origins_n)
    products = structure(k + n) + structure(k - m) - structure(k) - structure(k + n - m)
    pairs = np.minimum(origins_m, origins_n - k) - np.maximum(0, -k)
    return float(pairs @ (products**2 / 2)) / (origins_m * origins_n)
