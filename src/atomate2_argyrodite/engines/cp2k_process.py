"""Starting CP2K, and telling what went wrong."""

import functools
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from atomate2_argyrodite.engines.cp2k_output import Cp2kOutput
from atomate2_argyrodite.engines.programs import (
    is_full,
    missing_program,
    out_of_space,
    run_program,
)
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.settings import ArgyroditeSettings, load_settings

_LAUNCHERS = ("mpirun.openmpi", "mpirun")
_VERSION_TIMEOUT_S = 60.0


def cp2k_command(settings: ArgyroditeSettings | None = None) -> list[str]:
    """Return the command that starts CP2K, as a list of arguments.

    It is ``ARGYRODITE_CP2K_COMMAND`` (``cp2k.psmp``), behind ``mpirun`` if
    ``ARGYRODITE_CP2K_MPI_RANKS`` is above 1. Debian's CP2K needs Debian's launcher: one of another
    MPI would start independent copies, so ``mpirun.openmpi`` is taken where it is.

    Raises
    ------
    MissingEngineError
        If a program is not installed.
    """
    settings = settings or load_settings()
    words = shlex.split(settings.cp2k_command)
    missing = missing_program(words)
    if missing is not None:
        raise MissingEngineError(
            f"CP2K cannot be started: {missing!r} is not installed; run 'apt-get install "
            "--no-install-recommends cp2k cp2k-data', or set ARGYRODITE_CP2K_COMMAND to the "
            "command that starts it"
        )
    if settings.cp2k_mpi_ranks == 1:
        return words
    launcher = next(filter(None, map(shutil.which, _LAUNCHERS)), None)
    if launcher is None:
        raise MissingEngineError(
            f"{settings.cp2k_mpi_ranks} MPI ranks of CP2K need 'mpirun', which is not installed: "
            "run 'apt-get install openmpi-bin', or set ARGYRODITE_CP2K_MPI_RANKS=1"
        )
    return [launcher, "-n", str(settings.cp2k_mpi_ranks), *words]


def cp2k_environment(settings: ArgyroditeSettings) -> dict[str, str]:
    """Return the variables of CP2K's environment: its threads, and none for BLAS."""
    threads = settings.cp2k_omp_threads or max(1, settings.threads // settings.cp2k_mpi_ranks)
    variables = {
        "OMP_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": "1",
        "OMPI_MCA_hwloc_base_binding_policy": "none",  # several runs would share one core
    }
    if settings.cp2k_mpi_ranks == 1:  # no daemon for one process
        variables["OMPI_MCA_ess_singleton_isolated"] = "1"
    if os.geteuid() == 0:  # Open MPI refuses root, which containers often are
        variables |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return variables


@functools.lru_cache(maxsize=4)
def _version_of(words: tuple[str, ...]) -> str:
    alone = words[-1:] if shutil.which(words[-1]) else words  # or inside of a container
    try:
        done = subprocess.run(
            [*alone, "--version"],
            capture_output=True,
            text=True,
            timeout=_VERSION_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingEngineError(f"{alone[0]!r} does not tell its version: {error}") from None
    return Cp2kOutput(done.stdout).version


def cp2k_version(settings: ArgyroditeSettings | None = None) -> str:
    """Return the version of the installed CP2K.

    Raises
    ------
    MissingEngineError
        If it is not installed or does not start.
    """
    settings = settings or load_settings()
    cp2k_command(settings)
    return _version_of(tuple(shlex.split(settings.cp2k_command)))


def run_cp2k(
    text: str,
    directory: Path,
    name: str,
    *,
    settings: ArgyroditeSettings | None = None,
    watch: Callable[[], str | None] | None = None,
    lock: int | None = None,
) -> Cp2kOutput:
    """Run an input in `directory`, as ``<name>.inp`` and ``<name>.out``.

    Parameters
    ----------
    text
        The input.
    directory
        Folder to run in; made if it is not there.
    name
        Stem of the files.
    settings
        Where CP2K is, its ranks, threads and time limit; by default those of this installation.
    watch, lock
        See `run_program`.

    Raises
    ------
    MissingEngineError
        If CP2K is not installed.
    OutOfSpaceError
        If the disk is full: every other run would fail as well.
    """
    settings = settings or load_settings()
    command = [*cp2k_command(settings), "-i", f"{name}.inp"]
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.inp").write_text(text, encoding="utf-8")
    end = run_program(
        command,
        directory,
        directory / f"{name}.out",
        environment=cp2k_environment(settings),
        timeout_s=settings.cp2k_timeout_s,
        watch=watch,
        lock=lock,
    )
    cause = end.cause
    output = read_output(directory / f"{name}.out", cause)
    if output.is_out_of_space or (not output.has_ended and is_full(directory)):
        raise out_of_space(directory, "CP2K")
    if not output.has_ended and cause is None and end.exit_code and end.exit_code < 0:
        return Cp2kOutput(output.text, f"CP2K was killed by signal {-end.exit_code}")
    return output


def read_output(path: Path, cause: str | None = None) -> Cp2kOutput:
    """Read what CP2K printed."""
    return Cp2kOutput(path.read_text(encoding="utf-8", errors="replace"), cause)
