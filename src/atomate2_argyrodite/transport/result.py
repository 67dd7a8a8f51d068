"""What an analysis of diffusion returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Diffusivity:
    """Diffusion of one species at one temperature.

    Where motion is not diffusive, `diffusivity`, `standard_error`, `interval_95`, `tensor`, the charge diffusivity,
    the Haven ratio and the conductivity are None, `upper_limit` bounds D, and `reasons` says why.

    Parameters
    ----------
    species
        The mobile species.
    temperature
        Temperature in K, or None.
    is_diffusive
        Whether there is a diffusivity.
    reasons
        Why motion is not diffusive; empty where it is.
    diffusivity
        Tracer diffusivity in cm^2/s.
    standard_error
        Its standard error in cm^2/s.
    interval_95
        Its 95 % interval in cm^2/s.
    upper_limit
        One-sided 95 % upper limit of the diffusivity in cm^2/s, always given.
    tensor
        Tracer diffusion tensor in cm^2/s, shape (3, 3).
    tensor_standard_error
        Standard errors of its elements in cm^2/s.
    fit_window_ps
        First and last lag of the fit in ps, or None where no window is diffusive.
    log_log_slope
        Log-log slope of the MSD without its constant (vibrational) part in and beyond the window, and its
        standard error; 1 for diffusion.
    hops
        Number of hops seen, a lower bound (see `hops.count_hops`).
    charge_diffusivity
        Collective (conductivity) diffusivity in cm^2/s.
    charge_diffusivity_standard_error
        Its standard error in cm^2/s.
    haven_ratio
        Tracer over charge diffusivity.
    haven_ratio_standard_error
        Its standard error.
    conductivity_mS_per_cm
        Nernst-Einstein conductivity from the tracer diffusivity at the mean volume, in mS/cm.
    conductivity_interval_95_mS_per_cm
        Its 95 % interval.
    carriers_per_angstrom3
        Mobile ions per Å^3 of the mean volume.
    ion_charge
        Charge of the ion in elementary charges.
    n_ions, n_replicas
        Ions per replica and number of replicas.
    duration_ps
        Total simulated time of all replicas in ps.
    lag_times_ps, msd_angstrom2, msd_standard_error_angstrom2
        The mean square displacement over lags up to half the trajectory, at most a hundred points.
    """

    species: str
    temperature: float | None
    is_diffusive: bool
    reasons: tuple[str, ...]
    diffusivity: float | None
    standard_error: float | None
    interval_95: tuple[float, float] | None
    upper_limit: float
    tensor: NDArray[np.float64] | None
    tensor_standard_error: NDArray[np.float64] | None
    fit_window_ps: tuple[float, float] | None
    log_log_slope: tuple[float, float] | None
    hops: int
    charge_diffusivity: float | None
    charge_diffusivity_standard_error: float | None
    haven_ratio: float | None
    haven_ratio_standard_error: float | None
    conductivity_mS_per_cm: float | None
    conductivity_interval_95_mS_per_cm: tuple[float, float] | None
    carriers_per_angstrom3: float
    ion_charge: float
    n_ions: int
    n_replicas: int
    duration_ps: float
    lag_times_ps: NDArray[np.float64]
    msd_angstrom2: NDArray[np.float64]
    msd_standard_error_angstrom2: NDArray[np.float64]
