import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    is_physical,
    is_physical_frame,
    minimum_distances,
    neighbour_pairs,
    ps4_units_intact,
    site_disorder_configurations,
    structure_arrays,
)
from atomate2_argyrodite.structures.geometry import tetrahedral_bonds

CRYSTAL = site_disorder_configurations("Cl", 10.28)[2].structure
ARRAYS = structure_arrays(CRYSTAL)
SULPHUR_OF_PS4 = int(tetrahedral_bonds(*ARRAYS)[1][0])


def displaced(index, vector):
    numbers, positions, cell = ARRAYS
    moved = positions.copy()
    moved[index] += vector
    return numbers, moved, cell


def brute_force_pairs(positions, cell, cutoff):
    images = np.array(np.meshgrid(*[range(-3, 4)] * 3)).reshape(3, -1).T @ cell
    vectors = positions[None, :, None] + images - positions[:, None, None]
    distances = np.linalg.norm(vectors, axis=3)
    return np.sort(distances[(distances > 1e-9) & (distances < cutoff)])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 6), cutoff=st.floats(0.5, 5.0))
def test_pairs_are_those_of_a_brute_force_sum_over_images(seed, n, cutoff):
    rng = np.random.default_rng(seed)
    cell = 4 * np.eye(3) + rng.uniform(-1, 1, (3, 3))
    positions = rng.uniform(-6, 6, (n, 3))
    wrapped = (positions @ np.linalg.inv(cell) % 1) @ cell
    i, j, distances, vectors = neighbour_pairs(positions, cell, cutoff)
    assert np.allclose(np.sort(distances), brute_force_pairs(wrapped, cell, cutoff))
    assert np.allclose(np.linalg.norm(vectors, axis=1), distances)
    lattice_vectors = (vectors - positions[j] + positions[i]) @ np.linalg.inv(cell)
    assert np.allclose(lattice_vectors, np.round(lattice_vectors))


def test_coinciding_atoms_are_a_pair():
    _, _, distances, _ = neighbour_pairs(np.zeros((2, 3)), 5 * np.eye(3), 1.0)
    assert np.array_equal(distances, [0.0, 0.0])


def test_minimum_distances_of_the_crystal():
    found = minimum_distances(*ARRAYS)
    assert found["P", "S"] == pytest.approx(2.05)
    assert found["Li", "S"] == pytest.approx(2.385, abs=0.01)
    assert all(first <= second for first, second in found)


def test_minimum_distances_can_exceed_the_cell():
    found = minimum_distances([3], np.zeros((1, 3)), 3.0 * np.eye(3), cutoff=4.0)
    assert found == {("Li", "Li"): 3.0}


def test_crystal_is_physical_whole_or_unwrapped():
    numbers, positions, cell = ARRAYS
    shifts = np.random.default_rng(0).integers(-4, 5, (len(numbers), 3))
    assert is_physical(CRYSTAL)
    assert ps4_units_intact(numbers, positions + shifts @ cell, cell)
    assert is_physical_frame(numbers, positions + shifts @ cell, cell)


def test_a_pulled_sulphur_breaks_its_unit():
    assert not ps4_units_intact(*displaced(SULPHUR_OF_PS4, [2.5, 2.5, 2.5]))


def test_a_fifth_sulphur_breaks_a_unit():
    numbers, positions, _ = ARRAYS
    phosphorus = np.flatnonzero(numbers == 15)[0]
    free = sorted(set(np.flatnonzero(numbers == 16)) - set(tetrahedral_bonds(*ARRAYS)[1]))[0]
    vector = positions[phosphorus] + [0.0, 0.0, 2.3] - positions[free]
    assert not ps4_units_intact(*displaced(free, vector))


def test_a_shared_sulphur_breaks_both_units():
    cell = 30 * np.eye(3)
    directions = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
    first = np.vstack([np.zeros(3), 2.05 * directions])
    second = 2 * first[1] - first  # corner-sharing P2S7
    positions = np.vstack([first, second[[0, 2, 3, 4]]])
    numbers = [15, 16, 16, 16, 16, 15, 16, 16, 16]
    assert not ps4_units_intact(numbers, positions, cell)
    assert ps4_units_intact(numbers[:5], positions[:5], cell)


def test_close_lithium_is_not_physical_though_units_are_whole():
    positions = ARRAYS[1]
    frame = displaced(0, positions[1] + [0, 0, 1.2] - positions[0])
    assert ps4_units_intact(*frame)
    assert not is_physical_frame(*frame)
    assert is_physical_frame(*frame, minimum_distance=1.0)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_non_finite_frames_are_not_physical(value):
    assert not is_physical_frame(*displaced(3, [value, 0, 0]))


def test_no_phosphorus_is_not_intact():
    assert not ps4_units_intact([3, 17], [[0, 0, 0], [2.5, 0, 0]], 5 * np.eye(3))


def test_partial_occupancy_is_refused():
    structure = Structure(Lattice.cubic(5), [{"Li": 0.5}], [[0, 0, 0]])
    with pytest.raises(InputError, match="partially occupied"):
        structure_arrays(structure)


def test_thermal_frames_at_1200_kelvin_pass():
    # 0.1 Å per component: bonds then scatter by 0.14 Å, twice their thermal width at 1200 K
    numbers, positions, cell = ARRAYS
    rng = np.random.default_rng(1)
    for _ in range(50):
        assert is_physical_frame(numbers, positions + rng.normal(0, 0.1, positions.shape), cell)


def _peak_bytes(function):
    function()  # what is loaded once does not count
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("check", [is_physical_frame, ps4_units_intact])
def test_checks_grow_with_the_number_of_atoms_not_with_its_square(check):
    small = structure_arrays(CRYSTAL * (3, 3, 3))
    large = structure_arrays(CRYSTAL * (6, 6, 6))
    ratio = _peak_bytes(lambda: check(*large)) / _peak_bytes(lambda: check(*small))
    assert ratio < 16  # 8 times the atoms; a distance matrix would take 64 times
