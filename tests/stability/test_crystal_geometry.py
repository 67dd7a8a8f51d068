import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.stability.crystal_geometry import (
    Spread,
    lithium_contacts,
    mean_displacement,
    tetrahedra_geometry,
)
from atomate2_argyrodite.structures import site_disorder_configurations, structure_arrays

ORDERED = site_disorder_configurations("Cl")[0].structure


def test_tetrahedra_as_built_are_regular():
    geometry = tetrahedra_geometry(*structure_arrays(ORDERED))
    assert geometry.are_intact
    for value in (geometry.bond_lengths.smallest, geometry.bond_lengths.largest):
        assert value == pytest.approx(2.05)
    for value in (geometry.angles.smallest, geometry.angles.mean, geometry.angles.largest):
        assert value == pytest.approx(np.degrees(np.arccos(-1 / 3)))


def test_one_long_bond_is_seen_and_leaves_the_angles():
    stretched = ORDERED.copy()
    centre = next(site for site in stretched if site.specie.symbol == "P")
    neighbour = stretched.get_neighbors(centre, 2.2)[0]
    along = (neighbour.coords - centre.coords) / neighbour.nn_distance
    stretched.translate_sites([neighbour.index], 0.1 * along, frac_coords=False)
    geometry = tetrahedra_geometry(*structure_arrays(stretched))
    assert geometry.bond_lengths.largest == pytest.approx(2.15)
    assert geometry.bond_lengths.smallest == pytest.approx(2.05)
    assert geometry.bond_lengths.mean == pytest.approx(2.05 + 0.1 / 16)
    assert geometry.angles.largest == pytest.approx(np.degrees(np.arccos(-1 / 3)))


def test_a_torn_unit_is_not_intact():
    torn = ORDERED.copy()
    sulphur = next(i for i, s in enumerate(torn) if s.specie.symbol == "S")
    torn.translate_sites([sulphur], [0, 0, 1.5], frac_coords=False)
    geometry = tetrahedra_geometry(*structure_arrays(torn))
    assert not geometry.are_intact


def test_no_tetrahedra_have_no_geometry():
    geometry = tetrahedra_geometry([3, 17], [[0.0, 0, 0], [2.5, 0, 0]], 6 * np.eye(3))
    assert geometry.bond_lengths is None
    assert geometry.angles is None
    assert not geometry.are_intact
    assert Spread.of([]) is None


def test_contacts_of_lithium_in_a_rock_salt_cell():
    a = 5.0
    corners = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]]) * a / 2
    positions = np.concatenate([corners, corners + np.array([a / 2, 0, 0])])
    found = lithium_contacts([3] * 4 + [17] * 4, positions, a * np.eye(3))
    assert list(found) == ["Cl"]
    assert found["Cl"].coordination == 6
    assert found["Cl"].distances == Spread(2.5, 2.5, 2.5)


def test_lithium_of_the_ordered_crystal_has_three_sulphurs():
    found = lithium_contacts(*structure_arrays(ORDERED))
    assert found["S"].coordination == 3
    assert found["Cl"].distances is None


@given(
    shift=st.lists(st.floats(-20, 20), min_size=3, max_size=3),
    strain=st.floats(-0.1, 0.1),
    step=st.floats(0, 0.4),
)
def test_translation_and_strain_are_no_displacement(shift, strain, step):
    _, positions, cell = structure_arrays(ORDERED)
    moved = positions.copy()
    moved[0, 0] += step
    moved[1, 0] -= step
    value = mean_displacement(positions, (moved + shift) * (1 + strain), cell, cell * (1 + strain))
    assert value == pytest.approx(2 * step / 52 * (1 + strain), abs=1e-9)
