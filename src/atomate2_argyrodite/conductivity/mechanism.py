"""From runs to documents of the mechanism."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from pymatgen.core import Element

from atomate2_argyrodite.conductivity.analysis import (
    MOBILE_SPECIES,
    common_run,
    diffusivity_result,
    trajectory_of,
    usable_trajectories,
)
from atomate2_argyrodite.conductivity.mechanism_schemas import (
    HinderedResult,
    JumpRateResult,
    MechanismDocument,
    Ps4MotionDocument,
    TetrahedronResult,
)
from atomate2_argyrodite.conductivity.schemas import MolecularDynamicsDocument
from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Diffusivity, Trajectory, diffusion
from atomate2_argyrodite.transport.density import IonDensity, ion_density
from atomate2_argyrodite.transport.hindrance import diffusivity_loss
from atomate2_argyrodite.transport.jumps import JumpStatistics, jump_statistics
from atomate2_argyrodite.transport.tetrahedra import TetrahedronMotion, tetrahedron_motion

_COMPARED = ("configuration", "potential_id", "composition")
DENSITY_SPACING_ANGSTROM = 0.2
Found = TypeVar("Found")


def mechanism_document(run: MolecularDynamicsDocument) -> MechanismDocument:
    """Analyse the mechanism of one run; of a failed one the document says so and no more.

    Raises
    ------
    InputError
        If the trajectory of a complete run is gone or has changed.
    """
    header: dict[str, Any] = {
        "configuration": run.configuration,
        "functional": run.functional,
        "engine": run.engine,
        "potential_id": run.potential_id,
        "seeds": run.seeds,
        "replica": run.replica,
        "ps4": run.ps4,
    }
    if run.is_complete:
        return analysed_mechanism(trajectory_of(run), repeats=run.supercell, **header)
    return MechanismDocument(
        **crystal_header(run.species),
        **header,
        temperature_kelvin=run.temperature_kelvin,
        duration_ps=run.production_ps,
        frame_interval_ps=run.frame_interval_ps,
        n_ions=run.species.count(MOBILE_SPECIES),
        density_repeats=run.supercell,
        warnings=[f"the run has failed, and shows no mechanism: {run.outcome}"],
    )


def analysed_mechanism(
    trajectory: Trajectory,
    *,
    mobile: str = MOBILE_SPECIES,
    repeats: tuple[int, int, int] = (1, 1, 1),
    **header: Any,
) -> MechanismDocument:
    """Return jumps, density and motion of PS4 in any trajectory with a framework.

    Parameters
    ----------
    trajectory
        The trajectory.
    mobile
        The mobile species.
    repeats
        Cells of a supercell that are folded into the density.
    **header
        Other fields of the document.

    Raises
    ------
    TrajectoryError
        If the mobile species or a framework is absent.
    """
    density = ion_density(trajectory, mobile, spacing=DENSITY_SPACING_ANGSTROM, repeats=repeats)
    jumps, no_jumps = _or_reason(lambda: jump_statistics(trajectory, mobile))
    motion, no_motion = _or_reason(lambda: tetrahedron_motion(trajectory))
    tracer, no_tracer = _or_reason(lambda: diffusion(trajectory, mobile))
    walk = jumps.random_walk_diffusivity_cm2_per_s if jumps else None
    found = tracer.diffusivity if tracer else None
    return MechanismDocument(
        **{"replica": 1, "ps4": "free", **crystal_header(trajectory.species), **header},
        temperature_kelvin=trajectory.temperature,
        duration_ps=trajectory.duration_ps,
        frame_interval_ps=trajectory.time_step_ps,
        n_ions=trajectory.species.count(mobile),
        jumps=_rates(jumps) if jumps else None,
        n_cages=jumps.cages.n_cages if jumps else 0,
        n_anions_outside=jumps.cages.n_outside if jumps else 0,
        lithium_per_cage=dict(jumps.lithium_per_cage) if jumps else {},
        cage_residence_ps=jumps.cage_residence_ps if jumps else None,
        fraction_in_cores=jumps.fraction_in_cores if jumps else None,
        random_walk_diffusivity_cm2_per_s=walk,
        tracer_diffusivity_cm2_per_s=found,
        correlation_factor=found / walk if found and walk else None,
        tetrahedra=_tetrahedra(motion) if motion else None,
        density_repeats=repeats,
        arrays=_arrays(density, jumps, motion),
        warnings=[reason for reason in (no_jumps, no_motion, no_tracer) if reason],
    )


def _or_reason(analysis: Callable[[], Found]) -> tuple[Found | None, str | None]:
    """Return what an analysis finds, or why it finds nothing."""
    try:
        return analysis(), None
    except TrajectoryError as error:
        return None, str(error)


def _rates(jumps: JumpStatistics) -> list[JumpRateResult]:
    return [
        JumpRateResult(
            kind=kind,
            count=rate.count,
            rate_per_ns=rate.rate_per_ns,
            rate_interval_95_per_ns=rate.interval_95_per_ns,
            distance_angstrom=rate.distance_angstrom,
        )
        for kind, rate in jumps.rates.items()
    ]


def _tetrahedra(motion: TetrahedronMotion) -> TetrahedronResult:
    return TetrahedronResult(
        n_units=motion.n_units,
        libration_amplitude_degrees=motion.libration_amplitude_degrees,
        turns_by_120_degrees=motion.turns[120],
        turns_by_180_degrees=motion.turns[180],
        turned_units=motion.turned_units,
        turn_rate_per_ns=motion.turn_rate_per_ns,
        turn_rate_interval_95_per_ns=motion.turn_rate_interval_95_per_ns,
    )


def _arrays(
    density: IonDensity, jumps: JumpStatistics | None, motion: TetrahedronMotion | None
) -> Attachment:
    arrays = {
        "density": density.values.astype(np.float32),
        "density_cell_angstrom": density.cell,
        "framework_fractional": density.fractional,
        "framework_numbers": np.array([Element(s).Z for s in density.symbols]),
    }
    if jumps is not None:
        arrays |= {
            "occupancies": jumps.occupancies,
            "cage_centres_fractional": jumps.cages.centres,
            "cage_anions": np.array([Element(s).Z for s in jumps.cages.anions]),
            "links": jumps.links,
        }
    if motion is not None:
        arrays |= {
            "lag_ps": motion.lag_times_ps,
            "correlation_1": motion.correlation_1,
            "correlation_2": motion.correlation_2,
        }
    return Attachment.from_arrays("mechanism.npz", arrays)


def ps4_motion_document(runs: Sequence[MolecularDynamicsDocument]) -> Ps4MotionDocument:
    """Compare diffusion with PS4 units held against free ones, temperature by temperature.

    Parameters
    ----------
    runs
        Runs of one crystal and one potential, with free units and with held ones.

    Raises
    ------
    InputError
        If there are no runs, or crystals or potentials differ.
    """
    first = common_run(runs, _COMPARED, "cannot be compared: PS4 motion must be all that differs")
    failed = [f"{_name(run)}: {run.outcome}" for run in runs if not run.is_complete]
    found: dict[tuple[float, str], Diffusivity] = {}
    for temperature, ps4 in sorted({(r.temperature_kelvin or 0.0, r.ps4) for r in runs}):
        replicas = [
            run
            for run in runs
            if run.is_complete and (run.temperature_kelvin, run.ps4) == (temperature, ps4)
        ]
        trajectories, reasons = usable_trajectories(replicas)
        failed += [f"PS4 {ps4}, {reason}" for reason in reasons]
        try:
            if trajectories:
                found[temperature, ps4] = diffusion(trajectories, MOBILE_SPECIES)
        except TrajectoryError as error:
            failed.append(f"PS4 {ps4}, {temperature:g} K: {error}")
    return Ps4MotionDocument(
        composition=first.composition,
        halide=first.halide,
        configuration=first.configuration,
        functional=first.functional,
        engine=first.engine,
        potential_id=first.potential_id,
        seeds={_name(run): seed for run in runs for seed in run.seeds.values()},
        results=[
            _hindered(found[temperature, "free"], diffusivity, ps4)
            for (temperature, ps4), diffusivity in found.items()
            if ps4 != "free" and (temperature, "free") in found
        ],
        failed_runs=failed,
    )


def _name(run: MolecularDynamicsDocument) -> str:
    return f"{run.temperature_kelvin:g} K, PS4 {run.ps4} #{run.replica}"


def _hindered(free: Diffusivity, hindered: Diffusivity, ps4: str) -> HinderedResult:
    loss = diffusivity_loss(free, hindered)
    return HinderedResult(
        temperature_kelvin=free.temperature or 0.0,
        ps4=ps4,
        free=diffusivity_result(free),
        hindered=diffusivity_result(hindered),
        loss=loss.value,
        loss_standard_error=loss.standard_error,
        loss_interval_95=loss.interval_95,
        loss_lower_limit=loss.lower_limit,
        is_significant=loss.is_significant,
        reason=loss.reason,
    )
