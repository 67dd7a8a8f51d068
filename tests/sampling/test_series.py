"""Correlation and equilibration of series whose correlation and equilibration are known."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from atomate2_argyrodite.engines.base import NVTRun, NVTSettings
from atomate2_argyrodite.sampling.series import (
    MAXIMUM_ROWS,
    RunSeries,
    equilibrated_from,
    series_stride,
    statistical_inefficiency,
)


def autoregressive(memory: float, n: int, seed: int = 0) -> NDArray[np.float64]:
    """x[k] = memory x[k-1] + noise: its statistical inefficiency is (1 + m) / (1 - m)."""
    noise = np.random.default_rng(seed).normal(size=n)
    values = np.zeros(n)
    for k in range(1, n):
        values[k] = memory * values[k - 1] + noise[k]
    return values


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, 0.95])
def test_statistical_inefficiency_of_an_autoregressive_series(memory: float) -> None:
    found = [statistical_inefficiency(autoregressive(memory, 5000, seed)) for seed in range(8)]
    assert np.mean(found) == pytest.approx((1 + memory) / (1 - memory), rel=0.12)


def test_the_error_of_a_mean_follows_from_it() -> None:
    """What the number is for: N / g values count."""
    memory, n = 0.8, 1000
    runs = np.array([autoregressive(memory, n, seed) for seed in range(300)])
    inefficiency = np.mean([statistical_inefficiency(run) for run in runs])
    expected = runs.std() * np.sqrt(inefficiency / n)
    assert runs.mean(axis=1).std() == pytest.approx(expected, rel=0.15)


def test_an_anticorrelated_series_is_no_better_than_independent_values() -> None:
    assert statistical_inefficiency(autoregressive(-0.8, 2000)) == pytest.approx(1.0)


def test_what_cannot_be_told_is_none() -> None:
    assert statistical_inefficiency(np.arange(10.0)) is None
    assert statistical_inefficiency(np.ones(100)) is None
    assert statistical_inefficiency([np.nan] * 100) is None
    assert equilibrated_from(np.arange(10.0)) is None


def test_a_relaxing_start_is_found_and_a_stationary_series_has_none() -> None:
    noise = autoregressive(0.5, 2000)
    relaxing = noise + 30 * np.exp(-np.arange(2000) / 100)
    found = equilibrated_from(relaxing)
    assert found is not None
    assert 200 <= found <= 700
    assert equilibrated_from(noise) in range(301)


def run_of(n: int) -> NVTRun:
    values = np.random.default_rng(1).normal(size=(3, n))
    return NVTRun([], values[0] + 300, values[1], values[2])


def part_of(run: NVTRun, start: int, stop: int) -> NVTRun:
    return NVTRun(
        [],
        run.temperatures_kelvin[start:stop],
        run.potential_energies_ev[start:stop],
        run.conserved_energies_ev[start:stop],
    )


def settings(steps: int, equilibration: int) -> NVTSettings:
    return NVTSettings(300.0, 1.0, steps, equilibration, 1, 1)


def test_a_series_joined_from_segments_is_that_of_the_run() -> None:
    n, protocol = 12_345, settings(12_345, 2_000)
    run = run_of(n)
    whole = RunSeries.of(run, protocol)
    cuts = [0, 1, 1_999, 7_001, n]
    parts = [
        RunSeries.from_arrays(RunSeries.of(part_of(run, a, b), protocol, a).to_arrays())
        for a, b in pairwise(cuts)
    ]
    joined = RunSeries.joined(parts)
    for name, values in whole.to_arrays().items():
        np.testing.assert_allclose(joined.to_arrays()[name], values, rtol=1e-12)
    assert joined.n_production == n - 2_000
    mean = run.temperatures_kelvin[2_000:].mean()
    assert joined.mean_temperature_kelvin == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("steps", [1, 5_000, 5_001, 123_457])
def test_series_are_bounded_and_evenly_spaced(steps: int) -> None:
    series = RunSeries.of(run_of(steps), settings(steps, 0))
    assert len(series.steps) <= MAXIMUM_ROWS
    assert set(np.diff(series.steps)) <= {series_stride(steps)}
    assert series.n_steps == steps


def test_no_production_has_no_mean() -> None:
    assert RunSeries.of(run_of(5), settings(20, 10)).mean_temperature_kelvin is None
