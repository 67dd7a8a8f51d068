"""CP2K's restart files: where a trajectory or a relaxation stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import RunError

FloatArray = NDArray[np.float64]
_SUBSYS = ("FORCE_EVAL", "SUBSYS")


@dataclass(frozen=True, eq=False)
class Cp2kRestart:
    """The content of a restart file.

    Parameters
    ----------
    text
        The file; it is an input of CP2K.
    step
        Steps that were done.
    positions
        In Å, not wrapped, shape (N, 3).
    cell
        Cell vectors in Å as rows.
    velocities
        In bohr per atomic time unit, shape (N, 3); None outside of dynamics.
    """

    text: str
    step: int
    positions: FloatArray
    cell: FloatArray
    velocities: FloatArray | None

    @classmethod
    def from_text(cls, text: str) -> "Cp2kRestart":
        """Read a restart file.

        Raises
        ------
        RunError
            If it is truncated or garbled.
        """
        sections = _sections(text)
        try:
            coordinates = sections[(*_SUBSYS, "COORD")]
            cell = dict(_keyword(line) for line in sections[(*_SUBSYS, "CELL")])
            moving = sections.get((*_SUBSYS, "VELOCITY"))
            restart = cls(
                text=text,
                step=_step(sections),
                positions=_table([line.split()[1:4] for line in coordinates]),
                cell=_table([cell[name].split()[:3] for name in "ABC"]),
                velocities=None if moving is None else _table([line.split() for line in moving]),
            )
        except (KeyError, ValueError, IndexError) as error:
            raise RunError(f"CP2K's restart file is truncated or garbled: {error}") from None
        if restart.velocities is not None and restart.velocities.shape != restart.positions.shape:
            raise RunError("CP2K's restart file is truncated: velocities and positions differ")
        return restart

    @classmethod
    def newest(cls, folder: Path, name: str, before: int | None = None) -> "Cp2kRestart | None":
        """Return the newest readable restart file of a run in a folder, None if there is none.

        Parameters
        ----------
        folder
            Where CP2K runs.
        name
            Stem of its files.
        before
            Only restarts of an earlier step count.
        """
        found = []
        for path in folder.glob(f"{name}-1.restart*"):
            try:
                restart = cls.from_text(path.read_text(encoding="utf-8", errors="replace"))
            except RunError:
                continue
            if before is None or restart.step < before:
                found.append(restart)
        return max(found, key=lambda restart: restart.step, default=None)


def _sections(text: str) -> dict[tuple[str, ...], list[str]]:
    """Return the lines of every section that was closed, by the names of those around it.

    Raises
    ------
    RunError
        If the file ends inside a section.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    path: list[str] = []
    for line in _lines(text):
        if line.upper().startswith("&END"):
            if path:
                path.pop()
        elif line.startswith("&"):
            path.append(line[1:].split()[0].upper())
            found.setdefault(tuple(path), [])
        else:
            found.setdefault(tuple(path), []).append(line)
    if path:
        raise RunError(f"CP2K's restart file ends inside of section {path[-1]}")
    return found


def _lines(text: str) -> Iterator[str]:
    for raw in text.splitlines():
        line = raw.strip()
        if line and not line.startswith("#"):
            yield line


def _keyword(line: str) -> tuple[str, str]:
    name, _, value = line.partition(" ")
    return name.upper(), value.strip()


def _step(sections: dict[tuple[str, ...], list[str]]) -> int:
    for kind in ("MD", "GEO_OPT", "CELL_OPT"):
        for name, value in map(_keyword, sections.get(("MOTION", kind), [])):
            if name == "STEP_START_VAL":
                return int(value)
    return 0


def _table(rows: list[list[str]]) -> FloatArray:
    table = np.array(rows, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != 3 or not np.isfinite(table).all():
        raise ValueError("a table of three columns is not complete")
    return table
