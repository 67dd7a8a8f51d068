"""Running an external program in a folder: its output in a file, its children ended with it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_GRACE_S = 5.0
_WATCH_S = 1.0


@dataclass(frozen=True)
class ProgramEnd:
    """How a program ended.

    Parameters
    ----------
    exit_code
        None if it was ended from here.
    cause
        Why it was ended from here; None if it ended by itself.
    """

    exit_code: int | None
    cause: str | None = None


def run_program(
    command: Sequence[str],
    directory: Path,
    screen: Path,
    *,
    environment: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
    watch: Callable[[], str | None] | None = None,
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
        Called about once a second; if it returns a cause, the program is ended.
    """
    with screen.open("wb") as printed:
        process = subprocess.Popen(
            list(command),
            cwd=directory,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # launchers have children: all are ended together
        )
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
    while True:
        pause = min(_WATCH_S, max(0.0, end - time.monotonic()))
        try:
            return ProgramEnd(process.wait(pause))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= end:
                return ProgramEnd(None, f"it was stopped at its time limit of {timeout_s:g} s")
        cause = watch() if watch is not None else None
        if cause is not None:
            return ProgramEnd(None, cause)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its children, also where a keyboard interrupt came in between."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
