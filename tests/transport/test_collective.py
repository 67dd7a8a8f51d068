import numpy as np
import pytest

from atomate2_argyrodite.transport.collective import charge_diffusion, contrast_variance
from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.msd import displacement_tensors

from .synthetic import brownian, concerted, trajectory


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_variance_of_a_gaussian_walk_is_that_of_many_walks(rng, noise):
    n_frames, diffusion = 120, 0.25
    lags, contrast = np.array([4, 8, 16]), np.array([-0.125, 0.0625, 0.0625])
    steps = rng.normal(size=(4000, 3, n_frames)) * np.sqrt(2 * diffusion)
    x = np.cumsum(steps, axis=-1) + noise * rng.normal(size=steps.shape)
    found = displacement_tensors(x, lags)[:, :, :3].transpose(0, 2, 1).reshape(-1, 3) @ contrast
    predicted = contrast_variance(diffusion, 2 * noise**2, n_frames, lags, contrast)
    assert found.var() == pytest.approx(predicted, rel=0.06)


def charge_of(walks, rng, tracer):
    moved = [
        MobileDisplacements.from_trajectory(trajectory(w, rng, drift=0.1), "Li") for w in walks
    ]
    return charge_diffusion(moved, (4, 8), tracer)


def test_independent_ions_carry_charge_as_they_diffuse(rng):
    walks = [brownian(rng, 30, 4000, diffusivity=0.1, noise=0.0) for _ in range(2)]
    charge = charge_of(walks, rng, 0.1)
    assert abs(charge.value - 0.1) < 3 * charge.standard_error
    assert charge.standard_error < 0.01
    assert charge.expected_error == pytest.approx(charge.standard_error, rel=0.3)


def test_concerted_hops_carry_more_charge(rng):
    walk = concerted(rng, 60, 6000, rate=0.2, group=4, share=0.7)
    charge = charge_of([walk], rng, walk.diffusivity)
    assert walk.charge_diffusivity == pytest.approx(3.1 * walk.diffusivity)
    assert abs(charge.value - walk.charge_diffusivity) < 3 * charge.standard_error
    assert charge.value > 2 * walk.diffusivity


def test_the_stated_error_is_the_spread_of_many_short_simulations(rng):
    """Of the charge, three components of one sum: an error too large or too small by 1.5 shows."""
    walks = [brownian(rng, 8, 200, diffusivity=0.1, noise=0.0) for _ in range(150)]
    charges = [charge_of([walk], rng, 0.1) for walk in walks]
    spread = np.std([charge.value for charge in charges])
    assert spread == pytest.approx(np.mean([c.expected_error for c in charges]), rel=0.2)
    assert spread == pytest.approx(np.mean([c.standard_error for c in charges]), rel=0.3)
