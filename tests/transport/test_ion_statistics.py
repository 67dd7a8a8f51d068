import numpy as np
import pytest
from scipy.stats import t

from atomate2_argyrodite.transport.displacements import MobileDisplacements
from atomate2_argyrodite.transport.ion_statistics import Estimate, IonStatistics

from .synthetic import brownian, trajectory


def statistics_of(walks, rng):
    moved = [MobileDisplacements.from_trajectory(trajectory(walk, rng), "Li") for walk in walks]
    return IonStatistics.from_replicas(moved)


def test_interval_of_a_positive_quantity_is_positive_and_holds_the_value():
    low, high = Estimate(1.0, 0.33, 5).interval_95
    assert 0 < low < 1 < high
    assert low * high == pytest.approx(1)
    assert np.log(high) == pytest.approx(0.33 * t.ppf(0.975, 5))


def test_upper_limit_of_a_negative_value_counts_from_zero():
    assert Estimate(-3.0, 1.0, 1e9).upper_95 == pytest.approx(1.645, abs=1e-3)


def test_error_of_the_mean_is_the_spread_of_independent_ions(rng):
    statistics = statistics_of([brownian(rng, 50, 200)], rng)
    values = rng.normal(3.0, 2.0, size=50)
    estimate = statistics.estimate(values)
    assert estimate.value == pytest.approx(values.mean())
    assert estimate.standard_error == pytest.approx(values.std(ddof=1) / np.sqrt(50))
    assert estimate.degrees_of_freedom == pytest.approx(49)


def test_replicas_count_by_their_duration(rng):
    walks = [brownian(rng, 10, 200), brownian(rng, 10, 600)]
    statistics = statistics_of(walks, rng)
    values = np.repeat([1.0, 2.0], 10)
    assert statistics.estimate(values).value == pytest.approx(1.75)


def test_slope_of_brownian_motion_is_twice_its_diffusivity(rng):
    statistics = statistics_of([brownian(rng, 100, 2000, diffusivity=0.05)], rng)
    slopes = statistics.octave_slopes(2).mean(axis=0) / 2
    np.testing.assert_allclose(slopes[:3], 0.05, rtol=0.03)
    np.testing.assert_allclose(slopes[3:], 0, atol=0.002)
