"""LAMMPS text dumps (styles atom and custom): any columns, sorted or not, wrapped or unwrapped.

Positions are taken, in this order of preference, from ``xu yu zu`` or ``xsu ysu zsu`` (unwrapped),
``x y z`` or ``xs ys zs`` with ``ix iy iz`` (unwrapped by the images), ``x y z`` or ``xs ys zs``
alone (wrapped). Atoms are sorted by ``id``; ``element`` names the species.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats.text import convert, numbers, opened_text, take_lines
from atomate2_argyrodite.transport.frames import Frame, StreamedFrames

_POSITIONS = (("xu", "yu", "zu"), ("xsu", "ysu", "zsu"), ("x", "y", "z"), ("xs", "ys", "zs"))
_IMAGES = ("ix", "iy", "iz")


@dataclass(frozen=True)
class _Layout:
    """Which columns of the atom lines hold what."""

    names: tuple[str, ...]
    path: Path

    def has(self, names: Sequence[str]) -> bool:
        """Whether there are these columns."""
        return set(names) <= set(self.names)

    @property
    def kind(self) -> tuple[str, ...]:
        """Names of the columns that hold positions."""
        for names in _POSITIONS:
            if self.has(names):
                return names
        raise TrajectoryError(
            f"{self.path} has no positions among its columns {' '.join(self.names)}: "
            "dump id element xu yu zu"
        )

    @property
    def wrapped(self) -> bool:
        """Whether positions are in the cell and there are no images to unwrap them by."""
        return self.kind[0] in {"x", "xs"} and not self.has(_IMAGES)


@dataclass(frozen=True)
class _RawFrame:
    """One frame as it stands in the file."""

    step: int
    cell: NDArray[np.float64]
    origin: NDArray[np.float64]
    layout: _Layout
    words: NDArray[np.str_]

    def column(self, name: str) -> NDArray[np.str_]:
        """Return one column, sorted by atom id."""
        column: NDArray[np.str_] = self.words[self.order, self.layout.names.index(name)]
        return column

    @property
    def ids(self) -> NDArray[np.int64]:
        """Atom ids in file order; the line number where there are none."""
        if "id" not in self.layout.names:
            return np.arange(len(self.words))
        return self._numbers(["id"])[:, 0].astype(np.int64)

    @property
    def order(self) -> NDArray[np.intp]:
        """Indices that sort the atoms by id."""
        return np.argsort(self.ids, kind="stable")

    @property
    def types(self) -> list[int]:
        """LAMMPS atom types, sorted by id."""
        found: list[int] = self._numbers(["type"])[self.order, 0].astype(int).tolist()
        return found

    def positions(self) -> NDArray[np.float64]:
        """Return Cartesian positions in Å, sorted by id, shape (atoms, 3)."""
        kind = self.layout.kind
        values = self._numbers(kind)
        if "s" in kind[0]:
            values = values @ self.cell + self.origin
        if self.layout.has(_IMAGES) and not kind[0].endswith("u"):
            values = values + self._numbers(_IMAGES) @ self.cell
        return np.asarray(values[self.order], dtype=np.float64)

    def _numbers(self, names: Sequence[str]) -> NDArray[np.float64]:
        columns = [self.layout.names.index(name) for name in names]
        return convert(self.words[:, columns], len(columns), self.layout.path)


def _box(header: str, lines: list[str], path: Path) -> tuple[NDArray[np.float64], ...]:
    """Return cell vectors as rows and their origin from the lines of ``BOX BOUNDS``."""
    if "abc origin" in header:
        rows = numbers(lines, 4, path)
        return rows[:, :3], rows[:, 3]
    tilted = "xy xz yz" in header
    bounds = numbers(lines, 3 if tilted else 2, path)
    xy, xz, yz = bounds[:, 2] if tilted else (0.0, 0.0, 0.0)
    low, high = bounds[:, 0].copy(), bounds[:, 1].copy()
    low[:2] -= min(0.0, xy, xz, xy + xz), min(0.0, yz)
    high[:2] -= max(0.0, xy, xz, xy + xz), max(0.0, yz)
    if not (high > low).all():
        raise TrajectoryError(
            f"{path} has a box from {low.tolist()} to {high.tolist()} Å, which is empty: it is "
            "corrupted; cut the trajectory before it"
        )
    cell = np.diag(high - low)
    cell[1, 0], cell[2, 0], cell[2, 1] = xy, xz, yz
    return cell, low


def _read_file(path: Path) -> Iterator[_RawFrame]:
    """Yield the complete frames of one file."""
    with opened_text(path) as file:
        while line := file.readline():
            if line.startswith("ITEM: TIMESTEP"):
                frame = _read_frame(file, path)
                if frame is None:
                    return
                yield frame
            elif not line.startswith(("ITEM: UNITS", "ITEM: TIME")) and line.startswith("ITEM"):
                raise TrajectoryError(
                    f"{path} is not a LAMMPS dump of atoms: found {line.strip()!r}"
                )


def _read_frame(lines: Iterator[str], path: Path) -> _RawFrame | None:
    head = take_lines(lines, 7)
    if head is None:
        return None
    atoms_line = next(lines, None)
    if atoms_line is None:
        return None
    if not (head[1].startswith("ITEM: NUMBER OF ATOMS") and atoms_line.startswith("ITEM: ATOMS")):
        raise TrajectoryError(f"{path} is not a LAMMPS dump of atoms: check the format")
    layout = _Layout(tuple(atoms_line.split()[2:]), path)
    step, n_atoms = (int(numbers([line], 1, path)[0, 0]) for line in (head[0], head[2]))
    if n_atoms < 1:
        raise TrajectoryError(f"step {step} of {path} holds {n_atoms} atoms: at least 1 is needed")
    body = take_lines(lines, n_atoms)
    if body is None:
        return None
    words = [line.split() for line in body]
    if any(len(row) != len(layout.names) for row in words):
        raise TrajectoryError(
            f"step {step} of {path} has a line without its {len(layout.names)} columns: "
            "it is corrupted; cut the trajectory before it"
        )
    cell, origin = _box(head[3], head[4:], path)
    return _RawFrame(step, cell, origin, layout, np.array(words))


def _read_all(paths: Sequence[Path]) -> Iterator[Frame]:
    """Yield the frames of successive files; of repeated steps, those of the later file.

    Raises
    ------
    TrajectoryError
        If atoms change, or steps do not rise evenly.
    """
    starts = [_first_frame(path).step for path in paths[1:]]
    ids, previous, interval = None, None, None
    for path, end in zip(paths, [*starts, None], strict=True):
        for frame in _read_file(path):
            if end is not None and frame.step >= end:
                break
            found = np.sort(frame.ids)
            ids = _distinct(found, frame.step, path) if ids is None else ids
            if not np.array_equal(found, ids):
                raise TrajectoryError(
                    f"step {frame.step} of {path} holds {len(found)} atoms, which are not the "
                    f"{len(ids)} of the first frame: atoms were lost; cut the trajectory before it"
                )
            if previous is not None:
                step = frame.step - previous
                interval = step if interval is None else interval
                _check_interval(path, frame.step, step, interval)
            previous = frame.step
            yield frame.positions(), frame.cell


def _distinct(ids: NDArray[np.int64], step: int, path: Path) -> NDArray[np.int64]:
    """Return sorted atom ids, of which none may occur twice."""
    repeated = ids[1:][ids[1:] == ids[:-1]]
    if len(repeated):
        raise TrajectoryError(
            f"step {step} of {path} holds atom {repeated[0]} twice: join no dumps of several "
            "simulations in one frame"
        )
    return ids


def _check_interval(path: Path, at: int, step: int, interval: int) -> None:
    if step <= 0 or step != interval:
        raise TrajectoryError(
            f"step {at} of {path} comes {step} steps after the frame before, others {interval}: "
            "frames are missing or out of order; name the files in order, dumped at one interval"
        )


def _first_frame(path: Path) -> _RawFrame:
    for frame in _read_file(path):
        return frame
    raise TrajectoryError(f"{path} holds no complete frame: the run ended before its first one")


def open_lammps_text(paths: Sequence[Path]) -> StreamedFrames:
    """Open successive LAMMPS text dumps of one simulation.

    Raises
    ------
    TrajectoryError
        If a file is malformed.
    """
    first = _first_frame(paths[0])
    names = first.layout.names
    return StreamedFrames(
        read=partial(_read_all, tuple(paths)),
        origin=str(paths[0]),
        species=first.column("element").tolist() if "element" in names else None,
        types=first.types if "type" in names else None,
        wrapped=first.layout.wrapped,
    )
