"""Whether a trajectory is that of a crystal from beginning to end."""

from pathlib import Path

import numpy as np
from pymatgen.core import Element

from atomate2_argyrodite.structures import ps4_units_intact
from atomate2_argyrodite.transport import Trajectory

CHECKED_FRAMES = 100
_TOLERATED_TEMPERATURE_ERROR = 0.05


def time_of_broken_units(trajectory: Trajectory) -> float | None:
    """Return the time in ps at which PS4 units are lost for good, None if they are not.

    Up to `CHECKED_FRAMES` frames, evenly spaced, are looked at. A bond that is stretched in one of
    them and whole in the next is a vibration; units are lost if they are broken in two frames in a
    row, or in the last one.
    """
    numbers = np.array([Element(symbol).Z for symbol in trajectory.species])
    stride = max(1, trajectory.n_frames // CHECKED_FRAMES)
    first_broken: int | None = None
    index = 0
    for block in trajectory.blocks():
        for k in range(-index % stride, len(block), stride):
            intact = ps4_units_intact(
                numbers, np.asarray(block.positions[k], dtype=np.float64), block.cells[k]
            )
            if intact:
                first_broken = None
            elif first_broken is not None:
                return first_broken * trajectory.time_step_ps
            else:
                first_broken = index + k
        index += len(block)
    return None if first_broken is None else first_broken * trajectory.time_step_ps


def temperature_warning(mean: float | None, target: float) -> str | None:
    """Return a warning if the mean temperature (K) is more than 5 % off the target."""
    if mean is None or abs(mean - target) <= _TOLERATED_TEMPERATURE_ERROR * target:
        return None
    return f"the mean temperature is {mean:.0f} K instead of {target:g} K"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in blocks."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
