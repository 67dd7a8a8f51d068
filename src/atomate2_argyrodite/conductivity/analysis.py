"""From the runs of one crystal to diffusivities, activation energy and conductivity."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.conductivity.schemas import (
    ArrheniusResult,
    ConductivityDocument,
    DiffusivityResult,
    LeftOutResult,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.errors import InputError, TrajectoryError
from atomate2_argyrodite.transport import (
    Arrhenius,
    Diffusivity,
    Trajectory,
    arrhenius,
    conductivity,
    diffusion,
)
from atomate2_argyrodite.transport.diffusion import MINIMUM_FRAMES

MOBILE_SPECIES = "Li"
EXTRAPOLATION_TEMPERATURE = 300.0
_BAND_POINTS = 50
_POOLED = ("configuration", "potential_id", "composition", "ps4")


def conductivity_document(runs: Sequence[MolecularDynamicsDocument]) -> ConductivityDocument:
    """Analyse all runs of one crystal: replicas are pooled, failed runs left out and listed.

    Raises
    ------
    InputError
        If there are no runs, or they are of different crystals or potentials.
    """
    first = common_run(runs, _POOLED, "cannot be pooled: analyse them one by one")
    failed = [f"{_name(run)}: {run.outcome}" for run in runs if not run.is_complete]
    diffusivities, unusable = _diffusivities([run for run in runs if run.is_complete])
    return document_of(
        diffusivities,
        composition=first.composition,
        halide=first.halide,
        configuration=first.configuration,
        functional=first.functional,
        engine=first.engine,
        potential_id=first.potential_id,
        seeds={_name(run): seed for run in runs for seed in run.seeds.values()},
        failed_runs=[*failed, *unusable],
    )


def document_of(diffusivities: Sequence[Diffusivity], **header: Any) -> ConductivityDocument:
    """Return the document of diffusivities, one per temperature, with their Arrhenius fit.

    Parameters
    ----------
    diffusivities
        Results of `transport.diffusion`.
    **header
        Other fields of the document.
    """
    fit, reason = _fit(diffusivities)
    return ConductivityDocument(
        **header,
        results=[diffusivity_result(item) for item in diffusivities],
        arrhenius=_arrhenius_result(fit) if fit else None,
        arrhenius_reason=reason,
        curves=Attachment.from_arrays("curves.npz", _curves(diffusivities, fit)),
        warnings=list(fit.notes) if fit else [],
    )


def common_run(
    runs: Sequence[MolecularDynamicsDocument], names: Sequence[str], purpose: str
) -> MolecularDynamicsDocument:
    """Return the first of runs that agree in all fields of `names`.

    Raises
    ------
    InputError
        If there is none, or a field differs; `purpose` ends the message: what cannot be done.
    """
    if not runs:
        raise InputError("there are no runs to analyse: simulate at least one temperature")
    for name in names:
        values = sorted({str(getattr(run, name)) for run in runs})
        if len(values) > 1:
            raise InputError(f"runs of different {name} ({', '.join(values)}) {purpose}")
    return runs[0]


def _name(run: MolecularDynamicsDocument) -> str:
    return f"{run.temperature_kelvin:g} K #{run.replica}"


def _diffusivities(
    runs: Sequence[MolecularDynamicsDocument],
) -> tuple[list[Diffusivity], list[str]]:
    """Return one diffusivity per temperature, and why runs or temperatures have none."""
    found, unusable = [], []
    for temperature in sorted({run.temperature_kelvin or 0.0 for run in runs}):
        at_temperature = [run for run in runs if run.temperature_kelvin == temperature]
        replicas, reasons = usable_trajectories(at_temperature)
        unusable += reasons
        if not replicas:
            continue
        try:
            found.append(diffusion(replicas, MOBILE_SPECIES))
        except TrajectoryError as error:
            unusable.append(f"{temperature:g} K: {error}")
    return found, unusable


def usable_trajectories(
    runs: Sequence[MolecularDynamicsDocument],
) -> tuple[list[Trajectory], list[str]]:
    """Return the trajectories that can be analysed, and why others cannot: one spoils no other."""
    usable, reasons = [], []
    for run in runs:
        try:
            trajectory = trajectory_of(run)
        except TrajectoryError as error:
            reasons.append(f"{_name(run)}: {error}")
            continue
        if trajectory.n_frames < MINIMUM_FRAMES:
            reasons.append(
                f"{_name(run)}: its trajectory holds {trajectory.n_frames} frames, fewer than "
                f"{MINIMUM_FRAMES}"
            )
            continue
        usable.append(trajectory)
    return usable, reasons


def trajectory_of(run: MolecularDynamicsDocument) -> Trajectory:
    """Return the trajectory of a run.

    Raises
    ------
    TrajectoryError
        If it has none, or the file is gone or has changed.
    """
    if run.trajectory is None:
        raise TrajectoryError(f"the run at {_name(run)} has no trajectory")
    path = Path(run.trajectory.path)
    if path.is_file() and path.stat().st_size != run.trajectory.size_bytes:
        raise TrajectoryError(f"{path} is not the file that was recorded: its size has changed")
    return Trajectory.from_file(
        path,
        species=run.species,
        time_step_ps=run.frame_interval_ps,
        temperature=run.temperature_kelvin,
        wrapped=False,  # LAMMPS was told to unwrap: in 2 ps Li may cross half of a small cell
    )


def _fit(diffusivities: Sequence[Diffusivity]) -> tuple[Arrhenius | None, str | None]:
    if not diffusivities:
        return None, "no run could be analysed"
    try:
        return arrhenius(diffusivities), None
    except InputError as error:
        return None, str(error)


def diffusivity_result(item: Diffusivity) -> DiffusivityResult:
    """Return a diffusivity as documents keep it."""
    return DiffusivityResult(
        temperature_kelvin=item.temperature or 0.0,
        n_replicas=item.n_replicas,
        simulated_ps=item.duration_ps,
        is_diffusive=item.is_diffusive,
        diffusivity_cm2_per_s=item.diffusivity,
        diffusivity_standard_error_cm2_per_s=item.standard_error,
        diffusivity_interval_95_cm2_per_s=item.interval_95,
        diffusivity_upper_limit_cm2_per_s=item.upper_limit,
        conductivity_ms_per_cm=item.conductivity_mS_per_cm,
        conductivity_interval_95_ms_per_cm=item.conductivity_interval_95_mS_per_cm,
        conductivity_upper_limit_ms_per_cm=_conductivity_limit(item),
        fit_window_ps=item.fit_window_ps,
        log_log_slope=item.log_log_slope,
        hops=item.hops,
        n_ions=item.n_ions,
        carriers_per_angstrom3=item.carriers_per_angstrom3,
        tensor_cm2_per_s=_rows(item.tensor),
        tensor_standard_error_cm2_per_s=_rows(item.tensor_standard_error),
        charge_diffusivity_cm2_per_s=item.charge_diffusivity,
        charge_diffusivity_standard_error_cm2_per_s=item.charge_diffusivity_standard_error,
        haven_ratio=item.haven_ratio,
        haven_ratio_standard_error=item.haven_ratio_standard_error,
        reason="; ".join(item.reasons) or None,
    )


def _rows(tensor: NDArray[np.float64] | None) -> list[list[float]] | None:
    return None if tensor is None else [[float(x) for x in row] for row in tensor]


def _conductivity_limit(item: Diffusivity) -> float | None:
    if item.temperature is None:
        return None
    carriers = item.carriers_per_angstrom3
    return conductivity(item.upper_limit, carriers, item.temperature, item.ion_charge)


def _arrhenius_result(fit: Arrhenius) -> ArrheniusResult:
    room = fit.extrapolate(EXTRAPOLATION_TEMPERATURE)
    return ArrheniusResult(
        activation_energy_ev=fit.activation_energy_ev,
        activation_energy_interval_95_ev=fit.activation_energy_interval_95_ev,
        temperatures_kelvin=[item.temperature for item in fit.used if item.temperature],
        extrapolation_temperature_kelvin=room.temperature,
        diffusivity_cm2_per_s=room.diffusivity_cm2_per_s,
        diffusivity_interval_95_cm2_per_s=room.diffusivity_interval_95_cm2_per_s,
        conductivity_ms_per_cm=room.conductivity_mS_per_cm,
        conductivity_interval_95_ms_per_cm=room.conductivity_interval_95_mS_per_cm,
        ln_prefactor=fit.ln_prefactor,
        covariance=_rows(fit.covariance),
        chi_squared_per_degree=fit.chi_squared_per_degree,
        curvature_p_value=fit.curvature_p_value,
        leave_one_out=[_left_out(*entry) for entry in fit.leave_one_out().items()],
    )


def _left_out(temperature: float, fit: Arrhenius) -> LeftOutResult:
    room = fit.extrapolate(EXTRAPOLATION_TEMPERATURE)
    return LeftOutResult(
        temperature_left_out_kelvin=temperature,
        activation_energy_ev=fit.activation_energy_ev,
        activation_energy_interval_95_ev=fit.activation_energy_interval_95_ev,
        conductivity_ms_per_cm=room.conductivity_mS_per_cm,
        conductivity_interval_95_ms_per_cm=room.conductivity_interval_95_mS_per_cm,
    )


def _curves(
    diffusivities: Sequence[Diffusivity], fit: Arrhenius | None
) -> dict[str, NDArray[np.float64]]:
    curves = {}
    for item in diffusivities:
        name = f"msd_{item.temperature or 0.0:.0f}"
        curves[f"{name}_lag_ps"] = item.lag_times_ps
        curves[f"{name}_angstrom2"] = item.msd_angstrom2
        curves[f"{name}_standard_error_angstrom2"] = item.msd_standard_error_angstrom2
    return {**curves, **(_band(fit) if fit else {})}


def _band(fit: Arrhenius) -> dict[str, NDArray[np.float64]]:
    """Return sigma T (S K/cm) of the fit between 300 K and the highest temperature."""
    highest = max(item.temperature or 0.0 for item in fit.used)
    # Evenly spaced in 1/T, as an Arrhenius plot is.
    temperatures = 1 / np.linspace(1 / highest, 1 / EXTRAPOLATION_TEMPERATURE, _BAND_POINTS)
    band = fit.band(temperatures)
    density, charge = fit.used[0].carriers_per_angstrom3, fit.used[0].ion_charge
    # sigma T / D does not depend on T: n (q e)^2 / k, here in S K/cm per cm^2/s.
    factor = conductivity(1.0, density, EXTRAPOLATION_TEMPERATURE, charge)
    factor *= EXTRAPOLATION_TEMPERATURE / 1000
    return {
        "band_temperature_kelvin": temperatures,
        "band_low": factor * band.low_cm2_per_s,
        "band_mid": factor * band.diffusivity_cm2_per_s,
        "band_high": factor * band.high_cm2_per_s,
    }
