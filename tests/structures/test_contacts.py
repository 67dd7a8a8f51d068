import numpy as np
import pytest

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures import ps4_units_intact, site_disorder_configurations
from atomate2_argyrodite.structures.contacts import ContactDistances, resolve_contacts
from atomate2_argyrodite.structures.units import RigidUnits

CRYSTAL = RigidUnits.from_structure(site_disorder_configurations("Br", 10.3)[1].structure)
CONTACTS = ContactDistances.of_crystal(CRYSTAL)


def rattled(seed, size=0.35):
    noise = np.random.default_rng(seed).normal(0, size, CRYSTAL.centres.shape)
    return CRYSTAL.moved(CRYSTAL.centres + noise)


def test_the_crystal_has_no_overlap_and_stays_as_it_is():
    assert len(CONTACTS.close_pairs(CRYSTAL)[0]) == 0
    assert np.array_equal(resolve_contacts(CRYSTAL, CONTACTS).centres, CRYSTAL.centres)


def test_contacts_never_exceed_the_crystal_even_when_it_is_compressed():
    small = RigidUnits.from_structure(site_disorder_configurations("I", 9.0)[0].structure)
    contacts = ContactDistances.of_crystal(small)
    i, j, distances, _ = contacts.close_pairs(small, skin=1e-9)
    assert (distances >= contacts.table[small.numbers[i], small.numbers[j]] - 1e-9).all()


@pytest.mark.parametrize("seed", range(5))
def test_overlaps_are_resolved_by_moving_whole_units_a_little(seed):
    before = rattled(seed)
    i, j, distances, _ = CONTACTS.close_pairs(before)
    worst = (CONTACTS.table[before.numbers[i], before.numbers[j]] - distances).max()
    after = resolve_contacts(before, CONTACTS)
    i, j, distances, _ = CONTACTS.close_pairs(after)
    left = (CONTACTS.table[after.numbers[i], after.numbers[j]] - distances).max(initial=0.0)
    assert worst > 0.2
    assert left < 0.02
    assert np.array_equal(after.offsets, before.offsets)
    assert ps4_units_intact(after.numbers, after.positions, after.cell)
    assert np.linalg.norm(after.centres - before.centres, axis=1).max() < 1.5


def test_the_force_is_the_derivative_of_the_overlap_energy():
    from atomate2_argyrodite.structures.contacts import _UnitPairs

    units = rattled(7)
    i, j, _, vectors = CONTACTS.close_pairs(units, 0.6)
    target = 1.01 * CONTACTS.table[units.numbers[i], units.numbers[j]]
    pairs = _UnitPairs.of(units, i, j, vectors, target)
    x = np.random.default_rng(0).normal(0, 0.05, 3 * len(units.centres))
    _, gradient = pairs._energy(x)
    for n in range(0, len(x), 7):
        step = np.zeros_like(x)
        step[n] = 1e-5
        slope = (pairs._energy(x + step)[0] - pairs._energy(x - step)[0]) / 2e-5
        assert gradient[n] == pytest.approx(slope, abs=1e-6)


def test_overlap_between_sets_is_that_of_a_direct_sum():
    first = (np.array([3]), np.array([[0.0, 0, 0]]))
    second = (np.array([16, 17]), np.array([[0, 0, 2.0], [0, 0, 5.0]]))
    expected = (CONTACTS.table[3, 16] - 2.0) ** 2
    assert CONTACTS.overlap_between(first, second, 20 * np.eye(3)) == pytest.approx(expected)


def test_a_hopeless_overlap_is_an_error():
    squeezed = CRYSTAL.moved(0.8 * CRYSTAL.centres, 0.8 * CRYSTAL.cell)
    with pytest.raises(StructureError, match="still overlap"):
        resolve_contacts(squeezed, CONTACTS)
