"""Molecular dynamics with LAMMPS on plain folders: an NVT ramp, an NPT production that resumes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.crystal_check import CrystalCheck
from atomate2_argyrodite.engines.lammps_input import (
    CHECKPOINT,
    PRODUCTION_BEGINS,
    PRODUCTION_ENDS,
    production_script,
    write_data,
)
from atomate2_argyrodite.engines.lammps_integrators import BAR_PER_GPA
from atomate2_argyrodite.engines.lammps_process import LammpsOutput, run_lammps
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.engines.lammps_trajectory import joined_trajectory
from atomate2_argyrodite.engines.lammps_watch import ProductionWatch, RunProgress
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.engines.programs import sole_use
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.settings import ArgyroditeSettings

COMPLETED = "completed"


@dataclass(frozen=True, eq=False)
class MolecularDynamicsResult:
    """A production run, complete or not.

    Parameters
    ----------
    outcome
        ``'completed'``, or the cause of failure in one phrase.
    production_ps
        Production time that was done.
    thermo
        Arrays ``time_ps``, ``temperature_kelvin``, ``potential_energy_ev``, ``pressure_gpa`` and
        ``volume_angstrom3`` of the production, each of shape (rows,).
    trajectory
        Unwrapped trajectory (DCD, single precision, the cell of every frame); None if there is no
        frame.
    species
        Element of each atom in the trajectory's order.
    microseconds_per_atom_step
        CPU time of the production loops, None if none ended.
    lammps_version
        Version of LAMMPS as it names itself.
    """

    outcome: str
    production_ps: float
    thermo: dict[str, NDArray[np.float64]]
    trajectory: Path | None
    species: tuple[str, ...]
    microseconds_per_atom_step: float | None
    lammps_version: str

    @property
    def is_complete(self) -> bool:
        """Whether the whole production was done."""
        return self.outcome == COMPLETED


def run_molecular_dynamics(
    directory: Path | str,
    configuration: LabelledConfiguration,
    pair_style: PairStyle,
    settings: MolecularDynamicsSettings,
    *,
    timeout_s: float | None = None,
    installation: ArgyroditeSettings | None = None,
    tell: Callable[[RunProgress], None] | None = None,
) -> MolecularDynamicsResult:
    """Run an NVT ramp and an NPT production, or go on with one that was interrupted.

    Parameters
    ----------
    directory
        Folder of the run. If it holds a checkpoint, the production continues from there; if it
        holds a finished production, that is read. One folder belongs to one set of arguments.
    configuration
        The crystal to start from.
    pair_style
        The potential.
    settings
        The protocol.
    timeout_s
        Wall time in s after which LAMMPS is stopped; calling again continues.
    installation
        Where LAMMPS is; by default the settings of this installation.
    tell
        Called about once a second with the progress of the production.

    Notes
    -----
    While LAMMPS runs, the newest frame and the thermo table are looked at; a run that loses its
    PS4 units, melts, or drifts in temperature or volume is ended, with its cause as the outcome.

    Raises
    ------
    InputError
        If the potential lacks an element of the crystal.
    MissingEngineError
        If LAMMPS or its pair style is not installed.
    RunError
        If LAMMPS refuses its input, or is running in that folder already. Failed dynamics are no
        error but a result.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    with sole_use(folder, "LAMMPS") as lock:
        outputs = _previous_outputs(folder)
        if not (outputs and _is_over(outputs[-1])):
            segment = len(outputs)
            output = run_lammps(
                _segment_script(folder, segment, configuration, pair_style, settings),
                folder,
                f"segment_{segment:04d}",
                timeout_s=timeout_s,
                settings=installation,
                lock=lock,
                watch=_watch(folder, segment, configuration, settings, tell),
            )
            output.raise_if_not_started()
            outputs.append(output)
    return _result(folder, outputs, configuration, settings)


def _watch(
    folder: Path,
    segment: int,
    configuration: LabelledConfiguration,
    settings: MolecularDynamicsSettings,
    tell: Callable[[RunProgress], None] | None,
) -> ProductionWatch:
    return ProductionWatch(
        printed=folder / f"segment_{segment:04d}.out",
        trajectory=folder / f"production_{segment:04d}.dcd",
        begins=PRODUCTION_BEGINS,
        settings=settings,
        check=CrystalCheck(configuration.symbols),
        tell=tell,
    )


def _previous_outputs(folder: Path) -> list[LammpsOutput]:
    """Return what earlier processes printed; without a checkpoint, remove what they left."""
    printed = sorted(folder.glob("segment_*.out"))
    outputs = [LammpsOutput(path.read_text(encoding="utf-8"), exit_code=1) for path in printed]
    if (folder / CHECKPOINT).is_file() or (outputs and _is_over(outputs[-1])):
        return outputs
    for path in (*printed, *folder.glob("production_*.dcd")):
        path.unlink()
    return []


def _is_over(output: LammpsOutput) -> bool:
    """Whether the production is complete or failed for good: doing it again changes nothing."""
    return output.printed(PRODUCTION_ENDS) or output.dynamics_failed


def _segment_script(
    folder: Path,
    segment: int,
    configuration: LabelledConfiguration,
    pair_style: PairStyle,
    settings: MolecularDynamicsSettings,
) -> str:
    """Write the files that LAMMPS reads and return the script of the next segment."""
    data_file = "configuration.data"
    held = settings.ps4 != "free"
    write_data(folder / data_file, configuration, pair_style.species, with_units=held)
    pair_style.write_files(folder)
    return production_script(
        configuration.volume,
        pair_style,
        settings,
        data_file=data_file,
        trajectory=f"production_{segment:04d}.dcd",
        resume=(folder / CHECKPOINT).is_file(),
    )


def _result(
    folder: Path,
    outputs: list[LammpsOutput],
    configuration: LabelledConfiguration,
    settings: MolecularDynamicsSettings,
) -> MolecularDynamicsResult:
    productions = [part for part in map(_production_part, outputs) if part is not None]
    whole = LammpsOutput("\n".join(part.text for part in productions), outputs[-1].exit_code)
    rows = whole.thermo().T
    cpu_seconds, atom_steps = whole.cost()
    completed = outputs[-1].printed(PRODUCTION_ENDS)
    return MolecularDynamicsResult(
        outcome=COMPLETED if completed else outputs[-1].cause,
        production_ps=float(rows[0].max(initial=0.0)) * settings.time_step_ps,
        thermo={
            "time_ps": rows[0] * settings.time_step_ps,
            "temperature_kelvin": rows[1],
            "potential_energy_ev": rows[2],
            "pressure_gpa": rows[3] / BAR_PER_GPA,
            "volume_angstrom3": rows[4],
        },
        trajectory=joined_trajectory(sorted(folder.glob("production_*.dcd")), folder),
        species=configuration.symbols,
        microseconds_per_atom_step=1e6 * cpu_seconds / atom_steps if atom_steps else None,
        lammps_version=outputs[-1].version,
    )


def _production_part(output: LammpsOutput) -> LammpsOutput | None:
    return output.section(PRODUCTION_BEGINS, PRODUCTION_ENDS)
