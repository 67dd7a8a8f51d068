import numpy as np
import pytest

from atomate2_argyrodite.transport.hops import HOP_DISTANCE_ANGSTROM, count_hops

from .synthetic import vibration


def test_vibration_is_not_counted(rng):
    assert count_hops(vibration(rng, 50, 4000, amplitude=0.5), 0.1) == 0


def test_hops_well_apart_are_counted_one_by_one(rng):
    x = vibration(rng, 8, 4000, amplitude=0.3)
    for start in (500, 1500, 2500):
        x[:, 0, start:] += 2.8
    assert count_hops(x, 0.1) == 8 * 3


def test_a_way_back_is_a_hop_too(rng):
    x = vibration(rng, 1, 3000)
    x[0, 2, 1000:2000] += 3.5
    assert count_hops(x, 0.1) == 2


@pytest.mark.parametrize(("distance", "hops"), [(0.8, 0), (1.2, 1)])
def test_the_threshold(distance, hops):
    x = np.zeros((1, 3, 400))
    x[0, 1, 200:] = distance * HOP_DISTANCE_ANGSTROM
    assert count_hops(x, 1.0) == hops


def test_too_short_to_see_any():
    assert count_hops(np.zeros((3, 3, 7)), 1.0) == 0
