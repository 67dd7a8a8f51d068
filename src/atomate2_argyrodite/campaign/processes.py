"""Ending every process that a run started, wherever it went.

Programs that jobs start (LAMMPS under an MPI launcher) live in sessions of their own and survive
the process that started them. What they cannot lose is their environment: workers carry a mark in
it, and whatever they start inherits the mark. Linux shows it under ``/proc``.
"""

import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atomate2_argyrodite.errors import InputError

MARK = "ARGYRODITE_WORKER"
_LOCK = ".lock"


def marked_processes(mark: str) -> list[int]:
    """Return the pids of other processes of this user whose mark begins with `mark`."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # it has ended, or belongs to somebody else
            entries = (folder / "environ").read_bytes().split(b"\0")
            if any(entry.startswith(wanted) for entry in entries):
                found.append(int(folder.name))
    return found


def kill_marked(mark: str) -> None:
    """Kill the processes whose mark begins with `mark`."""
    for pid in marked_processes(mark):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def sole_use(work_directory: Path) -> Iterator[str]:
    """Keep other runs out of a work directory, and end what a killed run left running in it.

    Yields
    ------
    str
        The beginning of the marks of this run's workers.

    Raises
    ------
    InputError
        If another run uses the folder, or it cannot be written.
    """
    try:
        work_directory.mkdir(parents=True, exist_ok=True)
        lock = (work_directory / _LOCK).open("w")
    except OSError as error:
        raise InputError(
            f"work directory {str(work_directory)!r} cannot be written ({error.strerror}): choose "
            "another with --work-dir or ARGYRODITE_WORK_DIRECTORY"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"another run uses the work directory {str(work_directory)!r}: wait for it, or "
                "choose another with --work-dir"
            ) from None
        mark = f"{work_directory}:"
        kill_marked(mark)
        yield mark
