"""D per slab and direction on walks with known D, and how often the intervals hold it."""

import numpy as np
import pytest

from atomate2_argyrodite.transport.boundary import boundary_transport
from atomate2_argyrodite.transport.slab_diffusion import DIRECTIONS
from atomate2_argyrodite.transport.slabs import BoundarySlabs

from .boundaries import CM2_PER_S, STEP, bicrystal, walk

SLABS = BoundarySlabs((0.0, 0.5), 10.0, ("GB", "Near_GB", "Bulk"))
TRUTH = {"GB": "slow", "Bulk": "fast"}  # the border of the two regions is in the middle of Near_GB


def analyse(seed, slow, fast):
    rng = np.random.default_rng([seed, 31])
    positions = walk(rng, 600, 500, slow=slow, fast=fast)
    return boundary_transport(bicrystal(rng, positions, drift=0.05, breathing=0.003), SLABS)


def held(walks, slow, fast):
    """(rule, slab, direction) -> list of whether the interval holds the truth, and of D / truth."""
    found = {}
    for seed in range(walks):
        for item in analyse(seed, slow, fast).diffusivities:
            if item.slab in TRUTH and item.diffusivity is not None:
                truth = {"slow": slow, "fast": fast}[TRUTH[item.slab]] * STEP**2 * CM2_PER_S
                low, high = item.interval_95
                found.setdefault((item.rule, item.slab, item.direction), []).append(
                    (low <= truth <= high, item.diffusivity / truth)
                )
    return found


def test_slow_and_fast_slabs_are_told_apart_with_honest_intervals():
    found = held(8, 0.004, 0.016)
    assert len(found) == 2 * 2 * len(DIRECTIONS)
    for name, values in found.items():
        is_held, ratio = np.array(values).T
        # of eight 95 % intervals three and more fail with a probability of 0.6 %
        assert is_held.sum() >= len(values) - 3, name
        assert ratio.mean() == pytest.approx(1, abs=0.06), name
    together = np.concatenate([np.array(values)[:, 0] for values in found.values()])
    assert together.mean() > 0.88


@pytest.mark.slow
@pytest.mark.parametrize("rates", [(0.004, 0.016), (0.04, 0.16)], ids=["few hops", "many hops"])
def test_intervals_hold_the_truth_as_often_as_they_say(rates):
    found = held(120, *rates)
    for name, values in found.items():
        is_held, ratio = np.array(values).T
        assert 0.88 <= is_held.mean() <= 0.995, name
        assert abs(ratio.mean() - 1) < 0.02, name
    together = np.concatenate([np.array(values)[:, 0] for values in found.values()])
    assert 0.92 <= together.mean() <= 0.98


def test_ions_at_rest_have_an_upper_limit():
    rng = np.random.default_rng(3)
    positions = walk(rng, 200, 300, slow=0.0, fast=0.0)
    result = boundary_transport(bicrystal(rng, positions), SLABS)
    for item in result.diffusivities:
        assert item.diffusivity is None
        assert item.reason
        assert 0 < item.upper_limit < 1e-7


def test_a_slab_without_ions_says_so():
    rng = np.random.default_rng(4)
    positions = walk(rng, 100, 300, slow=0.0, fast=0.02)
    near = positions[0, :, 2]
    distance = np.abs((near / 60 + 0.5) % 1.0 - 0.5) * 60
    result = boundary_transport(bicrystal(rng, positions[:, distance > 16]), SLABS)
    assert result.of("GB").reason.startswith("fewer than 4 ions")
    assert result.of("GB").upper_limit is None
    assert result.of("Bulk").diffusivity is not None
    with pytest.raises(KeyError, match="Nowhere"):
        result.of("Nowhere")


def test_the_total_is_the_mean_of_the_three_directions():
    found = {(d.rule, d.slab, d.direction): d for d in analyse(0, 0.01, 0.01).diffusivities}
    for rule in ("start", "residence"):
        for slab in SLABS.names:
            along, normal, across, in_plane, total = (
                found[rule, slab, direction].diffusivity for direction in DIRECTIONS
            )
            assert in_plane == pytest.approx((along + normal) / 2)
            assert total == pytest.approx((along + normal + across) / 3)
