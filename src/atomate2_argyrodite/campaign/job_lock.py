"""At most one process at a time in the folder of a job."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


@contextmanager
def sole_execution(folder: Path) -> Iterator[bool]:
    """Hold the lock of a job's folder; wait for the process that has it.

    The lock belongs to the file system: it ends with the process that holds it, however suddenly,
    and it holds between machines that share the folder. A file system without locks has none; then
    the launchpad and the work directory's own lock have to suffice.

    Parameters
    ----------
    folder
        Folder of the job; its parent must exist. The lock is a hidden file beside it.

    Yields
    ------
    bool
        Whether another process had the lock: then it may have finished the job.
    """
    path = folder.parent / f".{folder.name}.lock"
    descriptor, waited = _acquire(path)
    try:
        yield waited
    finally:
        if descriptor is not None:
            path.unlink(missing_ok=True)
            os.close(descriptor)


def _acquire(path: Path) -> tuple[int | None, bool]:
    waited = False
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            waited |= _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno in _NO_LOCKS:
                return None, waited
            raise
        if _is_still(path, descriptor):
            return descriptor, waited
        os.close(descriptor)  # its holder ended and removed it: take the new one


def _lock(descriptor: int) -> bool:
    """Lock a file; say whether that took waiting."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return True
    return False


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
