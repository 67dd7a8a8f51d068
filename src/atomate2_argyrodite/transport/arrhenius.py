"""Activation energy and extrapolated conductivity from diffusivities at several temperatures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import constants
from scipy.special import chdtrc, ndtri

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport.nernst_einstein import conductivity
from atomate2_argyrodite.transport.result import Diffusivity

BOLTZMANN_EV_PER_K = constants.k / constants.e
_Z_95 = float(ndtri(0.975))
_MINIMUM_FOR_CURVATURE = 4


@dataclass(frozen=True)
class ArrheniusEstimate:
    """Diffusivity and conductivity that an Arrhenius fit gives at one temperature."""

    temperature: float
    diffusivity_cm2_per_s: float
    diffusivity_interval_95_cm2_per_s: tuple[float, float]
    conductivity_mS_per_cm: float  # noqa: N815
    conductivity_interval_95_mS_per_cm: tuple[float, float]  # noqa: N815


@dataclass(frozen=True, eq=False)
class ArrheniusBand:
    """The fitted line with its 95 % band, for figures; all in cm^2/s, shape (temperatures,)."""

    temperatures: NDArray[np.float64]
    diffusivity_cm2_per_s: NDArray[np.float64]
    low_cm2_per_s: NDArray[np.float64]
    high_cm2_per_s: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Arrhenius:
    """Weighted fit of ln D = ln D0 - E_a / (k T).

    Parameters
    ----------
    activation_energy_ev
        E_a in eV.
    activation_energy_standard_error_ev
        Its standard error in eV.
    activation_energy_interval_95_ev
        Its 95 % interval in eV.
    ln_prefactor
        ln D0, with D0 in cm^2/s.
    covariance
        Covariance of (E_a, ln D0), shape (2, 2), in eV^2, eV and 1.
    chi_squared_per_degree
        Sum of squared residuals in units of the errors per degree of freedom; None for two points.
        Above 1, the covariance is multiplied by it.
    curvature_p_value
        Probability of a curvature at least as large as found if the true law is Arrhenius; None
        under four temperatures. Below 0.05 the extrapolation is not to be trusted.
    used
        Diffusivities of the fit.
    excluded
        Diffusivities left out because they are upper limits.
    notes
        What a reader must know, one sentence each.
    """

    activation_energy_ev: float
    activation_energy_standard_error_ev: float
    activation_energy_interval_95_ev: tuple[float, float]
    ln_prefactor: float
    covariance: NDArray[np.float64]
    chi_squared_per_degree: float | None
    curvature_p_value: float | None
    used: tuple[Diffusivity, ...]
    excluded: tuple[Diffusivity, ...]
    notes: tuple[str, ...]

    def _log_diffusivity(
        self, temperatures: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return ln D (D in cm^2/s) and its standard error."""
        gradient = np.stack([-1 / (BOLTZMANN_EV_PER_K * temperatures), np.ones_like(temperatures)])
        value = gradient.T @ [self.activation_energy_ev, self.ln_prefactor]
        error = np.sqrt(np.einsum("at,ab,bt->t", gradient, self.covariance, gradient))
        return value, error

    def band(self, temperatures: ArrayLike) -> ArrheniusBand:
        """Return the fitted line and its 95 % band at `temperatures` (K)."""
        kelvin = np.atleast_1d(np.asarray(temperatures, dtype=float))
        if not (np.isfinite(kelvin) & (kelvin > 0)).all():
            raise InputError(f"temperatures {temperatures!r}: all must be above 0 K")
        value, error = self._log_diffusivity(kelvin)
        low, high = np.exp(value - _Z_95 * error), np.exp(value + _Z_95 * error)
        return ArrheniusBand(kelvin, np.exp(value), low, high)

    def extrapolate(self, temperature: float = 300.0) -> ArrheniusEstimate:
        """Return D and the Nernst-Einstein conductivity at `temperature` (K) with 95 % intervals.

        The carrier density is that of the simulation nearest in temperature.

        Raises
        ------
        InputError
            If the temperature is not positive.
        """
        band = self.band(temperature)
        low, value, high = (
            float(x[0])
            for x in (band.low_cm2_per_s, band.diffusivity_cm2_per_s, band.high_cm2_per_s)
        )
        nearest = min(self.used, key=lambda item: abs(_temperature(item) - temperature))
        sigma = [
            conductivity(d, nearest.carriers_per_angstrom3, temperature, nearest.ion_charge)
            for d in (low, value, high)
        ]
        return ArrheniusEstimate(
            temperature=temperature,
            diffusivity_cm2_per_s=value,
            diffusivity_interval_95_cm2_per_s=(low, high),
            conductivity_mS_per_cm=sigma[1],
            conductivity_interval_95_mS_per_cm=(sigma[0], sigma[2]),
        )

    def leave_one_out(self) -> dict[float, "Arrhenius"]:
        """Return the fits without each temperature (K) in turn; empty under three temperatures."""
        temperatures = sorted({_temperature(item) for item in self.used})
        if len(temperatures) < 3:
            return {}
        return {
            left_out: arrhenius([item for item in self.used if item.temperature != left_out])
            for left_out in temperatures
        }


def arrhenius(results: Sequence[Diffusivity]) -> Arrhenius:
    """Fit an Arrhenius law to diffusivities, weighted by their errors.

    Upper limits are left out and listed in `Arrhenius.excluded`. Results at one temperature
    (replicas analysed apart) are separate points.

    Parameters
    ----------
    results
        Results of `diffusion`, each with a temperature.

    Raises
    ------
    InputError
        If fewer than two distinct temperatures have a diffusivity, or a result has no temperature.
    """
    used = tuple(item for item in results if item.is_diffusive)
    excluded = tuple(item for item in results if not item.is_diffusive)
    _check(results, used)
    inverse = np.array([1 / (BOLTZMANN_EV_PER_K * _temperature(item)) for item in used])
    log_d = np.log([_value(item.diffusivity) for item in used])
    errors = np.array([_value(item.standard_error) / _value(item.diffusivity) for item in used])
    parameters, covariance, chi_squared = _weighted_fit(inverse, log_d, errors, degree=1)
    freedom = len(used) - 2
    reduced = chi_squared / freedom if freedom > 0 else None
    covariance = covariance * max(1.0, reduced or 0.0)
    curvature = _curvature_p_value(inverse, log_d, errors)
    energy, energy_error = -parameters[1], float(np.sqrt(covariance[1, 1]))
    sign = np.array([[1, -1], [-1, 1]])
    return Arrhenius(
        activation_energy_ev=float(energy),
        activation_energy_standard_error_ev=energy_error,
        activation_energy_interval_95_ev=(
            float(energy - _Z_95 * energy_error),
            float(energy + _Z_95 * energy_error),
        ),
        ln_prefactor=float(parameters[0]),
        covariance=covariance[::-1, ::-1] * sign,
        chi_squared_per_degree=reduced,
        curvature_p_value=curvature,
        used=used,
        excluded=excluded,
        notes=_notes(used, excluded, reduced, curvature),
    )


def _temperature(item: Diffusivity) -> float:
    if item.temperature is None:
        raise InputError("a diffusivity has no temperature: give it to the trajectory")
    return item.temperature


def _value(number: float | None) -> float:
    if number is None:
        raise InputError("a result is marked diffusive but has no diffusivity")
    return number


def _check(results: Sequence[Diffusivity], used: Sequence[Diffusivity]) -> None:
    temperatures = sorted({_temperature(item) for item in used})
    if len(temperatures) < 2:
        found = ", ".join(f"{temperature:g} K" for temperature in temperatures) or "none"
        raise InputError(
            f"an Arrhenius fit needs diffusivities at two or more temperatures, here {found} "
            f"(of {len(results)} results, {len(results) - len(used)} are upper limits): "
            "simulate more temperatures, or longer"
        )


def _weighted_fit(
    x: NDArray[np.float64], y: NDArray[np.float64], errors: NDArray[np.float64], degree: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return coefficients (constant first), covariance and chi squared of a polynomial fit."""
    design = np.vander(x, degree + 1, increasing=True) / errors[:, None]
    inverse = np.linalg.pinv(design)
    coefficients = inverse @ (y / errors)
    residuals = y / errors - design @ coefficients
    return coefficients, inverse @ inverse.T, float(residuals @ residuals)


def _curvature_p_value(
    x: NDArray[np.float64], y: NDArray[np.float64], errors: NDArray[np.float64]
) -> float | None:
    """Return the p value of the drop of chi squared by a quadratic term in 1 / (k T)."""
    if len(set(x)) < _MINIMUM_FOR_CURVATURE:
        return None
    centred = x - x.mean()
    linear = _weighted_fit(centred, y, errors, degree=1)[2]
    quadratic = _weighted_fit(centred, y, errors, degree=2)[2]
    return float(chdtrc(1, max(0.0, linear - quadratic)))


def _notes(
    used: Sequence[Diffusivity],
    excluded: Sequence[Diffusivity],
    reduced: float | None,
    curvature: float | None,
) -> tuple[str, ...]:
    notes = []
    if excluded:
        limits = ", ".join(f"{item.temperature:g} K" for item in excluded)
        notes.append(f"left out, because only an upper limit is known: {limits}")
    if len({item.temperature for item in used}) == 2:
        notes.append("two temperatures: the Arrhenius law is assumed, not tested")
    if reduced is not None and reduced > 1:
        notes.append(
            f"points scatter more than their errors: these were widened by {reduced**0.5:.2f}"
        )
    if curvature is not None and curvature < 0.05:
        notes.append(f"the Arrhenius plot is curved (p = {curvature:.2g}): do not extrapolate")
    return tuple(notes)
