import numpy as np
import pytest

from atomate2_argyrodite.transport.concert import ConcertedMotion
from atomate2_argyrodite.transport.displacements import MobileDisplacements

from .synthetic import brownian, concerted, trajectory


def concert_of(walks, rng):
    motion = ConcertedMotion.of(walks[0].displacements.shape[-1])
    for walk in walks:
        with MobileDisplacements.from_trajectory(trajectory(walk, rng), "Li") as moved:
            motion.add_replica(moved)
    return motion


def test_independent_ions_have_no_excess(rng):
    motion = concert_of([brownian(rng, 40, 2000)], rng)
    assert motion.excess(4) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("group", [2, 5])
def test_ions_in_groups_widen_the_variance_by_their_number(rng, group):
    walk = brownian(rng, 12, 4000, noise=0.0)
    together = type(walk)(np.repeat(walk.displacements, group, axis=0), 0.0, 0.0)
    assert concert_of([together], rng).excess(4) == pytest.approx(group, rel=0.15)


def test_replicas_add_their_blocks(rng):
    walks = [concerted(rng, 16, 1000, group=4, share=1.0) for _ in range(2)]
    one, two = concert_of(walks[:1], rng), concert_of(walks, rng)
    assert two.blocks_at(8) == 2 * one.blocks_at(8)
    assert two.excess(8) == pytest.approx(4, rel=0.3)


def test_atoms_at_rest_have_no_excess():
    motion = ConcertedMotion.of(64)
    assert motion.excess(1) == 1
