"""How often the 95 % interval of D holds the truth, over synthetic walks that drift and breathe."""

import numpy as np
import pytest

from atomate2_argyrodite.transport import diffusion

from .synthetic import CM2_PER_S, brownian, caged, concerted, lattice, returning, trajectory

WALKS = 200
CASES = {
    "isotropic": (brownian, {}),
    "hops": (lattice, {}),
    "few hops": (lattice, {"rate": 1e-3}),
    "anisotropic": (lattice, {"axis_weights": (4, 1, 0.2)}),
    "returning hops": (returning, {}),
    "caged": (caged, {}),
    "concerted hops": (concerted, {"rate": 0.02}),
}


def analyse(case, seed):
    maker, options = CASES[case]
    rng = np.random.default_rng([seed, 11])
    walk = maker(rng, 192, 1000, **options)
    result = diffusion(trajectory(walk, rng, drift=0.05, cell_fluctuation=0.005))
    return result, walk.diffusivity * CM2_PER_S


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_interval_holds_the_truth_as_often_as_it_says(case):
    found = [analyse(case, seed) for seed in range(WALKS)]
    diffusive = [(r, truth) for r, truth in found if r.is_diffusive]
    assert len(diffusive) > 0.95 * WALKS
    held = np.mean([r.interval_95[0] <= truth <= r.interval_95[1] for r, truth in diffusive])
    bias = np.mean([r.diffusivity / truth - 1 for r, truth in diffusive])
    below = np.mean([truth <= r.upper_limit for r, truth in found])
    assert 0.92 <= held <= 0.98
    assert abs(bias) < 0.02
    assert below > 0.9


@pytest.mark.parametrize("case", ["hops", "concerted hops"])
def test_a_few_intervals_hold_the_truth(case):
    """A binomial with 95 % loses more than four of twenty with a probability of 0.3 %."""
    found = [analyse(case, seed) for seed in range(20)]
    held = sum(r.is_diffusive and r.interval_95[0] <= d <= r.interval_95[1] for r, d in found)
    assert held >= 16


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"residence": 40.0}], ids=["fast", "slow"])
def test_rattling_is_never_taken_for_diffusion(options):
    for seed in range(50):
        rng = np.random.default_rng([seed, 12])
        walk = caged(rng, 192, 1000, rate=0.0, **options)
        result = diffusion(trajectory(walk, rng, drift=0.05, cell_fluctuation=0.005))
        assert not result.is_diffusive
        assert result.upper_limit > 0
