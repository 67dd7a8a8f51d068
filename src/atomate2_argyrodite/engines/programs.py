"""Running an external program in a folder: its output in a file, its children ended with it."""

import fcntl
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from atomate2_argyrodite.errors import FolderInUseError, OutOfSpaceError

_GRACE_S = 5.0
_WATCH_S = 1.0
_WATCH_SHARE = 0.005  # of the wall time may be spent on watching
_LONGEST_PAUSE_S = 60.0
_LOCK = ".lock"
_LAUNCHERS = ("mpirun", "mpiexec", "srun", "aprun", "jsrun")


def missing_program(command: Sequence[str]) -> str | None:
    """Return the program of a command that is not on the PATH, None if nothing is missing.

    Behind a launcher of MPI the last word is looked for as well; a container has its own PATH.
    """
    first, last = (command[0], command[-1]) if command else ("", "")
    is_launched = Path(first).name.startswith(_LAUNCHERS)
    words = [first, last] if is_launched else [first]
    return next((word for word in words if shutil.which(word) is None), None)


@contextmanager
def sole_use(directory: Path, program: str) -> Iterator[int]:
    """Keep other processes of the package out of a folder; yields the descriptor of the lock.

    A program that is given the descriptor keeps the folder locked as long as it runs, even if the
    process that started it was killed.

    Raises
    ------
    FolderInUseError
        If another process uses the folder.
    """
    with (directory / _LOCK).open("w") as lock:
        if not _locked(lock.fileno()):
            raise FolderInUseError(
                f"a {program} run is going on in {directory}: wait until it ends, or end it"
            )
        yield lock.fileno()


def _locked(descriptor: int) -> bool:
    """Take a lock, waiting a little for the last children of a run that has just ended."""
    limit = time.monotonic() + _GRACE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > limit:
                return False
            time.sleep(0.1)
        else:
            return True


def is_full(directory: Path) -> bool:
    """Whether the disk of a folder has no space left."""
    return shutil.disk_usage(directory).free == 0


def out_of_space(directory: Path, program: str) -> OutOfSpaceError:
    """Return the error of a program that ended because the disk of its folder is full."""
    return OutOfSpaceError(
        f"the disk of {directory} is full and {program} ended: free some space or set "
        "ARGYRODITE_WORK_DIRECTORY to a folder on another disk, and run again; what was computed "
        "is kept"
    )


@dataclass(frozen=True)
class ProgramEnd:
    """How a program ended.

    Parameters
    ----------
    exit_code
        None if it was ended from here.
    cause
        Why it was ended from here; None if it ended by itself.
    is_timeout
        Whether the cause is its time limit.
    """

    exit_code: int | None
    cause: str | None = None
    is_timeout: bool = False


def run_program(
    command: Sequence[str],
    directory: Path,
    screen: Path,
    *,
    environment: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
    watch: Callable[[], str | None] | None = None,
    lock: int | None = None,
    memory_gb: float | None = None,
) -> ProgramEnd:
    """Run a command in `directory` and wait for it.

    Parameters
    ----------
    command
        Program and arguments; never given to a shell.
    directory
        Folder to run in.
    screen
        File that gets what it prints, both streams.
    environment
        Variables on top of those of this process.
    timeout_s
        Wall time in s after which it is ended.
    watch
        Called about once a second, less often if it takes long; if it returns a cause, the program
        is ended.
    lock
        Descriptor of a lock that it holds while it runs (see `sole_use`).
    memory_gb
        Bound in GiB of the address space of each of its processes; None for none.
    """
    with screen.open("wb") as printed:
        process = subprocess.Popen(
            list(command),
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            pass_fds=() if lock is None else (lock,),
            start_new_session=True,  # launchers have children: all are ended together
        )
        if memory_gb is not None:
            _limit_memory(process.pid, memory_gb)
        try:
            return _wait(process, timeout_s, watch)
        finally:
            _end(process)


def _wait(
    process: "subprocess.Popen[bytes]",
    timeout_s: float | None,
    watch: Callable[[], str | None] | None,
) -> ProgramEnd:
    end = time.monotonic() + timeout_s if timeout_s is not None else float("inf")
    pause = _WATCH_S
    is_first = True
    while True:
        try:
            return ProgramEnd(process.wait(min(pause, max(0.0, end - time.monotonic()))))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= end:
                cause = f"it was stopped at its time limit of {timeout_s:g} s"
                return ProgramEnd(None, cause, is_timeout=True)
        if watch is None:
            continue
        begin = time.process_time()  # not wall time, which grows with other work on the machine
        cause_of_watch = watch()
        if cause_of_watch is not None:
            return ProgramEnd(None, cause_of_watch)
        if not is_first:  # the first look loads modules
            used = time.process_time() - begin
            pause = min(max(_WATCH_S, used / _WATCH_SHARE), _LONGEST_PAUSE_S)
        is_first = False


def _limit_memory(pid: int, gigabytes: float) -> None:
    """Bound the address space of a process and of those that it is about to start."""
    limit = int(gigabytes * 1024**3)
    with suppress(ProcessLookupError, PermissionError, ValueError):
        resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its children, also where a keyboard interrupt came in between."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
        _wait_for_children(process.pid)
    with suppress(ProcessLookupError, PermissionError):  # a launcher may leave some behind
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_for_children(group: int) -> None:
    """Wait until no process of a group is left: the launcher may go before what it started."""
    limit = time.monotonic() + _GRACE_S
    with suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < limit:
            os.killpg(group, 0)
            time.sleep(0.01)
