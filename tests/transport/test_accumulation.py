import numpy as np
import pytest

from atomate2_argyrodite.transport.accumulation import SlabCounts

from .boundaries import walk

NAMES = ("GB", "Bulk")


def accumulations(positions, *, half=15.0, height=120.0):
    z = positions[:, :, 2].T
    slabs = (np.abs((z / height * 2 + 0.5) % 1.0 - 0.5) * height / 2 >= half).astype(np.int8)
    counts = SlabCounts(2, slabs.shape[1])
    for k in range(0, len(slabs), 50):
        counts.add(slabs[k : k + 50])
    return counts, counts.accumulations(NAMES, np.array([0.5, 0.5]))


def test_counts_are_means_over_intervals(rng):
    counts, found = accumulations(walk(rng, 300, 480))
    assert counts.means.shape == (2, 48)
    np.testing.assert_allclose(counts.means.sum(axis=0), 300)
    np.testing.assert_allclose(counts.times(0.5)[:2], [2.25, 7.25])
    assert counts.errors()[:, 0] == pytest.approx([0, 0])
    assert found[0].late_density == pytest.approx(found[0].late / 150)


def test_what_streams_into_the_boundary_is_detected(rng):
    found = accumulations(walk(rng, 600, 600, bias=0.15))[1]
    assert found[0].is_real
    assert found[0].relative_change > 0
    assert found[1].is_real
    assert found[1].relative_change < 0


@pytest.mark.parametrize("options", [{"slow": 0.03, "fast": 0.1}, {"slow": 0.1, "fast": 0.3}])
def test_an_equilibrium_is_not_taken_for_an_accumulation(options):
    """Exchange slower than the run, and faster; at 5 % more than 8 of 60 have a chance of 0.6 %."""
    p = []
    for seed in range(60):
        rng = np.random.default_rng([seed, 21])
        found = accumulations(walk(rng, 200, 300, **options))[1]
        p.append(found[0].p_value)
    assert np.mean(np.array(p) < 0.05) <= 8 / 60
    assert np.mean(np.array(p) < 0.01) <= 3 / 60
    assert np.mean(np.array(p) < 0.5) > 0.25  # nor is the test blind


def test_a_trend_that_a_regression_takes_for_sure_is_none():
    """Why the test is not one of the counts alone: they walk as slowly as the run is long."""
    sure, real = 0, 0
    for seed in range(40):
        rng = np.random.default_rng([seed, 22])
        counts, found = accumulations(walk(rng, 200, 300, slow=0.03, fast=0.1))
        series = counts.means[0]
        time = np.arange(len(series)) - (len(series) - 1) / 2
        slope = time @ series / (time @ time)
        rest = series - series.mean() - slope * time
        error = np.sqrt(rest @ rest / (len(series) - 2) / (time @ time))
        sure += abs(slope) > 2.7 * error  # p < 0.01
        real += found[0].is_real
    assert sure > 15
    assert real <= 3


def test_ions_that_cross_together_are_fewer_samples():
    """Groups of four: without the factor, half of all runs would look like a change."""
    found = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 23])
        found.append(accumulations(walk(rng, 400, 300, slow=0.1, fast=0.3, together=4))[1][0])
    assert sum(item.is_real for item in found) <= 3


def test_without_exchange_there_is_no_test():
    still = np.zeros((100, 20, 3))
    found = accumulations(still)[1][0]
    assert (found.p_value, found.relative_error, found.is_real) == (None, None, False)
    assert found.early == found.late == 20
