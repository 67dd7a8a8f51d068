"""Reading lines of text files, compressed or not."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.errors import TrajectoryError


@contextmanager
def opened_text(path: Path) -> Iterator[TextIO]:
    """Open a text file; a name that ends in ``.gz`` is decompressed.

    Raises
    ------
    TrajectoryError
        Also for what the reader of its lines meets in a damaged file.
    """
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8")
        ) as file:
            yield file
    except TrajectoryError:
        raise
    except (ValueError, LookupError, ArithmeticError, EOFError, OSError, zlib.error) as error:
        raise TrajectoryError(
            f"{path} cannot be read ({type(error).__name__}: {error}): it is corrupted, cut, or of "
            "another format"
        ) from error


def take_lines(lines: Iterator[str], count: int) -> list[str] | None:
    """Return the next lines, or None where the file ends before the last of them."""
    taken = list(islice(lines, count))
    if len(taken) < count or (taken and not taken[-1].endswith("\n")):
        return None
    return taken


def numbers(lines: list[str], columns: int, path: Path) -> NDArray[np.float64]:
    """Return the first `columns` columns of lines of numbers.

    Raises
    ------
    TrajectoryError
        If a word is not a number or a column is missing.
    """
    return convert([line.split()[:columns] for line in lines], columns, path)


def convert(words: ArrayLike, columns: int, path: Path) -> NDArray[np.float64]:
    """Return rows of words as numbers.

    Raises
    ------
    TrajectoryError
        If a word is not a number or a row has another length than `columns`.
    """
    try:
        return np.array(words, dtype=np.float64).reshape(-1, columns)
    except ValueError as error:
        raise TrajectoryError(
            f"{path} has a line that is not {columns} numbers ({error}): "
            "it is corrupted or of another format"
        ) from None
