import hashlib
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.checks import (
    sha256_of,
    temperature_warning,
    time_of_broken_units,
)
from atomate2_argyrodite.transport import Trajectory


def trajectory(crystal: Structure, broken: list[int], n_frames: int) -> Trajectory:
    """Frames of a crystal in 0.5 ps steps, one P moved out of its unit in those of `broken`."""
    positions = np.repeat(crystal.cart_coords[None], n_frames, axis=0)
    symbols = [site.specie.symbol for site in crystal]
    positions[broken, symbols.index("P"), 0] += 1.5
    return Trajectory.from_arrays(positions, crystal.lattice.matrix, symbols, 0.5)


@pytest.mark.parametrize(
    ("broken", "n_frames", "time"),
    [
        ([], 20, None),
        ([5], 20, None),  # a vibration
        ([5, 6], 20, 2.5),
        (list(range(12, 20)), 20, 6.0),
        ([19], 20, 9.5),  # nothing shows that it comes back
        ([0], 1, 0.0),
        (list(range(500, 1000)), 1000, 250.0),
    ],
)
def test_units_are_lost_where_they_do_not_come_back(
    crystal: Structure, broken: list[int], n_frames: int, time: float | None
) -> None:
    assert time_of_broken_units(trajectory(crystal, broken, n_frames)) == time


def test_only_a_temperature_that_is_off_gives_a_warning() -> None:
    assert temperature_warning(505.0, 500.0) is None
    assert temperature_warning(None, 500.0) is None
    assert "560 K instead of 500 K" in str(temperature_warning(560.0, 500.0))


def test_hash_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc" * 1000)
    assert sha256_of(tmp_path / "x") == hashlib.sha256(b"abc" * 1000).hexdigest()
