import numpy as np
import pytest

from atomate2_argyrodite.transport.absorbing_slab import RESOLVED, WalledSlab

LAGS, WEIGHTS = np.array([2.0, 4.0, 8.0]), np.array([-0.25, 0.125, 0.125])


@pytest.mark.parametrize("margin", [0.0, 3.0])
def test_it_describes_brownian_motion_between_walls(rng, margin):
    slab = WalledSlab(10.0, margin)
    begin = (margin + 10.0 * rng.random(20_000)) / slab.width
    place, inside = begin.copy(), np.ones(20_000, dtype=bool)
    step = 2e-5
    for k in range(1, 1001):
        place += np.sqrt(2 * step) * rng.normal(size=len(place))
        inside &= (place > 0) & (place < 1)
        if k in (250, 1000):
            # Walls that are looked at once a step are passed a little later than real ones.
            assert inside.mean() == pytest.approx(float(slab.staying(k * step)), abs=0.015)
            square = ((place - begin)[inside] ** 2).mean()
            assert square == pytest.approx(float(slab.mean_square(k * step)), rel=0.04)


def test_motion_is_free_at_first_and_bounded_at_last():
    slab = WalledSlab(10.0)
    assert slab.mean_square(1e-9) == pytest.approx(2e-9)
    assert slab.mean_square(1e-5) == pytest.approx(2e-5, rel=0.01)
    assert slab.mean_square(2.0) == pytest.approx(0.5 - 4 / np.pi**2, rel=1e-3)
    assert WalledSlab(10.0, 3.0).mean_square(1e-3) == pytest.approx(2e-3, rel=1e-3)


@pytest.mark.parametrize("margin", [0.0, 3.0])
def test_the_diffusivity_of_a_slope_is_found_again(margin):
    slab = WalledSlab(10.0, margin)
    for part in (1e-3, 0.1, 0.5, 0.95):
        truth = part * RESOLVED * slab.width**2 / LAGS[-1]
        slope = slab.slope(truth, LAGS, WEIGHTS)
        found, derivative = slab.diffusivity(slope, LAGS, WEIGHTS)
        assert found == pytest.approx(truth, rel=1e-6)
        assert derivative >= 0.49
        assert found >= slope / 2 * (1 - 1e-3)


def test_what_walls_have_hidden_is_not_guessed():
    slab = WalledSlab(10.0)
    beyond = slab.slope(1.1 * RESOLVED * 100 / 8, LAGS, WEIGHTS)
    assert slab.diffusivity(beyond, LAGS, WEIGHTS) is None
    assert slab.diffusivity(-1.0, LAGS, WEIGHTS) is None
