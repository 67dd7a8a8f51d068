"""Running one of atomate2's VASP makers in a folder, and what VASP needs to be there."""

import hashlib
import json
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from atomate2.vasp.jobs.base import BaseVaspMaker
from jobflow import CURRENT_JOB
from monty.json import MontyEncoder
from monty.os import cd
from pymatgen.core import SETTINGS as PYMATGEN_SETTINGS
from pymatgen.core import Structure

from atomate2_argyrodite.engines.programs import is_full, missing_program, out_of_space, sole_use
from atomate2_argyrodite.errors import MissingEngineError, RunError
from atomate2_argyrodite.settings import load_settings

_POTCARS = "PMG_VASP_PSP_DIR"
_DONE = "argyrodite_done.json"


def check_commands() -> None:
    """Check that the commands of ``~/.atomate2.yaml`` (``VASP_CMD``, ``VASP_GAMMA_CMD``) are there.

    Raises
    ------
    MissingEngineError
        If one is not on the PATH.
    """
    from atomate2 import SETTINGS

    for name in ("VASP_CMD", "VASP_GAMMA_CMD"):
        words = shlex.split(os.path.expandvars(getattr(SETTINGS, name)))
        missing = missing_program(words)
        if missing is not None:
            raise MissingEngineError(
                f"VASP cannot be started: {missing!r} of {name} is not installed; write the "
                f"command of your licensed VASP as {name} into ~/.atomate2.yaml, or use the "
                "engine cp2k, which is free"
            )


def check_potcars() -> None:
    """Check that pymatgen knows where the POTCAR files are.

    Raises
    ------
    MissingEngineError
        If it does not, or there is no such folder.
    """
    folder = PYMATGEN_SETTINGS.get(_POTCARS)
    remedy = (
        "run 'pmg config -p <VASP's potentials> <folder>' and "
        f"'pmg config --add {_POTCARS} <folder>'"
    )
    if not folder:
        raise MissingEngineError(f"VASP's POTCAR files are nowhere: {_POTCARS} is unset; {remedy}")
    if not Path(folder).expanduser().is_dir():
        raise MissingEngineError(f"{_POTCARS} = {folder!r} is no folder: {remedy}")


def run_folder(kind: str, maker: BaseVaspMaker, structure: Structure) -> Path:
    """Return the folder of a run, the same whenever the same run is asked for."""
    content = json.dumps([maker, structure], cls=MontyEncoder, sort_keys=True)
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return load_settings().work_directory.absolute() / "vasp" / f"{kind}_{digest}"


def run_maker(maker: BaseVaspMaker, structure: Structure, folder: Path) -> dict[str, Any]:
    """Run a maker of atomate2 in a folder, or find that it was run there.

    Custodian starts VASP and corrects its errors; atomate2 parses the files and judges them.

    Returns
    -------
    dict
        ``task_label``, ``state`` and ``vasp_version`` of atomate2's task document.

    Raises
    ------
    MissingEngineError
        If a POTCAR is missing.
    OutOfSpaceError
        If the disk is full.
    RunError
        If VASP failed or did not converge, or another process uses the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with sole_use(folder, "VASP"):
        done = folder / _DONE
        if done.is_file():
            known: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
            return known
        task = _task_document(maker, structure, folder)
        summary = {
            "task_label": task.task_label,
            "state": str(getattr(task.state, "value", task.state)),
            "vasp_version": task.calcs_reversed[0].vasp_version if task.calcs_reversed else None,
        }
        done.write_text(json.dumps(summary), encoding="utf-8")
        return summary


def _task_document(maker: BaseVaspMaker, structure: Structure, folder: Path) -> Any:
    job: Any = maker.make(structure)  # type: ignore[misc]
    with _as_job(job), cd(folder):
        try:
            return job.function.original(maker, structure).output
        except (OSError, ValueError, IndexError) as error:
            if "potcar" in str(error).lower():
                raise MissingEngineError(
                    f"a POTCAR is missing: {error}; complete the folder {_POTCARS}"
                ) from None
            if isinstance(error, OSError):
                raise
            raise _failure(  # pymatgen, of files that were cut off
                folder, f"VASP's files in {folder} are truncated or garbled ({_one_line(error)})"
            ) from error
        except (RuntimeError, KeyError) as error:  # custodian and atomate2
            raise _failure(folder, f"VASP failed in {folder}: {_one_line(error)}") from error


def _failure(folder: Path, message: str) -> RunError:
    """Return what is to blame: a full disk, which every other run would meet too, or the run."""
    return out_of_space(folder, "VASP") if is_full(folder) else RunError(message)


@contextmanager
def _as_job(job: Any) -> Iterator[None]:
    """Let atomate2 see `job` as the one that runs, and give the real one back afterwards."""
    before = (CURRENT_JOB.job, CURRENT_JOB.store)
    CURRENT_JOB.job = job
    try:
        yield
    finally:
        CURRENT_JOB.job, CURRENT_JOB.store = before


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
