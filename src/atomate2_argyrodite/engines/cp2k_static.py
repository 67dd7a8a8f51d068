"""Single points with CP2K: one folder each, a second try with safer settings."""

from pathlib import Path

from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, input_text
from atomate2_argyrodite.engines.cp2k_output import Cp2kOutput
from atomate2_argyrodite.engines.cp2k_process import read_output, run_cp2k
from atomate2_argyrodite.engines.evaluators import Labels
from atomate2_argyrodite.engines.programs import sole_use
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.settings import ArgyroditeSettings


def single_point(
    folder: Path, task: Cp2kTask, *, settings: ArgyroditeSettings | None = None
) -> Labels:
    """Return energy, forces and stress; a result that the folder holds already is read.

    Parameters
    ----------
    folder
        Belongs to this task alone.
    task
        The single point.
    settings
        Where CP2K is; by default the settings of this installation.

    Raises
    ------
    MissingEngineError
        If CP2K is not installed.
    RunError
        If CP2K failed: its SCF did not converge in two tries, it was killed, or the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    safer = task.safer()
    tries = ((task, task.name), (safer, f"{task.name}_safer"))
    n_atoms = len(task.configuration)
    with sole_use(folder, "CP2K") as lock:
        for _, name in tries:
            known = _finished(folder / f"{name}.out")
            if known is not None:
                return known.labels(n_atoms)
        output = Cp2kOutput("")
        for attempt, name in tries:
            output = run_cp2k(input_text(attempt), folder, name, settings=settings, lock=lock)
            if not output.scf_failed:
                break
        _remove_wavefunctions(folder)
    if output.scf_failed:
        raise RunError(
            f"the SCF did not converge, neither in {task.maximum_scf_steps} steps nor in "
            f"{safer.maximum_scf_steps} with safer mixing"
        )
    return output.labels(n_atoms)


def _finished(path: Path) -> Cp2kOutput | None:
    """Return what an earlier process left if that may be used."""
    if not path.is_file():
        return None
    output = read_output(path)
    return output if output.fault is None else None


def _remove_wavefunctions(folder: Path) -> None:
    for path in folder.glob("*.wfn*"):
        path.unlink()
