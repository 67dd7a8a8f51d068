"""CONTCAR, in which VASP leaves what it needs to continue molecular dynamics.

By VASP's documentation (wiki, page CONTCAR) these are, in blocks with an empty line in between, the
crystal, the velocities, and the predictor-corrector coordinates with the parameters of the Nose
thermostat; the file is to be copied to POSCAR.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import RunError

FloatArray = NDArray[np.float64]
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_COUNTS_LINE, _LINES_BEFORE_ATOMS, _LINES_BEFORE_PREDICTOR = 6, 8, 3


@dataclass(frozen=True, eq=False)
class Contcar:
    """Where dynamics of VASP stand.

    Parameters
    ----------
    text
        The file; the next segment gets it as it is.
    velocities
        In Å/fs, shape (N, 3).
    has_thermostat
        Whether the state of the thermostat is in it. Without it the thermostat begins anew: the
        ensemble is the same, the trajectory is not that of one run.
    """

    text: str
    velocities: FloatArray
    has_thermostat: bool

    @classmethod
    def from_text(cls, text: str, n_atoms: int) -> "Contcar":
        """Read a CONTCAR of dynamics.

        Raises
        ------
        RunError
            If it is truncated or garbled, or holds another number of atoms.
        """
        blocks = [block.splitlines() for block in _EMPTY_LINE.split(text.rstrip())]
        try:
            _check_crystal(blocks[0], n_atoms)
            _check_end(text)
            velocities = _table(blocks[1] if blocks[1:] else [], n_atoms, "velocities")
            has_thermostat = len(blocks) > 2
            if has_thermostat:
                _check_predictor(blocks[2], n_atoms)
        except (ValueError, IndexError) as error:
            raise RunError(
                f"VASP's CONTCAR is truncated or garbled ({error}): the run cannot go on from it"
            ) from None
        return cls(text, velocities, has_thermostat)


def _check_crystal(lines: list[str], n_atoms: int) -> None:
    if len(lines) <= _COUNTS_LINE:
        raise ValueError("it ends before the atoms")
    count = sum(int(word) for word in lines[_COUNTS_LINE].split())
    if count != n_atoms:
        raise ValueError(f"it holds {count} atoms instead of {n_atoms}")
    rows = lines[_LINES_BEFORE_ATOMS : _LINES_BEFORE_ATOMS + n_atoms]
    _table([" ".join(row.split()[:3]) for row in rows], n_atoms, "positions")


def _check_end(text: str) -> None:
    if not text.endswith("\n"):
        raise ValueError("it ends inside of a line")


def _check_predictor(lines: list[str], n_atoms: int) -> None:
    if len(lines) < _LINES_BEFORE_PREDICTOR:
        raise ValueError("it ends before the thermostat")
    for line in lines[:_LINES_BEFORE_PREDICTOR]:
        if not np.isfinite(np.array(line.split(), dtype=np.float64)).all():
            raise ValueError("the thermostat is not finite")
    _table(lines[_LINES_BEFORE_PREDICTOR:], 3 * n_atoms, "predictor-corrector coordinates")


def _table(lines: list[str], n_rows: int, name: str) -> FloatArray:
    if len(lines) != n_rows:
        raise ValueError(f"{len(lines)} rows of {name} instead of {n_rows}")
    table = np.array([line.split() for line in lines], dtype=np.float64)
    if table.shape != (n_rows, 3) or not np.isfinite(table).all():
        raise ValueError(f"the {name} are no finite table of three columns")
    return table
