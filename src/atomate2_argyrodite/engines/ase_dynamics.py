"""Molecular dynamics and relaxation of a configuration with ASE's integrators."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.md.nose_hoover_chain import NoseHooverChainNVT
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary

from atomate2_argyrodite.engines.base import (
    NVTRun,
    NVTSettings,
    Relaxation,
    check_relaxation_limits,
    explosion_temperature,
)
from atomate2_argyrodite.engines.evaluators import Evaluator, EvaluatorCalculator
from atomate2_argyrodite.engines.segments import DynamicsSegment, DynamicsState, SegmentLimit
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

_SYMMETRY_TOLERANCE = 1e-2  # Å
_CHAIN = ("eta", "p_eta")
THERMOSTAT_PERIOD_STEPS = 100.0  # ASE's and LAMMPS' recommendation: 100 time steps


def to_atoms(configuration: LabelledConfiguration, evaluator: Evaluator) -> Any:
    """Return periodic ASE atoms that are moved by `evaluator`."""
    atoms = Atoms(
        numbers=configuration.numbers,
        positions=configuration.positions,
        cell=configuration.cell,
        pbc=True,
    )
    atoms.calc = EvaluatorCalculator(evaluator)
    return atoms


def to_configuration(atoms: Any, **metadata: object) -> LabelledConfiguration:
    """Return atoms with their static labels (the stress has no kinetic part)."""
    return LabelledConfiguration(
        numbers=atoms.numbers.copy(),
        positions=atoms.positions.copy(),
        cell=atoms.cell.array.copy(),
        energy=float(atoms.get_potential_energy()),
        forces=atoms.get_forces(),
        stress=atoms.get_stress(voigt=False, include_ideal_gas=False),
        metadata=metadata,
    )


def _temperature(atoms: Any) -> float:
    """Temperature in K of atoms whose total momentum is zero: 3 N - 3 degrees of freedom."""
    freedom = 3 * len(atoms) - 3
    return float(2 * atoms.get_kinetic_energy() / (freedom * units.kB))


def _integrator(
    atoms: Any, settings: NVTSettings, start: DynamicsState | None
) -> NoseHooverChainNVT:
    if len(atoms) < 2:
        raise InputError("molecular dynamics needs at least two atoms, got one")
    if start is None:
        random = np.random.default_rng(settings.seed)
        MaxwellBoltzmannDistribution(atoms, temperature_K=settings.temperature_kelvin, rng=random)
        Stationary(atoms)
    else:
        atoms.set_positions(start.positions)
        atoms.set_momenta(start.momenta)
    # ASE's chain thermostats 3 N degrees of freedom; three of them are at rest.
    bath = settings.temperature_kelvin * (1 - 1 / len(atoms))
    time_step = settings.time_step_fs * units.fs
    dynamics = NoseHooverChainNVT(
        atoms,
        timestep=time_step,
        temperature_K=bath,
        tdamp=THERMOSTAT_PERIOD_STEPS * time_step,
    )
    if start is not None:
        for name in _CHAIN:  # ASE has no public way to set them
            getattr(dynamics._thermostat, f"_{name}")[:] = start.thermostat[name]
    return dynamics


def _state(dynamics: NoseHooverChainNVT, step: int) -> DynamicsState:
    atoms: Any = dynamics.atoms
    return DynamicsState(
        step=step,
        positions=atoms.get_positions(),
        momenta=atoms.get_momenta(),
        thermostat={
            name: np.array(getattr(dynamics._thermostat, f"_{name}"), dtype=np.float64)
            for name in _CHAIN
        },
    )


def _steps(dynamics: NoseHooverChainNVT, settings: NVTSettings, done: int) -> Iterator[int]:
    """Yield the number of each step after it was done, beginning after `done` steps.

    Raises
    ------
    ArithmeticError
        If the temperature explodes or is not finite.
    """
    limit = explosion_temperature(settings.temperature_kelvin)
    for step in range(done + 1, settings.steps + 1):
        dynamics.step()
        temperature = _temperature(dynamics.atoms)
        if not temperature < limit:
            raise ArithmeticError(
                f"temperature reached {temperature:.0f} K after {step} steps, the target is "
                f"{settings.temperature_kelvin:g} K"
            )
        yield step


def canonical_dynamics(
    configuration: LabelledConfiguration, evaluator: Evaluator, settings: NVTSettings
) -> NVTRun:
    """Run NVT dynamics with a Nose-Hoover chain (Martyna, J. Chem. Phys. 97, 2635, 1992).

    Velocities are Maxwell-Boltzmann distributed at the target temperature, with zero total
    momentum. An evaluation that fails, a result that is not finite, and a temperature beyond
    `explosion_temperature` end the run: what was done until then is returned with the cause.
    """
    return canonical_segment(configuration, evaluator, settings, SegmentLimit()).run


def canonical_segment(
    configuration: LabelledConfiguration,
    evaluator: Evaluator,
    settings: NVTSettings,
    limit: SegmentLimit,
    start: DynamicsState | None = None,
) -> DynamicsSegment:
    """Run the dynamics of `canonical_dynamics` up to a limit, or on from a state.

    Positions, velocities and the variables of the chain are handed over: segments follow the
    trajectory of the run without limits.
    """
    atoms = to_atoms(configuration, evaluator)
    dynamics = _integrator(atoms, settings, start)
    done = 0 if start is None else start.step
    series: list[tuple[float, float, float]] = []
    snapshots: list[LabelledConfiguration] = []
    outcome, state, clock = "completed", None, limit.clock()
    try:
        for step in _steps(dynamics, settings, done):
            temperature = _temperature(atoms)
            series.append(
                (temperature, atoms.get_potential_energy(), dynamics.get_conserved_energy())
            )
            if settings.is_snapshot(step):
                snapshots.append(to_configuration(atoms, step=step, temperature_kelvin=temperature))
            if step < settings.steps and clock.is_over(step - done):
                outcome, state = f"interrupted after step {step}", _state(dynamics, step)
                break
    except Exception as error:  # noqa: BLE001 - any failure of a model is a result of the run
        outcome = f"failed at step {done + len(series) + 1}: {error}"
    columns = np.array(series, dtype=np.float64).reshape(-1, 3).T
    return DynamicsSegment(NVTRun(snapshots, columns[0], columns[1], columns[2], outcome), state)


def relax_with_ase(
    configuration: LabelledConfiguration,
    evaluator: Evaluator,
    *,
    relax_cell: bool = True,
    keep_shape: bool = False,
    keep_symmetry: bool = False,
    maximum_force: float = 0.04,
    maximum_steps: int = 500,
) -> Relaxation:
    """Minimise the energy over positions, and the cell if asked, with FIRE (Bitzek, 2006).

    The cell moves through ASE's Frechet filter: with stress s, volume V and N atoms, s V / N obeys
    the same threshold (0.04 eV/Å leaves about 0.3 GPa in an argyrodite). With `keep_shape` only the
    trace of s does. Symmetry is kept by projecting forces, stress and steps onto it. See
    `Engine.relax` for the parameters.

    Raises
    ------
    InputError
        If the threshold or the number of steps is not positive.
    """
    from ase.filters import FrechetCellFilter
    from ase.optimize import FIRE

    check_relaxation_limits(maximum_force, maximum_steps)
    atoms = to_atoms(configuration, evaluator)
    if keep_symmetry:
        _fix_symmetry(atoms)
    moved = (
        FrechetCellFilter(atoms, hydrostatic_strain=keep_shape)  # type: ignore[no-untyped-call]
        if relax_cell
        else atoms
    )
    optimizer = FIRE(moved, logfile=None)
    with (
        warnings.catch_warnings()
    ):  # scipy reports rounding errors of 1e-13 of the cell's logarithm
        warnings.filterwarnings("ignore", message="logm result may be inaccurate")
        is_converged = optimizer.run(fmax=maximum_force, steps=maximum_steps)
    atoms.set_constraint()  # labels are what the potential gives, not projections of it
    relaxed = to_configuration(atoms, **configuration.metadata)
    forces = np.linalg.norm(atoms.get_forces(), axis=1)
    return Relaxation(relaxed, optimizer.nsteps, float(forces.max()), bool(is_converged))


def _fix_symmetry(atoms: Any) -> None:
    from ase.constraints import FixSymmetry

    fixed = FixSymmetry(atoms, symprec=_SYMMETRY_TOLERANCE)  # type: ignore[no-untyped-call]
    atoms.set_constraint(fixed)
