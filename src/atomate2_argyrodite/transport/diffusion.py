"""Diffusivity of a species with an honest interval, or an upper limit where it does not diffuse."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.collective import ChargeDiffusion, charge_diffusion
from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.hops import HOP_DISTANCE_ANGSTROM
from atomate2_argyrodite.transport.ion_statistics import Estimate, IonStatistics
from atomate2_argyrodite.transport.msd import COMPONENTS
from atomate2_argyrodite.transport.nernst_einstein import conductivity
from atomate2_argyrodite.transport.result import Diffusivity
from atomate2_argyrodite.transport.trajectory import Trajectory
from atomate2_argyrodite.transport.window import (
    DiffusiveWindow,
    diffusive_window,
    fitted_slopes,
    octave_lags,
)

CM2_PER_S = 1e-4
"""One Å^2/ps in cm^2/s."""
MINIMUM_FRAMES = 32
MINIMUM_IONS = 4
MINIMUM_HOPS = 10
MAXIMUM_RELATIVE_ERROR = 1 / 3
MAXIMUM_CHARGE_RELATIVE_ERROR = 1 / 3
_UNSEEN_HOPS = 3.0
"""95 % upper limit of the mean number of events where none was seen: -ln 0.05."""
_UNSEEN_HOP_ANGSTROM = 4.0
"""Length of the hops that an upper limit allows for: between Li cages of an argyrodite."""


def diffusion(
    trajectory: Trajectory | Sequence[Trajectory], species: str = "Li", ion_charge: float = 1.0
) -> Diffusivity:
    """Return the diffusivity of a species from one trajectory or from replicas of one simulation.

    Displacements are taken in the mean cell against the framework (all other atoms). The mean
    square displacement (MSD) is averaged over all time origins; D is its slope over two octaves of
    lags, which begin at twice the lag from which on the slope has no trend. The error is the spread
    between ions, widened by their concerted motion. Where no lag is free of a trend, fewer than 10
    hops were seen, or the error exceeds a third of D, there is no diffusivity but an upper limit.

    Parameters
    ----------
    trajectory
        The trajectory, or replicas with the same atoms, time between frames and temperature.
    species
        The mobile species.
    ion_charge
        Its charge in elementary charges, for the conductivity.

    Raises
    ------
    TrajectoryError
        If there is no trajectory, the species is absent, replicas differ, or there are fewer than
        32 frames or 4 ions.
    """
    replicas = [trajectory] if isinstance(trajectory, Trajectory) else list(trajectory)
    _check_replicas(replicas, species)
    with ExitStack() as stack:
        moved = [
            stack.enter_context(MobileDisplacements.from_trajectory(replica, species))
            for replica in replicas
        ]
        _check_lengths(moved, species)
        statistics = IonStatistics.from_replicas(moved)
        return diffusion_of(replicas[0], species, ion_charge, moved, statistics)


def diffusion_of(
    trajectory: Trajectory,
    species: str,
    ion_charge: float,
    moved: Sequence[MobileDisplacements],
    statistics: IonStatistics,
) -> Diffusivity:
    """Return the diffusivity of displacements that were read already (see `diffusion`).

    Parameters
    ----------
    trajectory
        The first replica.
    species, ion_charge
        As in `diffusion`.
    moved, statistics
        Displacements of all replicas, and what `IonStatistics.from_replicas` found in them.
    """
    fit = _Fit.of(statistics, diffusive_window(statistics))
    charge = charge_diffusion(moved, fit.octaves, fit.trace.value)
    result = _without_diffusivity(trajectory, species, ion_charge, moved, statistics, fit)
    if not result.is_diffusive:
        return result
    time_step = trajectory.time_step_ps
    return _with_charge(_with_diffusivity(result, fit, time_step), fit.trace, charge, time_step)


def _check_replicas(replicas: Sequence[Trajectory], species: str) -> None:
    if not replicas:
        raise TrajectoryError("no trajectory is given: pass at least one")
    first = replicas[0]
    count = first.indices(species).size
    for replica in replicas[1:]:
        if replica.indices(species).size != count:
            raise TrajectoryError(
                f"replicas hold {count} and {replica.indices(species).size} atoms of {species}: "
                "pass replicas of one simulation cell"
            )
        if not np.isclose(replica.time_step_ps, first.time_step_ps, rtol=1e-6):
            raise TrajectoryError(
                f"replicas have {first.time_step_ps} and {replica.time_step_ps} ps between frames: "
                "write them at the same interval"
            )
        if replica.temperature != first.temperature:
            raise TrajectoryError(
                f"replicas are at {first.temperature} and {replica.temperature} K: "
                "analyse each temperature by itself and join them with arrhenius()"
            )


def _check_lengths(moved: Sequence[MobileDisplacements], species: str) -> None:
    shortest = min(item.n_frames for item in moved)
    if shortest < MINIMUM_FRAMES:
        raise TrajectoryError(
            f"a trajectory holds {shortest} frames, and at least {MINIMUM_FRAMES} are needed: "
            "simulate longer or write frames more often"
        )
    ions = sum(item.n_ions for item in moved)
    if ions < MINIMUM_IONS:
        raise TrajectoryError(
            f"{ions} ions of {species} give no error estimate, at least {MINIMUM_IONS} do: "
            "simulate a larger cell or more replicas"
        )


@dataclass(frozen=True)
class _Fit:
    """The slope of the MSD over two octaves; `window` is None where no lag is diffusive."""

    window: DiffusiveWindow | None
    octaves: tuple[int, int]
    trace: Estimate
    components: tuple[Estimate, ...]

    @classmethod
    def of(cls, statistics: IonStatistics, window: DiffusiveWindow | None) -> "_Fit":
        first, second = octave_lags(statistics)[-2:]
        octaves = (first, second) if window is None else window.octaves
        slopes = fitted_slopes(statistics, octaves) / 2
        components = tuple(statistics.estimate(column, octaves) for column in slopes.T)
        trace = statistics.estimate(slopes[:, :3].mean(axis=1), octaves)
        return cls(window, octaves, trace, components)

    def tensors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the diffusion tensor and the errors of its elements in Å^2 per frame."""
        tensor, errors = np.empty((3, 3)), np.empty((3, 3))
        for (a, b), estimate in zip(COMPONENTS, self.components, strict=True):
            tensor[a, b] = tensor[b, a] = estimate.value
            errors[a, b] = errors[b, a] = estimate.standard_error
        return tensor, errors

    def reasons(self, hops: int) -> tuple[str, ...]:
        """Return why the slope is no diffusivity."""
        found = []
        if hops < MINIMUM_HOPS:
            found.append(
                f"{hops} hops over more than {HOP_DISTANCE_ANGSTROM} Å were seen, fewer than "
                f"{MINIMUM_HOPS}"
            )
        if self.window is None:
            found.append("from no lag on is the slope of the mean square displacement constant")
        if not self.trace.value > self.trace.standard_error / MAXIMUM_RELATIVE_ERROR:
            found.append("the mean square displacement rises by less than three times its error")
        return tuple(found)


def _without_diffusivity(
    trajectory: Trajectory,
    species: str,
    ion_charge: float,
    moved: Sequence[MobileDisplacements],
    statistics: IonStatistics,
    fit: _Fit,
) -> Diffusivity:
    """Return what is known whether or not motion is diffusive."""
    time_step, n_ions = trajectory.time_step_ps, moved[0].n_ions
    duration = sum(item.n_frames - 1 for item in moved) * time_step
    unseen = _UNSEEN_HOPS * _UNSEEN_HOP_ANGSTROM**2 / (6 * duration * n_ions)
    frames = [item.n_frames for item in moved]
    volume = float(np.average([item.mean_volume for item in moved], weights=frames))
    curve = [statistics.estimate(column) for column in statistics.squared_displacements().T]
    window, reasons = fit.window, fit.reasons(statistics.hops)
    return Diffusivity(
        species=species,
        temperature=trajectory.temperature,
        is_diffusive=not reasons,
        reasons=reasons,
        upper_limit=(fit.trace.upper_95 / time_step + unseen) * CM2_PER_S,
        hops=statistics.hops,
        carriers_per_angstrom3=n_ions / volume,
        ion_charge=ion_charge,
        n_ions=n_ions,
        n_replicas=len(moved),
        duration_ps=duration,
        lag_times_ps=np.asarray(statistics.lags * time_step, dtype=np.float64),
        msd_angstrom2=np.array([point.value for point in curve]),
        msd_standard_error_angstrom2=np.array([point.standard_error for point in curve]),
        fit_window_ps=_fit_window(window, time_step),
        log_log_slope=_log_log_slope(window),
    )


def _fit_window(window: DiffusiveWindow | None, time_step_ps: float) -> tuple[float, float] | None:
    if window is None:
        return None
    first, last = window.limits
    return first * time_step_ps, last * time_step_ps


def _log_log_slope(window: DiffusiveWindow | None) -> tuple[float, float] | None:
    if window is None or np.isnan(window.log_log_slope):
        return None
    return window.log_log_slope, window.log_log_slope_error


def _with_diffusivity(result: Diffusivity, fit: _Fit, time_step_ps: float) -> Diffusivity:
    """Return `result` with the tracer diffusivity and the conductivity that follows from it."""
    scale = CM2_PER_S / time_step_ps
    low, high = fit.trace.interval_95
    tensor, errors = fit.tensors()
    found = replace(
        result,
        diffusivity=fit.trace.value * scale,
        standard_error=fit.trace.standard_error * scale,
        interval_95=(low * scale, high * scale),
        tensor=tensor * scale,
        tensor_standard_error=errors * scale,
    )
    if result.temperature is None:
        return found
    carriers, temperature = result.carriers_per_angstrom3, result.temperature
    sigma = [
        conductivity(value * scale, carriers, temperature, result.ion_charge)
        for value in (low, fit.trace.value, high)
    ]
    return replace(
        found,
        conductivity_mS_per_cm=sigma[1],
        conductivity_interval_95_mS_per_cm=(sigma[0], sigma[2]),
    )


def _with_charge(
    result: Diffusivity, tracer: Estimate, charge: ChargeDiffusion, time_step_ps: float
) -> Diffusivity:
    """Return `result` with charge diffusivity and Haven ratio, where their error allows."""
    if charge.value <= 0 or charge.expected_error > tracer.value * MAXIMUM_CHARGE_RELATIVE_ERROR:
        return result
    scale = CM2_PER_S / time_step_ps
    ratio = tracer.value / charge.value
    relative = np.hypot(charge.standard_error / charge.value, tracer.standard_error / tracer.value)
    return replace(
        result,
        charge_diffusivity=charge.value * scale,
        charge_diffusivity_standard_error=charge.standard_error * scale,
        haven_ratio=ratio,
        haven_ratio_standard_error=float(ratio * relative),
    )
