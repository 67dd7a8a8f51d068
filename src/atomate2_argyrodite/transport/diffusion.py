"""Diffusivity of one species with an honest interval, or an upper limit where it does not diffuse."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.collective import ChargeDiffusion, charge_diffusion
from atomate2_argyrodite.transport.displacements import MobileDisplacements, mobile_displacements
from atomate2_argyrodite.transport.estimator import (
    LONGEST_LAG_FRACTION,
    DiffusiveWindow,
    IonAverages,
    diffusive_window,
    positive_interval_95,
)
from atomate2_argyrodite.transport.hops import HOP_DISTANCE_ANGSTROM, count_hops
from atomate2_argyrodite.transport.msd import COMPONENTS, displacement_tensors, lag_grid
from atomate2_argyrodite.transport.nernst_einstein import conductivity
from atomate2_argyrodite.transport.result import Diffusivity
from atomate2_argyrodite.transport.trajectory import Trajectory

CM2_PER_S = 1e-4
"""One Å^2/ps in cm^2/s."""
MINIMUM_FRAMES = 32
MINIMUM_HOPS = 10
MAXIMUM_RELATIVE_ERROR = 1 / 3
_Z_95_ONE_SIDED = 1.6449
_ZERO_COUNT_LIMIT_95 = 3.0  # -ln(0.05): upper limit of a Poisson mean after no event


def diffusion(
    trajectory: Trajectory | Sequence[Trajectory], species: str = "Li", ion_charge: float = 1.0
) -> Diffusivity:
    """Return the diffusivity of a species from one trajectory or from replicas of one simulation.

    Displacements are taken in the mean cell against the framework (all other atoms). The mean square displacement is
    averaged over all time origins; D is its slope between a lag and twice that lag, beyond the lag from which the
    slope has no trend. The error comes from the spread between ions. Where no lag is free of a trend, fewer than
    10 hops were seen, or the error exceeds a third of D, there is no diffusivity but an upper limit.

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
        If there is no trajectory, the species is absent, replicas differ, or there are under 32 frames.
    """
    replicas = [trajectory] if isinstance(trajectory, Trajectory) else list(trajectory)
    _check_replicas(replicas, species)
    moved = [mobile_displacements(replica, species) for replica in replicas]
    _check_lengths(moved)
    averages, hops = _ion_averages(moved)
    window = diffusive_window(averages)
    return _assemble(replicas[0], species, ion_charge, moved, averages, window, hops)


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


def _check_lengths(moved: Sequence[MobileDisplacements]) -> None:
    shortest = min(item.n_frames for item in moved)
    if shortest < MINIMUM_FRAMES:
        raise TrajectoryError(
            f"a trajectory holds {shortest} frames: at least {MINIMUM_FRAMES} are needed, "
            "hundreds are sensible; simulate longer or write frames more often"
        )


def _ion_averages(moved: Sequence[MobileDisplacements]) -> tuple[IonAverages, int]:
    """Return the time averages of every ion of all replicas, and the number of hops."""
    lags = lag_grid(min(item.n_frames for item in moved) // 2)
    tensors, weights, hops = [], [], 0
    duration = sum(item.n_frames * item.n_ions for item in moved)
    for item in moved:
        weights.append(np.full(item.n_ions, item.n_frames / duration))
        for group in item.groups():
            tensors.append(displacement_tensors(group, lags))
            hops += count_hops(group, item.time_step_ps)
    return IonAverages(lags, np.concatenate(tensors), np.concatenate(weights)), hops


def _reasons(
    window: DiffusiveWindow | None, value: float, error: float, hops: int
) -> tuple[str, ...]:
    reasons = []
    if hops < MINIMUM_HOPS:
        reasons.append(
            f"{hops} hops of more than {HOP_DISTANCE_ANGSTROM} Å were seen, under {MINIMUM_HOPS}"
        )
    if window is None:
        reasons.append(
            "the slope of the mean square displacement still changes at the longest lags"
        )
    if not value > error / MAXIMUM_RELATIVE_ERROR:
        reasons.append("the mean square displacement does not rise by three times its error")
    return tuple(reasons)


def _longest_window(lags: NDArray[np.intp], longest: float) -> tuple[int, int]:
    """Return the longest lag and its double that fit into `longest` frames."""
    known = set(lags.tolist())
    start = max(lag for lag in known if 2 * lag in known and (2 * lag <= longest or lag == 1))
    return start, 2 * start


def _assemble(
    trajectory: Trajectory,
    species: str,
    ion_charge: float,
    moved: Sequence[MobileDisplacements],
    averages: IonAverages,
    window: DiffusiveWindow | None,
    hops: int,
) -> Diffusivity:
    time_step = trajectory.time_step_ps
    frames = sum(item.n_frames for item in moved)
    fallback = _longest_window(averages.lags, LONGEST_LAG_FRACTION * moved[0].n_frames)
    lags = fallback if window is None else (window.start, window.stop)
    to_cm2_per_s = CM2_PER_S / (2 * time_step)
    components = averages.slope(*lags) * to_cm2_per_s
    value, error = averages.mean_and_error(components[:, :3].mean(axis=1))
    reasons = _reasons(window, value, error, hops)
    is_diffusive = not reasons
    carriers = moved[0].n_ions * frames / sum(item.mean_volume * item.n_frames for item in moved)
    unseen = (
        _ZERO_COUNT_LIMIT_95 * HOP_DISTANCE_ANGSTROM**2 / (6 * frames * moved[0].n_ions * time_step)
    )
    limit = max(value, 0.0) + _Z_95_ONE_SIDED * error + unseen * CM2_PER_S
    charge = charge_diffusion(moved, *lags) if is_diffusive else None
    interval = positive_interval_95(value, error) if is_diffusive else None
    curve = [averages.mean_and_error(column) for column in averages.traces().T]
    tensor, tensor_error = _tensor(averages, components)
    return Diffusivity(
        species=species,
        temperature=trajectory.temperature,
        is_diffusive=is_diffusive,
        reasons=reasons,
        diffusivity=value if is_diffusive else None,
        standard_error=error if is_diffusive else None,
        interval_95=interval,
        upper_limit=limit,
        tensor=tensor if is_diffusive else None,
        tensor_standard_error=tensor_error if is_diffusive else None,
        fit_window_ps=None if window is None else (lags[0] * time_step, lags[1] * time_step),
        log_log_slope=None if window is None else (window.exponent, window.exponent_error),
        hops=hops,
        **_charge_fields(charge, value, error, time_step),
        **_conductivity_fields(trajectory.temperature, value, interval, carriers, ion_charge),
        carriers_per_angstrom3=carriers,
        ion_charge=ion_charge,
        n_ions=moved[0].n_ions,
        n_replicas=len(moved),
        duration_ps=sum(item.n_frames - 1 for item in moved) * time_step,
        lag_times_ps=averages.lags * time_step,
        msd_angstrom2=np.array([mean for mean, _ in curve]),
        msd_standard_error_angstrom2=np.array([spread for _, spread in curve]),
    )


def _tensor(
    averages: IonAverages, components: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tensor, errors = np.empty((3, 3)), np.empty((3, 3))
    for (a, b), values in zip(COMPONENTS, components.T, strict=True):
        mean, error = averages.mean_and_error(values)
        tensor[a, b] = tensor[b, a] = mean
        errors[a, b] = errors[b, a] = error
    return tensor, errors


def _charge_fields(
    charge: ChargeDiffusion | None, tracer: float, error: float, time_step: float
) -> dict[str, float | None]:
    names = ("charge_diffusivity", "charge_diffusivity_standard_error")
    ratio_names = ("haven_ratio", "haven_ratio_standard_error")
    if charge is None or charge.slope <= 0:
        return dict.fromkeys((*names, *ratio_names))
    scale = CM2_PER_S / time_step
    ratio = tracer / (charge.slope * scale)
    relative = np.hypot(charge.standard_error / charge.slope, error / tracer)
    return {
        names[0]: charge.slope * scale,
        names[1]: charge.standard_error * scale,
        ratio_names[0]: ratio,
        ratio_names[1]: float(ratio * relative),
    }


def _conductivity_fields(
    temperature: float | None,
    value: float,
    interval: tuple[float, float] | None,
    carriers: float,
    ion_charge: float,
) -> dict[str, object]:
    sigma, bounds = None, None
    if temperature is not None and interval is not None:
        sigma = conductivity(value, carriers, temperature, ion_charge)
        low, high = (conductivity(bound, carriers, temperature, ion_charge) for bound in interval)
        bounds = (low, high)
    return {"conductivity_mS_per_cm": sigma, "conductivity_interval_95_mS_per_cm": bounds}
