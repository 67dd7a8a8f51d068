from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport import diffusion
from atomate2_argyrodite.transport.hindrance import diffusivity_loss

from .synthetic import lattice, trajectory


def run(rng, rate):
    return diffusion(trajectory(lattice(rng, 60, 600, rate=rate), rng, framework_atoms=8))


def test_the_interval_holds_the_true_loss(rng):
    """Forty pairs: a binomial with 95 % loses more than six with a probability of 0.3 %."""
    losses = [diffusivity_loss(run(rng, 0.06), run(rng, 0.03)) for _ in range(40)]
    held = [loss.interval_95[0] <= 0.5 <= loss.interval_95[1] for loss in losses]
    assert sum(held) >= 34
    values = np.array([loss.value for loss in losses])
    assert values.mean() == pytest.approx(0.5, abs=0.02)
    errors = np.array([loss.standard_error for loss in losses])
    assert errors.mean() == pytest.approx(values.std(), rel=0.35)
    assert all(loss.is_significant for loss in losses)


def test_no_difference_is_not_significant(rng):
    same = run(rng, 0.05)
    loss = diffusivity_loss(same, same)
    assert loss.value == 0
    assert not loss.is_significant


def test_upper_limits_give_a_limit_or_nothing(rng):
    free, still = run(rng, 0.05), run(rng, 0.0)
    loss = diffusivity_loss(free, still)
    assert loss.value is None
    assert 0.5 < loss.lower_limit < 1
    assert loss.is_significant
    nothing = diffusivity_loss(still, free)
    assert nothing.value is None
    assert "no diffusivity to lose" in nothing.reason
    assert not nothing.is_significant


def test_other_temperatures_are_not_compared(rng):
    free = run(rng, 0.05)
    with pytest.raises(InputError, match=r"at 400\.0 K and Li at 500 K"):
        diffusivity_loss(free, replace(free, temperature=500))
