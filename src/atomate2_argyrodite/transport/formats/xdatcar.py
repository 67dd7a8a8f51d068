"""XDATCAR files of VASP: fractional coordinates, with one cell for all frames or one for each."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats.text import numbers, opened_text, take_lines
from atomate2_argyrodite.transport.frames import Frame, StreamedFrames

_MAXIMUM_ATOMS = 10_000_000


def _header(title_and_rest: list[str], path: Path) -> tuple[NDArray[np.float64], list[str]]:
    """Return cell vectors in Å and the symbol of every atom from the seven lines of a header."""
    scale = float(numbers(title_and_rest[1:2], 1, path)[0, 0])
    cell = numbers(title_and_rest[2:5], 3, path)
    if scale < 0:  # VASP: a negative factor is the volume
        scale = float(np.cbrt(-scale / abs(np.linalg.det(cell))))
    symbols, counts = title_and_rest[5].split(), title_and_rest[6].split()
    if len(symbols) != len(counts) or not all(count.isdigit() for count in counts):
        raise TrajectoryError(
            f"{path} does not name its elements with their numbers in lines 6 and 7: "
            "it is not an XDATCAR of VASP 5 or later"
        )
    total = sum(map(int, counts))
    if not 0 < total <= _MAXIMUM_ATOMS:
        raise TrajectoryError(
            f"{path} announces {total} atoms in line 7: 1 to {_MAXIMUM_ATOMS:,} can be read"
        )
    # VASP 6 writes symbols such as "Li_sv/1a2b"
    elements = [symbol.split("/")[0].split("_")[0] for symbol in symbols]
    return scale * cell, [e for e, n in zip(elements, counts, strict=True) for _ in range(int(n))]


def _read_file(path: Path) -> Iterator[tuple[Frame, list[str]]]:
    """Yield the complete frames of one file, and their species.

    Raises
    ------
    TrajectoryError
        If the numbers of the configurations do not rise evenly.
    """
    cell, species = np.zeros((3, 3)), [""]
    numbers_seen: list[int] = []
    with opened_text(path) as lines:
        for line in lines:
            if "=" not in line or "onfig" not in line:
                rest = take_lines(lines, 6)
                if rest is None:
                    return
                cell, species = _header([line, *rest], path)
                continue
            numbers_seen = _continued(numbers_seen, line, path)
            body = take_lines(lines, len(species))
            if body is None:
                return
            yield (numbers(body, 3, path) @ cell, cell), species


def _continued(seen: list[int], line: str, path: Path) -> list[int]:
    """Return the last two numbers of configurations, the new one included."""
    current = int(line.split("=")[1].split()[0])
    if len(seen) == 2 and current - seen[1] != seen[1] - seen[0]:
        raise TrajectoryError(
            f"configuration {current} of {path} follows {seen[1]} and {seen[0]}: frames are "
            "missing or out of order; pass the files of successive runs as a list"
        )
    return [*seen[-1:], current]


def _read_all(paths: Sequence[Path]) -> Iterator[Frame]:
    first: list[str] | None = None
    for path in paths:
        for frame, species in _read_file(path):
            first = species if first is None else first
            if species != first:
                raise TrajectoryError(
                    f"{path} holds other elements, or in another order, than the first frame of "
                    f"{paths[0]}: name the files of one simulation"
                )
            yield frame


def open_xdatcar(paths: Sequence[Path]) -> StreamedFrames:
    """Open successive XDATCAR files of one simulation.

    Raises
    ------
    TrajectoryError
        If a file is malformed or has no frame.
    """
    for _, species in _read_file(paths[0]):
        return StreamedFrames(partial(_read_all, tuple(paths)), str(paths[0]), species)
    raise TrajectoryError(f"{paths[0]} holds no complete frame: the run ended before its first one")
