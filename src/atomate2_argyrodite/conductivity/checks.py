"""Whether a trajectory is that of a crystal from beginning to end."""

from pathlib import Path

from atomate2_argyrodite.engines.crystal_check import CrystalCheck
from atomate2_argyrodite.transport import Trajectory

CHECKED_FRAMES = 100
_TOLERATED_TEMPERATURE_ERROR = 0.05


def crystal_fault(trajectory: Trajectory) -> str | None:
    """Return how and when the crystal was lost, None if it was not.

    Up to `CHECKED_FRAMES` frames, evenly spaced, are looked at (see `CrystalCheck`).
    """
    check = CrystalCheck(trajectory.species)
    stride = max(1, trajectory.n_frames // CHECKED_FRAMES)
    index = 0
    for block in trajectory.blocks():
        for k in range(-index % stride, len(block), stride):
            time = (index + k) * trajectory.time_step_ps
            if check.look(block.positions[k], block.cells[k], time):
                return check.cause
        index += len(block)
    return check.cause


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
