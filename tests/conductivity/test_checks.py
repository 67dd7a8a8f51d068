import hashlib
from pathlib import Path

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.checks import (
    crystal_fault,
    drift_warnings,
    sha256_of,
    temperature_warning,
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
    fault = crystal_fault(trajectory(crystal, broken, n_frames))
    assert fault == (None if time is None else f"PS4 units broke at {time:.1f} ps")


def test_layers_of_whole_units_that_slide_have_melted(crystal: Structure) -> None:
    sliding = crystal.copy()
    phosphorus = sliding.indices_from_symbol("P")
    bonds = sliding.distance_matrix[:, phosphorus].min(axis=1)
    sliding.remove_sites(np.flatnonzero(bonds > 2.3))
    symbols = [site.specie.symbol for site in sliding]
    upper = np.abs(sliding.frac_coords[:, 2] - 0.5) < 0.25
    steps = 0.3 * np.arange(20)[:, None, None] * np.array([1.0, 0.0, 0.0])
    drifting = sliding.cart_coords + steps
    run = np.where(upper[:, None], drifting, sliding.cart_coords)
    for positions, fault in ((drifting, None), (run, "the crystal melted at 7.0 ps")):
        moved = Trajectory.from_arrays(positions, sliding.lattice.matrix, symbols, 0.5)
        assert crystal_fault(moved) == fault


def test_single_units_that_wander_have_not_melted_the_crystal(crystal: Structure) -> None:
    """As at a grain boundary, where some PS4 move by many Å and the grains stay what they are."""
    large = crystal * (2, 2, 2)
    phosphorus = large.indices_from_symbol("P")[0]
    unit = np.flatnonzero(large.distance_matrix[phosphorus] < 2.3)
    run = np.repeat(large.cart_coords[None], 20, axis=0)
    run[9:, unit] += large.lattice.matrix[0]  # by a whole period: to a place that is as good
    symbols = [site.specie.symbol for site in large]
    moved = Trajectory.from_arrays(run, large.lattice.matrix, symbols, 0.5)
    assert crystal_fault(moved) is None


def test_only_a_temperature_that_is_off_gives_a_warning() -> None:
    assert temperature_warning(505.0, 500.0) is None
    assert temperature_warning(None, 500.0) is None
    assert "560 K instead of 500 K" in str(temperature_warning(560.0, 500.0))


def test_only_a_lasting_drift_gives_a_warning() -> None:
    rng = np.random.default_rng(0)
    rise = np.linspace(0, 1, 1000)
    noise = rng.normal(0, 1, 1000)

    def warnings(temperature: np.ndarray, volume: np.ndarray) -> list[str]:
        return drift_warnings({"temperature_kelvin": temperature, "volume_angstrom3": volume})

    steady = 500 + 30 * noise, 1100 + 10 * noise
    assert warnings(*steady) == []
    settling = 1100 + 10 * noise + 100 * np.exp(-rise * 60)  # gone after the first tenth
    assert warnings(steady[0], settling) == []
    (melting,) = warnings(steady[0], steady[1] + 44 * rise)
    assert melting in {f"the volume drifts by +{x} % over the production" for x in (3.5, 3.6, 3.4)}
    (cooling,) = warnings(steady[0] - 60 * rise, steady[1])
    assert cooling.startswith("the temperature drifts by -1")
    assert warnings(np.full(40, np.nan), np.arange(40.0)) == []  # too few rows to say anything


def test_hash_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc" * 1000)
    assert sha256_of(tmp_path / "x") == hashlib.sha256(b"abc" * 1000).hexdigest()
