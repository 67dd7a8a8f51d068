from itertools import permutations
from math import comb, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core.operations import SymmOp

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.orbits import (
    arrangement_orbits,
    distinct_arrangements,
    orbit_members,
    site_permutations,
)

counts = st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 3), min_size=1)


@given(counts)
def test_distinct_arrangements_are_the_multiset_permutations(counts):
    letters = "".join(name * count for name, count in counts.items())
    if len(letters) > 7:
        return
    found = list(distinct_arrangements(counts))
    assert len(found) == len(set(found))
    assert set(found) == set(permutations(letters))


def test_number_of_arrangements_is_multinomial():
    found = list(distinct_arrangements({"Cl": 2, "Br": 2, "S": 4}))
    assert len(found) == factorial(8) // (2 * 2 * factorial(4))


def test_necklaces_are_counted_as_burnside_says():
    # 4 A and 4 B on a ring of eight sites: 10 necklaces under rotation
    rotations = np.array([np.roll(np.arange(8), k) for k in range(8)])
    orbits = arrangement_orbits(rotations, [{"A": 4, "B": 4}])
    assert len(orbits) == 10
    assert sum(orbit.multiplicity for orbit in orbits) == comb(8, 4)


def test_members_share_the_representative_and_it_is_the_smallest():
    rotations = np.array([np.roll(np.arange(6), k) for k in range(6)])
    for orbit in arrangement_orbits(rotations, [{"A": 2, "B": 4}]):
        members = orbit_members(orbit.representative, rotations)
        assert orbit.representative == min(members)
        assert len(members) == orbit.multiplicity


def test_sublattices_do_not_exchange_species():
    identity = np.arange(4)[None]
    orbits = arrangement_orbits(identity, [{"A": 1, "B": 1}, {"C": 1, "D": 1}])
    assert {orbit.representative for orbit in orbits} == {
        ("A", "B", "C", "D"),
        ("A", "B", "D", "C"),
        ("B", "A", "C", "D"),
        ("B", "A", "D", "C"),
    }


def test_an_operation_that_leaves_the_sites_is_refused():
    shift = SymmOp.from_rotation_and_translation(np.eye(3), (0.1, 0, 0))
    with pytest.raises(InputError, match="off the set"):
        site_permutations(np.zeros((1, 3)), [shift])
