"""Looking at a LAMMPS production while it runs, so that a lost crystal costs no more time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.engines.crystal_check import CrystalCheck
from atomate2_argyrodite.engines.lammps_process import THERMO_COLUMNS
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats.dcd import (
    DcdHeader,
    cells_from_dcd,
    frame_dtype,
    read_header,
)

WINDOW_ROWS = 50
"""Rows of the thermo table whose mean is watched."""
TEMPERATURE_DRIFT = 0.25
"""Relative deviation of a window's temperature from the target that ends a run."""
VOLUME_DRIFT = 0.10
"""Relative change of the volume since the first window that ends a run."""


@dataclass(frozen=True)
class RunProgress:
    """Where a production stands: time in ps of how much, temperature in K, volume in Å^3."""

    time_ps: float
    production_ps: float
    temperature_kelvin: float
    volume_angstrom3: float


@dataclass
class ProductionWatch:
    """Looks at the newest frame and the last rows of the thermo table.

    Parameters
    ----------
    printed
        File that LAMMPS prints to.
    trajectory
        Trajectory that it writes.
    begins
        Line after which the production's table follows.
    settings
        The protocol.
    check
        Judges frames.
    tell
        Called with the progress.
    """

    printed: Path
    trajectory: Path
    begins: str
    settings: MolecularDynamicsSettings
    check: CrystalCheck
    tell: Callable[[RunProgress], None] | None = None
    _offset: int = 0
    _rest: str = ""
    _started: bool = False
    _rows: list[list[float]] = field(default_factory=list)
    _first_volume: float | None = None
    _last_frame: int = -1

    def __call__(self) -> str | None:
        """Return why the run should end; None if all is well."""
        self._read_table()
        if self._rows and self.tell is not None:
            step, temperature, _, _, volume = self._rows[-1]
            time = step * self.settings.time_step_ps
            self.tell(RunProgress(time, self.settings.production_ps, temperature, volume))
        return self._drift() or self._lost_crystal()

    def _read_table(self) -> None:
        """Take in the lines that were printed since the last look."""
        with self.printed.open("rb") as file:
            file.seek(self._offset)
            new = file.read()
        self._offset += len(new)
        *lines, self._rest = (self._rest + new.decode("utf-8", errors="replace")).split("\n")
        for line in lines:
            self._started = self._started or line == self.begins
            words = line.split()
            if self._started and len(words) == len(THERMO_COLUMNS) and words[0].isdigit():
                self._add_row(words)
        del self._rows[:-WINDOW_ROWS]

    def _add_row(self, words: list[str]) -> None:
        try:
            self._rows.append([float(word) for word in words])
        except ValueError:
            return
        if self._first_volume is None and len(self._rows) == WINDOW_ROWS:
            self._first_volume = float(np.mean(self._rows, axis=0)[4])

    def _drift(self) -> str | None:
        if self._first_volume is None or len(self._rows) < WINDOW_ROWS:
            return None
        step, temperature, _, _, volume = np.mean(self._rows, axis=0)
        when = f"at {step * self.settings.time_step_ps:.1f} ps"
        target = self.settings.temperature_kelvin
        if not abs(temperature - target) <= TEMPERATURE_DRIFT * target:
            return f"the temperature drifted to {temperature:.0f} K instead of {target:g} K {when}"
        if not abs(volume - self._first_volume) <= VOLUME_DRIFT * self._first_volume:
            change = 100 * (volume / self._first_volume - 1)
            return f"the volume drifted by {change:+.0f} % {when}"
        return None

    def _lost_crystal(self) -> str | None:
        try:
            header = read_header(self.trajectory)
        except (TrajectoryError, OSError):
            return None  # no complete frame yet
        if header.n_frames - 1 <= self._last_frame:
            return None
        looked_at = [0] if self._last_frame < 0 else []
        self._last_frame = header.n_frames - 1
        for index in sorted({*looked_at, self._last_frame}):
            step = header.first_step + index * header.steps_per_frame
            positions, cell = _read_frame(header, index)
            if self.check.look(positions, cell, step * self.settings.time_step_ps):
                return self.check.cause
        return None


def _read_frame(header: DcdHeader, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions (atoms, 3) and cell of one frame in Å."""
    dtype = frame_dtype(header.n_atoms)
    raw = np.fromfile(header.path, dtype, 1, offset=header.offset + index * dtype.itemsize)
    positions = np.stack([raw["x"][0], raw["y"][0], raw["z"][0]], axis=-1)
    return positions.astype(np.float64), cells_from_dcd(raw["cell"])[0]
