"""Many short NPT runs with one potential: where active learning finds its frames.

With thresholds LAMMPS grades the frames itself (pair style ``mtp/extrapolation``), writes only
those above gamma_select, and ends a run at gamma_break.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from monty.json import MSONable
from numpy.typing import NDArray

from atomate2_argyrodite.engines.exploration_input import (
    BREAK_FIX,
    GradeThresholds,
    exploration_script,
    run_begins,
    run_ends,
)
from atomate2_argyrodite.engines.lammps_input import write_data
from atomate2_argyrodite.engines.lammps_process import LammpsOutput, run_lammps
from atomate2_argyrodite.engines.lammps_settings import (
    MolecularDynamicsSettings,
    PressureCoupling,
)
from atomate2_argyrodite.engines.lammps_trajectory import read_frames
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.engines.programs import sole_use
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.settings import ArgyroditeSettings

FloatArray = NDArray[np.float64]

COMPLETED = "completed"
BROKE = "broke"
"""Outcome of a run that ended beyond gamma_break."""
_INPUTS = "inputs.sha256"
_OUTPUTS = "explore_*.out"
_LAST_FRAMES = 20  # before a break: what leads to it
_MOST_KILLS = 2  # of one run: then the run itself is to blame


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
    pressure_gpa
        Pressure of the barostat in GPa.
    """

    configuration: LabelledConfiguration
    temperature_kelvin: float
    seed: int
    pressure_gpa: float = 0.0


@dataclass(frozen=True, eq=False)
class Exploration:
    """What one exploration gave, also where it failed.

    Parameters
    ----------
    start
        Where it started.
    frames
        Unlabelled frames up to the failure if there was one: all at equal intervals from step 0
        on, or with thresholds those above gamma_select, some after the break included. Their
        metadata hold ``step``, ``time_ps``, ``temperature_kelvin`` (the thermostat's), ``seed``,
        and with thresholds ``grade``.
    outcome
        ``'completed'``, ``'broke'``, or the cause of failure in one phrase.
    watched
        Some of all frames at equal intervals, whatever their grade.
    times_ps, grades
        Time and largest grade of every graded frame, shape (G,); empty without thresholds.
    """

    start: ExplorationStart
    frames: list[LabelledConfiguration]
    outcome: str
    watched: list[LabelledConfiguration] = field(default_factory=list)
    times_ps: FloatArray = field(default_factory=lambda: np.zeros(0))
    grades: FloatArray = field(default_factory=lambda: np.zeros(0))

    @property
    def is_complete(self) -> bool:
        """Whether the whole time was simulated."""
        return self.outcome == COMPLETED

    @property
    def time_ps(self) -> float:
        """Time of the last frame that is known of, in ps."""
        last = [float(frames[-1].metadata["time_ps"]) for frames in (self.frames, self.watched)
                if frames]  # fmt: skip
        return max([*last, *self.times_ps[-1:]], default=0.0)


@dataclass(frozen=True)
class ExplorationSettings(MSONable):
    """What all runs of an exploration have in common.

    Parameters
    ----------
    time_ps
        Time of each run in ps.
    frame_interval_steps
        Time steps between two frames, and between two grades.
    time_step_fs, coupling
        See `MolecularDynamicsSettings`.
    thresholds
        Extrapolation grades that LAMMPS watches; None to keep all frames ungraded.
    watch_interval_steps
        With thresholds: steps between frames that are kept whatever their grade.
    after_break_ps
        With thresholds: time for which a run goes on after its break, in ps.
    maximum_frames
        With thresholds: about how many frames of a run are read, however many it collected; evenly
        spaced ones and the last. Memory does not grow with the length of a run.
    """

    time_ps: float
    frame_interval_steps: int = 10
    time_step_fs: float = 2.0
    coupling: PressureCoupling = "aniso"
    thresholds: GradeThresholds | None = None
    watch_interval_steps: int = 100
    after_break_ps: float = 0.05
    maximum_frames: int = 400

    def __post_init__(self) -> None:
        for name in ("frame_interval_steps", "watch_interval_steps", "maximum_frames"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, got {getattr(self, name)}")

    @property
    def checked_thresholds(self) -> GradeThresholds:
        """The thresholds; an error if there are none."""
        if self.thresholds is None:
            raise InputError("an exploration that grades itself needs thresholds")
        return self.thresholds

    def of_run(self, start: ExplorationStart) -> MolecularDynamicsSettings:
        """Return the protocol of one run."""
        return MolecularDynamicsSettings(
            temperature_kelvin=start.temperature_kelvin,
            production_ps=self.time_ps,
            seed=start.seed,
            time_step_fs=self.time_step_fs,
            pressure_gpa=start.pressure_gpa,
            coupling=self.coupling,
        )


def explore(
    directory: Path | str,
    starts: Sequence[ExplorationStart],
    pair_style: PairStyle,
    settings: ExplorationSettings,
    *,
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
        Folder for the files of all runs. Called again with the same arguments, it goes on where it
        was killed: runs that had ended are read, the others are done.
    starts
        Crystals, temperatures, pressures and seeds.
    pair_style
        The potential; with thresholds one that grades, `PairStyle.mtp_extrapolation`.
    settings
        The protocol of all runs.
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
        If a number makes no sense, the potential lacks an element, or its pair style no grades.
    MissingEngineError
        If LAMMPS or its pair style is not installed.
    RunError
        If LAMMPS refuses its input, or runs in that folder already.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    with sole_use(folder, "LAMMPS") as lock:
        scripts = _written(folder, starts, pair_style, settings)
        outcomes = _run_all(folder, scripts, timeout_s, installation, lock)
    return [
        _exploration(folder, index, start, settings, outcome)
        for index, (start, outcome) in enumerate(zip(starts, outcomes, strict=True))
    ]


def _written(
    folder: Path,
    starts: Sequence[ExplorationStart],
    pair_style: PairStyle,
    settings: ExplorationSettings,
) -> list[str]:
    """Write what LAMMPS reads and return the scripts; a folder of other inputs is cleared."""
    scripts = []
    for index, start in enumerate(starts):
        write_data(folder / f"run_{index}.data", start.configuration, pair_style.species)
        scripts.append(
            exploration_script(
                index,
                start.configuration.volume,
                pair_style,
                settings.of_run(start),
                settings.frame_interval_steps,
                settings.thresholds,
                settings.watch_interval_steps,
                settings.after_break_ps,
            )
        )
    pair_style.write_files(folder)
    names = [*pair_style.files, *(f"run_{index}.data" for index in range(len(starts)))]
    digest = hashlib.sha256("".join(scripts).encode())
    for name in names:
        digest.update((folder / name).read_bytes())
    record = folder / _INPUTS
    if not record.is_file() or record.read_text(encoding="ascii") != digest.hexdigest():
        for pattern in ("run_*.dcd", "run_*.grades", _OUTPUTS):
            for stale in folder.glob(pattern):
                stale.unlink()
        record.write_text(digest.hexdigest(), encoding="ascii")
    return scripts


def _run_all(
    folder: Path,
    scripts: Sequence[str],
    timeout_s: float | None,
    installation: ArgyroditeSettings | None,
    lock: int,
) -> list[str]:
    """Run all scripts and return their outcomes; whatever stops one, the later ones are run too."""
    outcomes, number = _outcomes_so_far(folder, len(scripts))
    kills = 0
    while len(outcomes) < len(scripts):
        name, first = f"explore_{number:04d}", len(outcomes)
        output = run_lammps(
            "".join(scripts[first:]), folder, name,
            timeout_s=timeout_s, settings=installation, lock=lock,
        )  # fmt: skip
        if number == 0 and not _was_killed(output):
            _raise_if_refused(output, folder / f"{name}.out")
        found = _outcomes(output, first, len(scripts))
        outcomes += found
        if output.exit_code is None:
            outcomes += ["not started before the time limit"] * (len(scripts) - len(outcomes))
        kills = 0 if found else kills + 1
        if kills == _MOST_KILLS:
            raise RunError(
                f"LAMMPS was killed {kills} times (exit code {output.exit_code}) in run {first} of "
                f"{folder}: look for the reason, such as memory, and run again"
            )
        number += 1
    return outcomes


def _outcomes_so_far(folder: Path, count: int) -> tuple[list[str], int]:
    """Return the outcomes of the runs that had ended when an earlier call was killed.

    The second value is the number of processes that it had started.
    """
    outcomes: list[str] = []
    printed = sorted(folder.glob(_OUTPUTS))
    for path in printed:
        output = LammpsOutput(path.read_text(encoding="utf-8", errors="replace"), exit_code=-9)
        outcomes += _outcomes(output, len(outcomes), count)
    return outcomes, len(printed)


def _raise_if_refused(output: LammpsOutput, printed: Path) -> None:
    try:
        output.raise_if_not_started()
    except Exception:
        printed.unlink()  # no run ended in it, so a second call must not learn from it
        raise


def _was_killed(output: LammpsOutput) -> bool:
    """Whether a process ended by a signal, so that it says nothing of the run it was in."""
    code = output.exit_code
    return code is not None and (code < 0 or code > 128) and "\nERROR" not in output.text


def _outcomes(output: LammpsOutput, first: int, count: int) -> list[str]:
    """Return the outcomes of the runs that ended in a process.

    The run in which it ended is among them, unless the process was killed.
    """
    outcomes: list[str] = []
    for index in range(first, count):
        part = output.section(run_begins(index), run_ends(index))
        if part is None:
            break
        if not output.printed(run_ends(index)):
            return outcomes if _was_killed(part) else [*outcomes, part.cause]
        outcomes.append(_cause_of_halt(part) or COMPLETED)
    return outcomes if outcomes or _was_killed(output) else [output.cause]


def _cause_of_halt(output: LammpsOutput) -> str | None:
    return BROKE if f"fix-id {BREAK_FIX}" in output.text else output.halt_cause


def _exploration(
    folder: Path, index: int, start: ExplorationStart, settings: ExplorationSettings, outcome: str
) -> Exploration:
    time_step = settings.time_step_fs / 1000
    crystal = start.configuration.with_metadata(
        temperature_kelvin=start.temperature_kelvin, seed=start.seed
    )
    path = folder / f"run_{index}.dcd"
    if settings.thresholds is None:
        return Exploration(start, read_frames(path, crystal, time_step), outcome)
    steps, grades = _read_grades(folder / f"run_{index}.grades")
    if outcome == COMPLETED:
        asked = steps <= settings.of_run(start).steps(settings.time_ps)
        steps, grades = steps[asked], grades[asked]
    above = np.flatnonzero((grades > settings.thresholds.select) & (steps > 0))
    wanted = _some_of(len(above), settings.maximum_frames)
    frames = read_frames(path, crystal, time_step, {k: int(steps[above[k]]) for k in wanted})
    grade_of = dict(zip(steps.tolist(), grades.tolist(), strict=True))
    collected = [frame.with_metadata(grade=grade_of[frame.metadata["step"]]) for frame in frames]
    watched = read_frames(folder / f"run_{index}.watched.dcd", crystal, time_step)
    return Exploration(
        start, collected, outcome, watched, np.asarray(steps * time_step, dtype=np.float64), grades
    )


def _some_of(count: int, maximum: int) -> list[int]:
    """Return up to about `maximum` of `count` indices: evenly spaced ones, and the last."""
    if count <= maximum:
        return list(range(count))
    spaced = np.linspace(0, count - 1, maximum).round().astype(int).tolist()
    return sorted({*spaced, *range(count - _LAST_FRAMES, count)} - set(range(-_LAST_FRAMES, 0)))


def _read_grades(path: Path) -> tuple[NDArray[np.int64], FloatArray]:
    """Return steps and grades that a run wrote, up to the last complete line, each step once."""
    text = path.read_text(encoding="ascii", errors="replace") if path.is_file() else ""
    rows = [line.split() for line in text.splitlines(keepends=True) if line.endswith("\n")]
    pairs = [row for row in rows if len(row) == 2 and row[0].isdigit()]
    found: dict[int, float] = {}
    for step, grade in pairs:  # a run that goes on after its break repeats the row of its break
        found.setdefault(int(step), float(grade))
    steps = np.array(list(found), dtype=np.int64)
    return steps, np.array(list(found.values()), dtype=np.float64)
