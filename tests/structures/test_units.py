import numpy as np
import pytest

from atomate2_argyrodite.structures import (
    minimum_distances,
    ps4_units_intact,
    site_disorder_configurations,
    structure_arrays,
)
from atomate2_argyrodite.structures.units import RigidUnits, joined

CRYSTAL = site_disorder_configurations("Cl", 10.28)[3].structure
UNITS = RigidUnits.from_structure(CRYSTAL)
MATRIX = np.array([[1, 0, 0], [0, 1, -2], [0, 0, 1]])


def test_units_are_ps4_groups_and_single_ions():
    sizes = np.bincount(UNITS.unit_of_atom)
    assert sorted(sizes.tolist()) == [1] * 32 + [5] * 4
    assert sorted(UNITS.charges.tolist()) == [-3.0] * 4 + [-2.0] * 4 + [-1.0] * 4 + [1.0] * 24
    assert UNITS.is_lithium.sum() == 24


def test_positions_are_those_of_the_structure_up_to_lattice_vectors():
    difference = (UNITS.positions - CRYSTAL.cart_coords) @ np.linalg.inv(UNITS.cell)
    assert np.allclose(difference, np.round(difference), atol=1e-9)
    lengths = np.linalg.norm(UNITS.offsets, axis=1)
    assert set(lengths.round(6)) == {0.0, 2.05}


def test_an_oriented_supercell_is_the_same_crystal():
    turned = UNITS.oriented(MATRIX).stacked(3).structure()
    expected = minimum_distances(*structure_arrays(CRYSTAL), cutoff=5.0)
    found = minimum_distances(*structure_arrays(turned), cutoff=5.0)
    assert found == pytest.approx(expected)
    assert len(turned) == 3 * 52
    assert turned.density == pytest.approx(CRYSTAL.density)
    assert np.allclose(turned.lattice.matrix[:2, 2], 0)


def test_above_moves_units_by_whole_periods_only():
    block = UNITS.oriented(MATRIX)
    cuts = np.random.default_rng(0).uniform(-5, 5, len(block.centres))
    moved = block.above(cuts)
    steps = (moved.centres - block.centres) @ np.linalg.inv(block.cell)
    period = block.cell[2, 2]
    assert np.allclose(steps, np.round(steps), atol=1e-9)
    assert (moved.centres[:, 2] >= cuts - 1e-6).all()
    assert (moved.centres[:, 2] < cuts + period + 1e-6).all()
    assert ps4_units_intact(*structure_arrays(moved.structure()))


def test_joined_units_keep_their_atoms_apart():
    upper = UNITS.moved(UNITS.centres + np.array([0, 0, 10.28]))
    both = joined(UNITS, upper, UNITS.cell * [[1], [1], [2]])
    assert len(both.charges) == 2 * len(UNITS.charges)
    assert both.charges.sum() == 0
    assert both.structure().composition == 2 * CRYSTAL.composition
