"""Whether a trajectory is that of a crystal from beginning to end."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import linregress

from atomate2_argyrodite.engines.crystal_check import CrystalCheck
from atomate2_argyrodite.transport import Trajectory

CHECKED_FRAMES = 100
_TOLERATED_TEMPERATURE_ERROR = 0.05
_TOLERATED_DRIFT = 0.02
_DRIFT_BLOCKS = 10


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


def drift_warnings(thermo: Mapping[str, NDArray[np.float64]]) -> list[str]:
    """Return warnings of a temperature or volume that drifts through the whole production.

    After the first tenth, which may still equilibrate, the means of ten blocks are fitted by a
    line. A drift counts if its total is above 2 % of the mean and significant (p < 0.01).
    """
    found = []
    for name in ("temperature_kelvin", "volume_angstrom3"):
        values = thermo[name]
        values = values[len(values) // 10 :]
        if len(values) < _DRIFT_BLOCKS**2 or not np.isfinite(values).all():
            continue
        blocks = np.array([part.mean() for part in np.array_split(values, _DRIFT_BLOCKS)])
        fit = linregress(np.arange(_DRIFT_BLOCKS), blocks)
        total = float(fit.slope) * _DRIFT_BLOCKS / float(blocks.mean())
        if abs(total) > _TOLERATED_DRIFT and fit.pvalue < 0.01:
            quantity = name.split("_")[0]
            found.append(f"the {quantity} drifts by {100 * total:+.1f} % over the production")
    return found


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, read in blocks."""
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
