from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport.bulk import (
    RULES,
    ConfigurationConductivity,
    bulk_conductivities,
    bulk_conductivity,
)

KT = 8.617333262e-5 * 300
# Kim et al., Nano Energy 2024, 109436: E_rel of Li6PS5Cl in meV/atom, and the multiplicities.
CHLORIDE = [
    ConfigurationConductivity(label, sigma, (sigma / 1.2, sigma * 1.2), energy / 1000, count)
    for label, sigma, energy, count in [
        ("0-F-43m", 0.5, 23, 1),
        ("25-R3m", 45.0, 4, 16),
        ("50-P222_1", 115.0, 0, 24),
        ("50-Pmm2", 180.0, 11, 12),
        ("75-R3m", 60.0, 13, 16),
        ("100-F-43m", 0.01, 206, 1),
    ]
]


def by_rule(configurations, **options):
    return {bulk.rule: bulk for bulk in bulk_conductivities(configurations, **options)}


def test_weights_are_those_of_the_formulas():
    found = by_rule(CHLORIDE)
    factors = np.exp(-np.array([23, 4, 0, 11, 13, 206]) / 1000 / KT)
    counts = np.array([1, 16, 24, 12, 16, 1])
    for rule, expected in (
        ("boltzmann", factors),
        ("boltzmann-multiplicity", factors * counts),
        ("multiplicity", counts),
        ("effective-medium", factors * counts),
    ):
        weights = list(found[rule].weights.values())
        np.testing.assert_allclose(weights, expected / expected.sum(), rtol=1e-6)
    sigma = np.array([c.conductivity_ms_per_cm for c in CHLORIDE])
    p = factors * counts / (factors @ counts)
    values = {rule: bulk.conductivity_ms_per_cm for rule, bulk in found.items()}
    assert values["boltzmann-multiplicity"] == pytest.approx(p @ sigma)
    assert values["geometric"] == pytest.approx(np.prod(sigma**p))
    assert values["slowest-weighted"] == pytest.approx(1 / np.sum(p / sigma))


def test_rules_keep_the_order_of_the_bounds():
    """Harmonic <= geometric and effective medium <= arithmetic; Hashin-Shtrikman holds too."""
    values = {rule: bulk.conductivity_ms_per_cm for rule, bulk in by_rule(CHLORIDE).items()}
    assert values["slowest-weighted"] < values["geometric"] < values["boltzmann-multiplicity"]
    assert values["slowest-weighted"] < values["effective-medium"]
    assert values["effective-medium"] < values["boltzmann-multiplicity"]


def test_effective_medium_of_two_phases_is_bruggemans_root():
    """Two phases: 2 s^2 - b s - s1 s2 = 0 with b = (3 p1 - 1) s1 + (3 p2 - 1) s2."""
    first = ConfigurationConductivity("a", 100.0, None, 0.0, 2)
    second = ConfigurationConductivity("b", 1.0, None, 0.0, 3)
    b = (3 * 0.4 - 1) * 100 + (3 * 0.6 - 1) * 1
    root = (b + np.sqrt(b * b + 8 * 100 * 1)) / 4
    found = bulk_conductivity([first, second], "effective-medium")
    assert found.conductivity_ms_per_cm == pytest.approx(root)
    assert found.interval_95_ms_per_cm == pytest.approx((root, root))


@pytest.mark.parametrize("rule", RULES)
def test_one_configuration_is_its_own_bulk(rule):
    found = bulk_conductivity(CHLORIDE[2:3], rule, crystallinity_factor=0.3)
    assert found.conductivity_ms_per_cm == pytest.approx(115.0)
    low, high = found.interval_95_ms_per_cm
    assert (low, high) == pytest.approx((115 / 1.2, 115 * 1.2), rel=0.03)
    assert found.corrected_ms_per_cm == pytest.approx(0.3 * 115.0)
    assert found.corrected_interval_95_ms_per_cm == pytest.approx((0.3 * low, 0.3 * high))


def test_interval_of_an_arithmetic_mean_follows_from_the_errors():
    twins = [replace(CHLORIDE[2], label=str(k), multiplicity=1) for k in range(16)]
    low, high = bulk_conductivity(twins).interval_95_ms_per_cm
    deviation = np.log(1.2) / norm.ppf(0.975)
    assert np.log(high / low) == pytest.approx(2 * norm.ppf(0.975) * deviation / 4, rel=0.1)


def test_a_higher_temperature_approaches_the_multiplicities():
    hot = bulk_conductivity(CHLORIDE, "boltzmann-multiplicity", temperature=1e6)
    counts = bulk_conductivity(CHLORIDE, "multiplicity")
    assert hot.conductivity_ms_per_cm == pytest.approx(counts.conductivity_ms_per_cm, rel=0.01)


def test_an_upper_limit_counts_as_zero_where_that_is_allowed():
    limited = [
        replace(CHLORIDE[0], conductivity_ms_per_cm=None, upper_limit_ms_per_cm=3.0),
        *CHLORIDE[1:],
    ]
    found = by_rule(limited)
    mean = found["multiplicity"]
    assert mean.conductivity_ms_per_cm == pytest.approx(
        sum(mean.weights[c.label] * c.conductivity_ms_per_cm for c in CHLORIDE[1:])
    )
    assert "only an upper limit is known of 0-F-43m" in mean.reason
    for rule in ("geometric", "effective-medium", "slowest-weighted"):
        assert found[rule].conductivity_ms_per_cm is None
        assert found[rule].corrected_ms_per_cm is None
        assert "0-F-43m" in found[rule].reason
    unstable = [replace(limited[0], relative_energy_ev_per_atom=0.5), *CHLORIDE[1:]]
    assert by_rule(unstable)["geometric"].conductivity_ms_per_cm is not None


def test_nothing_known_is_said():
    blank = [replace(c, conductivity_ms_per_cm=None, upper_limit_ms_per_cm=1.0) for c in CHLORIDE]
    for bulk in bulk_conductivities(blank):
        assert bulk.conductivity_ms_per_cm is None
        assert bulk.reason == "no configuration has a conductivity"


@pytest.mark.parametrize(
    ("changes", "options", "words"),
    [
        ({}, {"rule": "arithmetic"}, "'arithmetic' is not one of boltzmann"),
        ({}, {"temperature": 0.0}, "0.0 K"),
        ({}, {"crystallinity_factor": 1.5}, "crystallinity_factor 1.5"),
        ({"multiplicity": 0}, {}, "0-F-43m"),
        ({"conductivity_ms_per_cm": -1.0}, {}, "-1.0 mS/cm"),
        ({"relative_energy_ev_per_atom": float("nan")}, {}, "nan eV/atom"),
        ({"label": "25-R3m"}, {}, "different configurations"),
    ],
)
def test_bad_input_is_named(changes, options, words):
    configurations = [replace(CHLORIDE[0], **changes), *CHLORIDE[1:]]
    with pytest.raises(InputError, match=words):
        bulk_conductivity(configurations, **options)
    with pytest.raises(InputError, match="at least one"):
        bulk_conductivity([])
