"""What VASP writes to vasprun.xml, read step by step: memory holds one step, not the run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

import numpy as np
from monty.io import zopen
from monty.os.path import zpath
from numpy.typing import NDArray

from atomate2_argyrodite.engines.evaluators import Labels
from atomate2_argyrodite.errors import RunError

FloatArray = NDArray[np.float64]
KILOBAR_PER_EV_PER_ANGSTROM3 = 1602.1766208
_KEPT = ("generator", "parameters", "atominfo", "calculation")


@dataclass(frozen=True, eq=False)
class VaspStep:
    """One ionic step.

    Parameters
    ----------
    positions
        In Å, following the atoms over the boundaries of the cell, shape (N, 3).
    cell
        Cell vectors in Å as rows.
    labels
        Free energy, forces and stress (tension positive).
    """

    positions: FloatArray
    cell: FloatArray
    labels: Labels


@dataclass(eq=False)
class VaspRun:
    """Content of a vasprun.xml, whole or cut off.

    Parameters
    ----------
    version
        Of VASP.
    symbols
        Element of each atom.
    energies
        Columns of each ionic step in eV: free energy, kinetic energy of the atoms, and the total
        with that of the thermostat (NaN where the run has no kinetic energy).
    steps
        Those ionic steps that were wanted, by number from 1.
    unconverged
        Numbers of the steps whose electronic loop ended unconverged.
    is_whole
        Whether the file has its end.
    before, first, last
        Fractional coordinates before the first step, where they were told, at the first and at the
        last one, following the atoms, shape (N, 3).
    """

    version: str = "unknown"
    symbols: tuple[str, ...] = ()
    energies: list[tuple[float, float, float]] = field(default_factory=list)
    steps: dict[int, VaspStep] = field(default_factory=dict)
    unconverged: list[int] = field(default_factory=list)
    is_whole: bool = False
    before: FloatArray | None = None
    first: FloatArray | None = None
    last: FloatArray | None = None

    def is_repetition(self, tolerance: float) -> bool:
        """Whether the first step has the positions of the one before it, as fractions."""
        if self.before is None or self.first is None:
            return False
        return bool(np.abs(self.first - self.before).max() < tolerance)


def read_vasprun(
    folder: Path,
    is_wanted: Callable[[int], bool] | None = None,
    *,
    keep_last: bool = True,
    before: FloatArray | None = None,
) -> VaspRun:
    """Read ``vasprun.xml`` (or ``.gz``) of a folder.

    Parameters
    ----------
    folder
        Where VASP ran.
    is_wanted
        Which ionic steps are kept with their arrays, counted from 1.
    keep_last
        Whether the last one is kept in any case.
    before
        Fractional coordinates of the step before the first one, shape (N, 3): atoms are followed
        from there. By default they begin where the file has them.

    Raises
    ------
    RunError
        If there is no such file or it holds nonsense; one that is cut off gives the steps before.
    """
    path = Path(zpath(str(folder / "vasprun.xml")))
    if not path.is_file():
        raise RunError(f"VASP left no vasprun.xml in {folder}: see its vasp.out")
    reader = _Reader(is_wanted or (lambda _step: False), keep_last, before)
    with zopen(path, "rb") as file:
        try:
            reader.read(file)
        except ElementTree.ParseError:
            return reader.run  # cut off
        except (AttributeError, TypeError, ValueError) as error:
            raise RunError(f"{path} holds a value that cannot be read: {error}") from None
    reader.run.is_whole = True
    return reader.run


class _Reader:
    """Builds a `VaspRun` from the elements of the file, and forgets each of them."""

    def __init__(
        self, is_wanted: Callable[[int], bool], keep_last: bool, before: FloatArray | None
    ) -> None:
        self.run = VaspRun(before=before)
        self._is_wanted, self._keep_last = is_wanted, keep_last
        self._maximum_scf_steps: int | None = None

    def read(self, file: IO[Any]) -> None:
        """Go through the file.

        Raises
        ------
        ElementTree.ParseError
            If the file is cut off.
        """
        # VASP was started here: this is no file from a stranger.
        for _, element in ElementTree.iterparse(file):  # noqa: S314
            if element.tag == "generator":
                self.run.version = _text(element, "i[@name='version']")
            elif element.tag == "parameters":
                nelm = element.findtext(".//i[@name='NELM']")
                self._maximum_scf_steps = int(nelm) if nelm else None
            elif element.tag == "atominfo":
                rows = element.findall("array[@name='atoms']/set/rc")
                self.run.symbols = tuple(_text(row, "c") for row in rows)
            elif element.tag == "calculation":
                self._calculation(element)
            if element.tag in _KEPT:
                element.clear()

    def _calculation(self, element: ElementTree.Element) -> None:
        number = len(self.run.energies) + 1
        cell = _rows(element, "structure/crystal/varray[@name='basis']")
        fractional = self._followed(_rows(element, "structure/varray[@name='positions']"))
        energies = {i.get("name"): float(i.text or "nan") for i in element.findall("energy/i")}
        free = energies["e_fr_energy"]
        row = (free, energies.get("kinetic", np.nan), energies.get("total", np.nan))
        self.run.energies.append(row)
        if len(element.findall("scstep")) == self._maximum_scf_steps:
            self.run.unconverged.append(number)
        if self._keep_last and number > 1 and not self._is_wanted(number - 1):
            self.run.steps.pop(number - 1, None)
        if self._keep_last or self._is_wanted(number):
            forces = _rows(element, "varray[@name='forces']")
            stress = -_rows(element, "varray[@name='stress']") / KILOBAR_PER_EV_PER_ANGSTROM3
            self.run.steps[number] = VaspStep(fractional @ cell, cell, Labels(free, forces, stress))

    def _followed(self, wrapped: FloatArray) -> FloatArray:
        """Return positions next to those of the step before, over the boundaries of the cell."""
        before = self.run.last if self.run.last is not None else self.run.before
        if before is None:
            before = wrapped
        moved = wrapped - before
        self.run.last = before + moved - np.round(moved)
        if self.run.first is None:
            self.run.first = self.run.last
        return self.run.last


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "unknown").strip()


def _rows(element: ElementTree.Element, path: str) -> FloatArray:
    table = element.find(path)
    if table is None:
        raise ValueError(f"{path} is missing")
    array = np.array([(v.text or "").split() for v in table.findall("v")], dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(f"{path} is no table of three columns")
    return array
