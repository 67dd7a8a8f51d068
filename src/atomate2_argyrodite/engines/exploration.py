"""Many short NPT runs of small cells with one potential: where active learning finds its frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from atomate2_argyrodite.engines.lammps_input import (
    exploration_script,
    run_begins,
    run_ends,
    write_data,
)
from atomate2_argyrodite.engines.lammps_process import LammpsOutput, run_lammps
from atomate2_argyrodite.engines.lammps_settings import (
    MolecularDynamicsSettings,
    PressureCoupling,
)
from atomate2_argyrodite.engines.lammps_trajectory import read_frames
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.settings import ArgyroditeSettings

COMPLETED = "completed"


@dataclass(frozen=True, eq=False)
class ExplorationStart:
    """Where one exploration starts.

    Parameters
    ----------
    configuration
        The crystal; its metadata go into those of the frames.
    temperature_kelvin
        Temperature in K, of the velocities and the thermostat.
    seed
        Seed of the velocities.
    """

    configuration: LabelledConfiguration
    temperature_kelvin: float
    seed: int


@dataclass(frozen=True, eq=False)
class Exploration:
    """What one exploration gave, also where it failed.

    Parameters
    ----------
    start
        Where it started.
    frames
        Unlabelled frames at equal intervals from step 0 on, up to the failure if there was one;
        metadata hold ``step``, ``time_ps``, ``temperature_kelvin`` (the thermostat's), ``seed``.
    outcome
        ``'completed'``, or the cause of failure in one phrase.
    """

    start: ExplorationStart
    frames: list[LabelledConfiguration]
    outcome: str

    @property
    def is_complete(self) -> bool:
        """Whether the whole time was simulated."""
        return self.outcome == COMPLETED

    @property
    def time_ps(self) -> float:
        """Time of the last frame in ps."""
        return float(self.frames[-1].metadata["time_ps"]) if self.frames else 0.0


def explore(
    directory: Path | str,
    starts: Sequence[ExplorationStart],
    pair_style: PairStyle,
    *,
    time_ps: float,
    frame_interval_steps: int = 10,
    time_step_fs: float = 2.0,
    pressure_gpa: float = 0.0,
    coupling: PressureCoupling = "aniso",
    timeout_s: float | None = None,
    installation: ArgyroditeSettings | None = None,
) -> list[Exploration]:
    """Run short NPT dynamics from every start, one after another in as few processes as possible.

    There is no ramp: velocities are drawn at the target temperature. A run that gets hotter than
    `explosion_temperature` or changes its volume twofold is ended and the next one follows; if
    LAMMPS itself stops (lost atoms, a crash), a new process takes up the remaining runs.

    Parameters
    ----------
    directory
        Folder for the files of all runs.
    starts
        Crystals, temperatures and seeds.
    pair_style
        The potential.
    time_ps
        Time of each run in ps.
    frame_interval_steps
        Time steps between two frames.
    time_step_fs, pressure_gpa, coupling
        See `MolecularDynamicsSettings`.
    timeout_s
        Wall time in s for each process; the run it was in, and all later ones, end there.
    installation
        Where LAMMPS is; by default the settings of this installation.

    Returns
    -------
    list of Exploration
        One per start, in their order.

    Raises
    ------
    InputError
        If a number makes no sense or the potential lacks an element.
    MissingEngineError
        If LAMMPS or its pair style is not installed.
    RunError
        If LAMMPS refuses its input.
    """
    if frame_interval_steps < 1:
        raise InputError(f"frame_interval_steps must be at least 1, got {frame_interval_steps}")
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    pair_style.write_files(folder)
    for stale in folder.glob("run_*.dcd"):
        stale.unlink()
    scripts = []
    for index, start in enumerate(starts):
        settings = MolecularDynamicsSettings(
            temperature_kelvin=start.temperature_kelvin,
            production_ps=time_ps,
            seed=start.seed,
            time_step_fs=time_step_fs,
            pressure_gpa=pressure_gpa,
            coupling=coupling,
        )
        write_data(folder / f"run_{index}.data", start.configuration, pair_style.species)
        volume = start.configuration.volume
        scripts.append(
            exploration_script(index, volume, pair_style, settings, frame_interval_steps)
        )
    outcomes = _run_all(folder, scripts, timeout_s, installation)
    return [
        Exploration(start, _frames(folder, index, start, time_step_fs / 1000), outcomes[index])
        for index, start in enumerate(starts)
    ]


def _run_all(
    folder: Path,
    scripts: Sequence[str],
    timeout_s: float | None,
    installation: ArgyroditeSettings | None,
) -> list[str]:
    """Run all scripts and return their outcomes; whatever stops one, the later ones are run too."""
    outcomes: list[str] = []
    while len(outcomes) < len(scripts):
        first = len(outcomes)
        name = f"explore_{first:04d}"
        script = "".join(scripts[first:])
        output = run_lammps(script, folder, name, timeout_s=timeout_s, settings=installation)
        if first == 0:
            output.raise_if_not_started()
        outcomes += _outcomes(output, first, len(scripts))
        if output.exit_code is None:
            outcomes += ["not started before the time limit"] * (len(scripts) - len(outcomes))
    return outcomes


def _outcomes(output: LammpsOutput, first: int, count: int) -> list[str]:
    """Return the outcomes of the runs that a process began, at least one."""
    outcomes = []
    for index in range(first, count):
        part = output.section(run_begins(index), run_ends(index))
        if part is None:
            break
        if not output.printed(run_ends(index)):
            outcomes.append(part.cause)
            break
        outcomes.append(part.halt_cause or COMPLETED)
    return outcomes or [output.cause]


def _frames(
    folder: Path, index: int, start: ExplorationStart, time_step_ps: float
) -> list[LabelledConfiguration]:
    crystal = start.configuration.with_metadata(
        temperature_kelvin=start.temperature_kelvin, seed=start.seed
    )
    return read_frames(folder / f"run_{index}.dcd", crystal, time_step_ps)
