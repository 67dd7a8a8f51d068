import numpy as np
import pytest

from atomate2_argyrodite.transport.ratio import MeasuredDiffusivity, diffusivity_ratio


def measured(value, error=None, limit=None):
    low = None if error is None else value - 2 * error
    return MeasuredDiffusivity("x", value, error, limit, low)


def test_the_interval_holds_the_ratio_as_often_as_it_says(rng):
    held = 0
    for _ in range(1000):
        first, second = 2.0 + 0.2 * rng.normal(), 5.0 + 0.3 * rng.normal()
        low, high = diffusivity_ratio(measured(first, 0.2), measured(second, 0.3)).interval_95
        held += low <= 0.4 <= high
    assert 0.93 <= held / 1000 <= 0.97


def test_errors_add_in_squares():
    found = diffusivity_ratio(measured(3.0, 0.3), measured(6.0, 0.6))
    assert found.value == 0.5
    assert found.standard_error == pytest.approx(0.5 * 0.1 * np.sqrt(2))
    assert found.is_significant
    assert not diffusivity_ratio(measured(5.5, 0.5), measured(6.0, 0.6)).is_significant


def test_limits_make_limits():
    slow = diffusivity_ratio(measured(None, None, 0.5), measured(2.0, 0.25))
    assert slow.value is None
    assert slow.upper_limit == pytest.approx(0.5 / 1.5)
    assert slow.is_significant
    unknown = diffusivity_ratio(measured(None), measured(2.0, 0.25))
    assert (unknown.upper_limit, unknown.is_significant) == (None, False)
    without = diffusivity_ratio(measured(2.0, 0.1), measured(None, None, 3.0))
    assert (without.value, without.upper_limit) == (None, None)
    assert "compare with" in without.reason
