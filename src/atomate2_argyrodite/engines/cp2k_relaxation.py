"""Relaxations with CP2K in a folder, which resume from its restart file."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from atomate2_argyrodite.engines.base import Relaxation
from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, input_text
from atomate2_argyrodite.engines.cp2k_motion import restart_section
from atomate2_argyrodite.engines.cp2k_process import run_cp2k
from atomate2_argyrodite.engines.cp2k_restart import Cp2kRestart
from atomate2_argyrodite.engines.cp2k_static import single_point
from atomate2_argyrodite.engines.programs import sole_use
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.settings import ArgyroditeSettings

NAME = "relax"
_RESTART = f"{NAME}-1.restart"
_CONVERGED = re.compile(r"GEOMETRY OPTIMIZATION COMPLETED")


def relax_in_folder(
    folder: Path,
    task: Cp2kTask,
    maximum_steps: int,
    *,
    settings: ArgyroditeSettings | None = None,
) -> Relaxation:
    """Relax, or go on with a relaxation that was interrupted; the labels are of a single point.

    While atoms and cell move, the number of grid points stays; the single point afterwards takes
    those of the relaxed cell.

    Parameters
    ----------
    folder
        Belongs to this relaxation alone.
    task
        With run type and section MOTION of the relaxation.
    maximum_steps
        Steps over all calls.
    settings
        Where CP2K is; by default the settings of this installation.

    Raises
    ------
    MissingEngineError
        If CP2K is not installed.
    RunError
        If CP2K failed, an SCF did not converge in two tries, or the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with sole_use(folder, "CP2K") as lock:
        if not _is_over(folder, maximum_steps):
            _run(folder, task, settings, lock)
    restart = Cp2kRestart.newest(folder, NAME)
    if restart is None:
        raise RunError(f"CP2K left no restart file in {folder}: the relaxation did no step")
    configuration = replace(task.configuration, positions=restart.positions)
    if task.run_type == "CELL_OPT":
        configuration = replace(configuration, cell=restart.cell)
    point = replace(
        task,
        configuration=configuration,
        run_type="ENERGY_FORCE",
        motion=(),
        name="relaxed",
        has_fixed_grid=False,
    )  # fmt: skip
    labels = single_point(folder / "relaxed", point, settings=settings)
    forces = np.linalg.norm(labels.forces, axis=1)
    return Relaxation(
        replace(configuration, energy=labels.energy, forces=labels.forces, stress=labels.stress),
        restart.step,
        float(forces.max()),
        _has_converged(folder),
    )


def _outputs(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{NAME}_????.out"))


def _has_converged(folder: Path) -> bool:
    text = [path.read_text(encoding="utf-8", errors="replace") for path in _outputs(folder)[-1:]]
    return any(_CONVERGED.search(part) for part in text)


def _is_over(folder: Path, maximum_steps: int) -> bool:
    restart = Cp2kRestart.newest(folder, NAME)
    return restart is not None and (_has_converged(folder) or restart.step >= maximum_steps)


def _run(folder: Path, task: Cp2kTask, settings: ArgyroditeSettings | None, lock: int) -> None:
    for attempt in (task, task.safer()):
        restart = Cp2kRestart.newest(folder, NAME)
        name = f"{NAME}_{len(_outputs(folder)):04d}"
        motion = list(attempt.motion)
        if restart is not None:
            (folder / _RESTART).write_text(restart.text, encoding="utf-8")
            motion += restart_section(_RESTART)
        text = input_text(replace(attempt, name=NAME, motion=motion))
        output = run_cp2k(text, folder, name, settings=settings, lock=lock)
        if output.fault is None:
            break
        if not output.scf_failed or attempt.is_safer:
            raise RunError(f"{output.fault} in {folder}: remove the cause and run again")
    for path in folder.glob("*.wfn*"):
        path.unlink()
