"""Whether the atoms of a simulation are still a crystal: PS4 units whole, P in its place."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.structures.geometry import ps4_units_intact

MELTED_DISPLACEMENT_ANGSTROM = 2.0
"""Median displacement of P from its first place that no crystal reaches: in one, P vibrates by a
few tenths of an Å, and a third of the distance between its sites is 2.4 Å. The median, since at a
grain boundary single PS4 units move by many Å while both grains stay what they are."""
VIBRATION_PS = 0.4
"""Frames that are nearer to each other may see one and the same vibration."""


class CrystalCheck:
    """Looks at single frames of one simulation.

    A bond that is stretched in one frame and whole in a later one is a vibration; units are lost
    when they are broken in frames that are looked at in a row, over at least `VIBRATION_PS`.

    Parameters
    ----------
    species
        Chemical symbol of every atom.
    """

    def __init__(self, species: Sequence[str]) -> None:
        self._numbers = np.array([Element(symbol).Z for symbol in species])
        self._phosphorus = np.flatnonzero(self._numbers == Element("P").Z)
        self._first: NDArray[np.float64] | None = None
        self._broken_since: float | None = None
        self._melted_at: float | None = None

    def look(
        self, positions: NDArray[np.floating], cell: NDArray[np.float64], time_ps: float
    ) -> bool:
        """Take a frame in; return whether the crystal is lost for good.

        Parameters
        ----------
        positions
            Unwrapped positions in Å, shape (atoms, 3).
        cell
            Cell vectors as rows in Å.
        time_ps
            Time of the frame in ps, later than that of the frame before.
        """
        if not self._phosphorus.size:
            return False
        displacement = self._displacement(positions, cell)
        if not ps4_units_intact(self._numbers, np.asarray(positions, dtype=np.float64), cell):
            if self._broken_since is None:
                self._broken_since = time_ps
            return time_ps - self._broken_since >= VIBRATION_PS
        self._broken_since = None
        if displacement > MELTED_DISPLACEMENT_ANGSTROM:
            self._melted_at = time_ps
        return self._melted_at is not None

    @property
    def cause(self) -> str | None:
        """What was seen last: None if the crystal was whole in the last frame."""
        if self._melted_at is not None:
            return f"the crystal melted at {self._melted_at:.1f} ps"
        if self._broken_since is None:
            return None
        return f"PS4 units broke at {self._broken_since:.1f} ps"

    @property
    def lost_at_ps(self) -> float | None:
        """Time in ps of the frame from which on the crystal was not whole; None if it is."""
        return self._broken_since if self._melted_at is None else self._melted_at

    def _displacement(self, positions: NDArray[np.floating], cell: NDArray[np.float64]) -> float:
        """Return the median displacement of P in Å, without drift and in the present cell."""
        fractional = np.asarray(positions, dtype=np.float64)[self._phosphorus] @ np.linalg.inv(cell)
        if self._first is None:
            self._first = fractional
        moved = fractional - self._first
        moved = (moved - moved.mean(axis=0)) @ cell
        return float(np.median(np.linalg.norm(moved, axis=1)))
