import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.transport.msd import COMPONENTS, displacement_tensors, lag_grid


def by_definition(x, lag):
    step = x[:, :, lag:] - x[:, :, :-lag]
    return np.stack([(step[:, a] * step[:, b]).mean(axis=-1) for a, b in COMPONENTS], axis=-1)


@given(seed=st.integers(0, 10_000), n_frames=st.integers(4, 70))
def test_fourier_transform_equals_the_definition(seed, n_frames):
    x = np.cumsum(np.random.default_rng(seed).normal(size=(3, 3, n_frames)), axis=-1)
    lags = np.arange(1, n_frames)
    result = displacement_tensors(x, lags)
    for index, lag in enumerate(lags):
        np.testing.assert_allclose(result[:, index], by_definition(x, lag), atol=1e-9)


def test_far_from_the_origin_nothing_is_lost(rng):
    x = rng.normal(size=(2, 3, 500))
    lags = np.array([1, 100])
    far = displacement_tensors(x + 1e6, lags)
    np.testing.assert_allclose(far, displacement_tensors(x, lags), atol=1e-6)


def test_ballistic_motion_is_quadratic():
    velocity = np.array([1.0, 2.0, -0.5])
    x = (velocity[:, None] * np.arange(64.0))[None]
    lags = np.array([1, 8, 32])
    expected = np.outer(lags**2, [velocity[a] * velocity[b] for a, b in COMPONENTS])
    np.testing.assert_allclose(displacement_tensors(x, lags)[0], expected, atol=1e-8)


@pytest.mark.parametrize("longest", [1, 2, 3, 17, 1000, 5000])
def test_lag_grid_is_closed_under_doubling_and_short(longest):
    lags = lag_grid(longest)
    assert lags[0] == 1
    assert lags[-1] <= longest
    assert (np.diff(lags) > 0).all()
    doubles = 2 * lags
    assert set(doubles[doubles <= longest]) <= set(lags)
    assert len(lags) <= 4 * np.log2(2 * longest)
