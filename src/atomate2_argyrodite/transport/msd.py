"""Time-averaged mean square displacement by fast Fourier transform."""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

COMPONENTS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Order of the components of symmetric tensors: xx, yy, zz, yz, xz, xy."""


def lag_grid(longest: int) -> NDArray[np.intp]:
    """Return lags in frames from 1 to `longest`, four per octave, closed under doubling."""
    quarters = np.array([4, 5, 6, 7], dtype=np.intp)
    scaled = np.concatenate([quarters << octave for octave in range(max(1, longest).bit_length())])
    lags = np.unique(scaled[scaled % 4 == 0] // 4)
    grid: NDArray[np.intp] = lags[lags <= longest]
    return grid


def displacement_tensors(
    displacements: NDArray[np.float64], lags: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the mean products of displacements over all time origins, for every ion.

    For components a and b of the position and a lag of m frames this is the mean over t of
    (a(t+m) - a(t)) (b(t+m) - b(t)), from prefix sums and one correlation by Fourier transform
    (Calandrini et al., Collection SFN 12, 201 (2011), section 4).

    Parameters
    ----------
    displacements
        Positions in Å, shape (ions, 3, frames).
    lags
        Lags in frames, each below the number of frames.

    Returns
    -------
    ndarray
        Shape (ions, lags, 6) in Å^2, components in the order of `COMPONENTS`.
    """
    n_frames = displacements.shape[-1]
    x = displacements - displacements.mean(axis=-1, keepdims=True)
    size = next_fast_len(2 * n_frames, real=True)
    transform = rfft(x, size, axis=-1)
    result = np.empty((len(x), len(lags), 6))
    for index, (a, b) in enumerate(COMPONENTS):
        correlation = irfft(transform[:, a].conj() * transform[:, b], size, axis=-1)
        cross = correlation[:, lags] + correlation[:, (-lags) % size]
        squares = np.zeros((len(x), n_frames + 1))
        np.cumsum(x[:, a] * x[:, b], axis=-1, out=squares[:, 1:])
        ends = squares[:, n_frames - lags] + squares[:, -1:] - squares[:, lags]
        result[:, :, index] = (ends - cross) / (n_frames - lags)
    return result
