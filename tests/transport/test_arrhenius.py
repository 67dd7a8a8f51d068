from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport import Diffusivity, arrhenius, conductivity
from atomate2_argyrodite.transport.arrhenius import BOLTZMANN_EV_PER_K

TEMPERATURES = np.arange(350.0, 501.0, 25.0)


def result(temperature, diffusivity, relative_error=0.05):
    """A diffusivity at one temperature; None gives an upper limit."""
    found = diffusivity is not None
    return Diffusivity(
        species="Li",
        temperature=temperature,
        is_diffusive=found,
        reasons=() if found else ("3 hops",),
        upper_limit=1e-8,
        hops=1000,
        carriers_per_angstrom3=0.022,
        ion_charge=1.0,
        n_ions=192,
        n_replicas=2,
        duration_ps=1000.0,
        lag_times_ps=np.array([1.0]),
        msd_angstrom2=np.array([1.0]),
        msd_standard_error_angstrom2=np.array([0.1]),
        diffusivity=diffusivity,
        standard_error=diffusivity * relative_error if found else None,
    )


def law(temperature, energy=0.25, prefactor=1e-3):
    return prefactor * np.exp(-energy / (BOLTZMANN_EV_PER_K * temperature))


@given(
    energy=st.floats(0.05, 0.8),
    log_prefactor=st.floats(-12, -3),
    errors=st.lists(st.floats(0.01, 0.3), min_size=2, max_size=7),
)
def test_exact_law_is_recovered(energy, log_prefactor, errors):
    data = [
        result(t, law(t, energy, np.exp(log_prefactor)), error)
        for t, error in zip(TEMPERATURES, errors, strict=False)
    ]
    fit = arrhenius(data)
    assert fit.activation_energy_ev == pytest.approx(energy, rel=1e-8)
    assert fit.ln_prefactor == pytest.approx(log_prefactor, rel=1e-8)
    estimate = fit.extrapolate(300.0)
    assert estimate.diffusivity_cm2_per_s == pytest.approx(
        law(300, energy, np.exp(log_prefactor)), rel=1e-6
    )


def test_intervals_hold_the_truth_as_often_as_they_say(rng):
    held = np.zeros(2)
    for _ in range(1000):
        errors = rng.uniform(0.02, 0.15, size=len(TEMPERATURES))
        noisy = law(TEMPERATURES) * np.exp(errors * rng.normal(size=len(TEMPERATURES)))
        fit = arrhenius([result(*point) for point in zip(TEMPERATURES, noisy, errors, strict=True)])
        low, high = fit.activation_energy_interval_95_ev
        held[0] += low <= 0.25 <= high
        low, high = fit.extrapolate(300.0).diffusivity_interval_95_cm2_per_s
        held[1] += low <= law(300.0) <= high
    # Errors are never narrowed where points scatter less than they say, so coverage is above 95 %.
    assert (held / 1000 > 0.94).all()
    assert (held / 1000 < 0.99).all()


def test_the_covariance_is_carried_into_the_extrapolation(rng):
    """Neither E_a nor ln D0 alone gives the error at 300 K: against fits of resampled data."""
    errors = np.full(len(TEMPERATURES), 0.05)
    samples = []
    for _ in range(2000):
        noisy = np.log(law(TEMPERATURES)) + errors * rng.normal(size=len(TEMPERATURES))
        slope, constant = np.polyfit(1 / TEMPERATURES, noisy, 1)
        samples.append(constant + slope / 300)
    estimate = arrhenius([result(t, law(t)) for t in TEMPERATURES]).extrapolate(300.0)
    low, high = estimate.diffusivity_interval_95_cm2_per_s
    assert np.log(high / low) / (2 * 1.96) == pytest.approx(np.std(samples), rel=0.06)


def test_precise_points_count_more():
    data = [result(t, law(t), 0.01) for t in (400, 450, 500)] + [result(350, 3 * law(350), 5.0)]
    assert arrhenius(data).activation_energy_ev == pytest.approx(0.25, abs=0.005)


def test_conductivity_of_the_extrapolation_is_nernst_einstein():
    estimate = arrhenius([result(t, law(t)) for t in TEMPERATURES]).extrapolate(300.0)
    low, high = estimate.conductivity_interval_95_mS_per_cm
    assert low < estimate.conductivity_mS_per_cm < high
    expected = conductivity(estimate.diffusivity_cm2_per_s, 0.022, 300.0)
    assert estimate.conductivity_mS_per_cm == pytest.approx(expected)


def test_the_carrier_density_is_that_of_the_nearest_temperature():
    data = [replace(result(t, law(t)), carriers_per_angstrom3=0.01 * t) for t in (350, 400, 450)]
    estimate = arrhenius(data).extrapolate(300.0)
    expected = conductivity(estimate.diffusivity_cm2_per_s, 3.5, 300.0)
    assert estimate.conductivity_mS_per_cm == pytest.approx(expected)


def test_scatter_beyond_the_errors_widens_them():
    noisy = [law(t) * (1.5 if i % 2 else 1 / 1.5) for i, t in enumerate(TEMPERATURES)]
    honest = arrhenius([result(t, law(t)) for t in TEMPERATURES])
    scattered = arrhenius([result(t, d) for t, d in zip(TEMPERATURES, noisy, strict=True)])
    assert scattered.chi_squared_per_degree > 10
    ratio = (
        scattered.activation_energy_standard_error_ev / honest.activation_energy_standard_error_ev
    )
    assert ratio == pytest.approx(scattered.chi_squared_per_degree**0.5)
    assert any("widened" in note for note in scattered.notes)


def test_upper_limits_are_left_out_and_named():
    data = [result(350.0, None)] + [result(t, law(t)) for t in (400.0, 450.0, 500.0)]
    fit = arrhenius(data)
    assert fit.excluded == (data[0],)
    assert fit.used == tuple(data[1:])
    assert any("350 K" in note for note in fit.notes)


def test_curvature_is_found_where_there_is_one():
    straight = arrhenius([result(t, law(t), 0.03) for t in TEMPERATURES])
    assert straight.curvature_p_value > 0.99
    bent = [result(t, law(t) + law(t, 0.8, 1e4), 0.03) for t in TEMPERATURES]
    curved = arrhenius(bent)
    assert curved.curvature_p_value < 0.001
    assert any("do not extrapolate" in note for note in curved.notes)
    assert arrhenius(bent[:3]).curvature_p_value is None


def test_leaving_out_the_culprit_restores_the_law():
    data = [result(t, law(t) * (4 if t == 350 else 1)) for t in TEMPERATURES]
    fits = arrhenius(data).leave_one_out()
    assert set(fits) == set(TEMPERATURES)
    assert fits[350.0].activation_energy_ev == pytest.approx(0.25, rel=1e-6)
    assert abs(fits[500.0].activation_energy_ev - 0.25) > 0.05
    assert arrhenius(data[:2]).leave_one_out() == {}


def test_band_is_narrowest_amid_the_data():
    fit = arrhenius([result(t, law(t)) for t in TEMPERATURES])
    band = fit.band([300.0, 420.0, 700.0])
    width = np.log(band.high_cm2_per_s / band.low_cm2_per_s)
    assert width.argmin() == 1
    np.testing.assert_allclose(band.diffusivity_cm2_per_s, law(band.temperatures))


def test_two_temperatures_give_a_line_that_is_not_tested():
    fit = arrhenius([result(400.0, law(400.0)), result(500.0, law(500.0))])
    assert fit.chi_squared_per_degree is None
    assert any("assumed, not tested" in note for note in fit.notes)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "two or more temperatures, here none"),
        ([(400.0, 1e-6)], "here 400 K"),
        ([(400.0, 1e-6), (400.0, 2e-6)], "here 400 K"),
        ([(400.0, 1e-6), (450.0, None)], "of 2 results, 1 are upper limits"),
        ([(None, 1e-6), (450.0, 1e-6)], "has no temperature"),
    ],
)
def test_what_is_no_arrhenius_plot_is_refused(data, message):
    with pytest.raises(InputError, match=message):
        arrhenius([result(*point) for point in data])


def test_no_extrapolation_to_zero():
    fit = arrhenius([result(t, law(t)) for t in TEMPERATURES])
    with pytest.raises(InputError, match="above 0 K"):
        fit.extrapolate(0.0)


def test_curvature_is_found_in_five_of_a_hundred_straight_laws(rng):
    """A p value is uniform where the law holds: another number of degrees of freedom shows."""
    found = []
    for _ in range(1500):
        noise = np.exp(0.05 * rng.normal(size=len(TEMPERATURES)))
        points = [result(t, law(t) * f) for t, f in zip(TEMPERATURES, noise, strict=True)]
        found.append(arrhenius(points).curvature_p_value)
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(found) < 0.5) == pytest.approx(0.5, abs=0.05)
