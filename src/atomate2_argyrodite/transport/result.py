"""What an analysis of diffusion returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Diffusivity:
    """Diffusion of one species at one temperature.

    Where motion is not diffusive, `diffusivity` and all that follows it is None, `upper_limit`
    bounds the diffusivity, and `reasons` says why.

    Parameters
    ----------
    species
        The mobile species.
    temperature
        Temperature in K, or None.
    is_diffusive
        Whether there is a diffusivity.
    reasons
        Why motion is not diffusive, one sentence each; empty where it is.
    upper_limit
        One-sided 95 % upper limit of the tracer diffusivity in cm^2/s; always given.
    hops
        Number of hops seen, a lower bound (see `hops.count_hops`).
    carriers_per_angstrom3
        Mobile ions per Å^3 of the mean volume.
    ion_charge
        Charge of the ion in elementary charges.
    n_ions, n_replicas
        Mobile ions per replica and number of replicas.
    duration_ps
        Simulated time of all replicas together in ps.
    lag_times_ps, msd_angstrom2, msd_standard_error_angstrom2
        Mean square displacement at lags up to half the trajectory, under a hundred points.
    fit_window_ps
        First and last lag of the fit in ps; None where no lag is diffusive.
    log_log_slope
        Log-log slope of the MSD without its constant (vibrational) part, from the onset of
        diffusion on, and its standard error: 1 for diffusion. None where there is no rise.
    diffusivity, standard_error
        Tracer diffusivity and its standard error in cm^2/s.
    interval_95
        Its 95 % interval in cm^2/s.
    tensor, tensor_standard_error
        Tracer diffusion tensor in cm^2/s and the standard error of its elements, shape (3, 3), in
        the Cartesian frame of the trajectory.
    charge_diffusivity, charge_diffusivity_standard_error
        Collective diffusivity of the charge and its standard error in cm^2/s; None where the
        simulation is too short for an error below a third (for ions that move independently).
    haven_ratio, haven_ratio_standard_error
        Tracer over charge diffusivity and its standard error; None as the charge diffusivity.
    conductivity_mS_per_cm, conductivity_interval_95_mS_per_cm
        Nernst-Einstein conductivity from the tracer diffusivity at the mean volume, and its 95 %
        interval, in mS/cm; None without a temperature.
    """

    species: str
    temperature: float | None
    is_diffusive: bool
    reasons: tuple[str, ...]
    upper_limit: float
    hops: int
    carriers_per_angstrom3: float
    ion_charge: float
    n_ions: int
    n_replicas: int
    duration_ps: float
    lag_times_ps: NDArray[np.float64]
    msd_angstrom2: NDArray[np.float64]
    msd_standard_error_angstrom2: NDArray[np.float64]
    fit_window_ps: tuple[float, float] | None = None
    log_log_slope: tuple[float, float] | None = None
    diffusivity: float | None = None
    standard_error: float | None = None
    interval_95: tuple[float, float] | None = None
    tensor: NDArray[np.float64] | None = None
    tensor_standard_error: NDArray[np.float64] | None = None
    charge_diffusivity: float | None = None
    charge_diffusivity_standard_error: float | None = None
    haven_ratio: float | None = None
    haven_ratio_standard_error: float | None = None
    conductivity_mS_per_cm: float | None = None  # noqa: N815
    conductivity_interval_95_mS_per_cm: tuple[float, float] | None = None  # noqa: N815
