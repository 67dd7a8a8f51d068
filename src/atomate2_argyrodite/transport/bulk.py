"""Bulk conductivity of a crystal that is a mixture of site-disordered configurations.

How the values of single configurations make that of the bulk is a choice, not a result: several
rules stand side by side here, each with its formula, and the report shows them all. None claims to
be the rule behind published bulk values that were corrected by an unpublished one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy import constants
from scipy.optimize import brentq
from scipy.special import ndtri

from atomate2_argyrodite.errors import InputError

BulkRule = Literal[
    "boltzmann",
    "boltzmann-multiplicity",
    "multiplicity",
    "geometric",
    "effective-medium",
    "slowest-weighted",
]
DEFAULT_RULE: BulkRule = "boltzmann-multiplicity"
DEFAULT_CRYSTALLINITY_FACTOR = 0.2
"""Ratio of the two columns of Table 2 of Kim et al., Nano Energy 2024, 109436."""
RULES: Mapping[BulkRule, str] = {
    "boltzmann": "σ = Σ p σᵢ, p ∝ exp(-Eᵢ/kT): arithmetic mean, parallel conduction (upper Wiener "
    "bound)",
    "boltzmann-multiplicity": "σ = Σ p σᵢ, p ∝ mᵢ exp(-Eᵢ/kT), mᵢ arrangements of each crystal",
    "multiplicity": "σ = Σ p σᵢ, p ∝ mᵢ: the limit of a high synthesis temperature",
    "geometric": "ln σ = Σ p ln σᵢ, p ∝ mᵢ exp(-Eᵢ/kT) (Lichtenecker and Rother, Phys. Z. 32, 255 "
    "(1931))",
    "effective-medium": "Σ p (σᵢ - σ)/(σᵢ + 2σ) = 0, p ∝ mᵢ exp(-Eᵢ/kT), spherical grains "
    "(Bruggeman, Ann. Phys. 416, 636 (1935))",
    "slowest-weighted": "1/σ = Σ p/σᵢ, p ∝ mᵢ exp(-Eᵢ/kT): harmonic mean, serial conduction (lower "
    "Wiener bound)",
}
"""Formula and source of every rule; Eᵢ is the energy per atom."""

_SAMPLES = 2000
_NEGLIGIBLE_WEIGHT = 1e-3
_Z_95 = float(ndtri(0.975))
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ConfigurationConductivity:
    """What the bulk rules need to know of one configuration.

    Parameters
    ----------
    label
        Its name.
    conductivity_ms_per_cm
        Conductivity in mS/cm; None where only an upper limit is known.
    interval_95_ms_per_cm
        Its 95 % interval.
    relative_energy_ev_per_atom
        Energy relative to any common zero in eV per atom.
    multiplicity
        Number of arrangements in the cell that are this crystal.
    upper_limit_ms_per_cm
        Upper limit where there is no conductivity.
    """

    label: str
    conductivity_ms_per_cm: float | None
    interval_95_ms_per_cm: tuple[float, float] | None
    relative_energy_ev_per_atom: float
    multiplicity: int
    upper_limit_ms_per_cm: float | None = None


@dataclass(frozen=True)
class BulkConductivity:
    """Conductivity of the bulk by one rule, in mS/cm.

    Parameters
    ----------
    rule
        Name of the rule.
    weights
        Weight of every configuration by label; they sum to 1.
    conductivity_ms_per_cm
        The plain value; None where a configuration that counts has only an upper limit and its rule
        needs a value.
    interval_95_ms_per_cm
        Its 95 % interval by the errors of the configurations (not of the rule or the energies).
    crystallinity_factor
        What the plain value is multiplied by for a partly crystalline powder.
    corrected_ms_per_cm, corrected_interval_95_ms_per_cm
        The product and its interval.
    reason
        Why there is no value, or what was assumed.
    """

    rule: BulkRule
    weights: Mapping[str, float]
    conductivity_ms_per_cm: float | None
    interval_95_ms_per_cm: tuple[float, float] | None
    crystallinity_factor: float
    corrected_ms_per_cm: float | None
    corrected_interval_95_ms_per_cm: tuple[float, float] | None
    reason: str | None = None


def bulk_conductivity(
    configurations: Sequence[ConfigurationConductivity],
    rule: BulkRule = DEFAULT_RULE,
    *,
    temperature: float = 300.0,
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR,
) -> BulkConductivity:
    """Return the bulk conductivity by one rule (see `RULES`).

    A configuration without a conductivity enters the arithmetic rules as zero with its upper limit
    in the interval; the other rules have no value then, unless its weight is below 1e-3.

    Parameters
    ----------
    configurations
        The crystals that make the bulk.
    rule
        Name of the rule.
    temperature
        In K, of the Boltzmann weights: the one at which the disorder froze in, by default 300 K.
    crystallinity_factor
        Between 0 and 1; 1 leaves the plain value.

    Raises
    ------
    InputError
        If there is no configuration, a label occurs twice, or a number makes no sense.
    """
    _check(configurations, rule, temperature, crystallinity_factor)
    weights = _weights(configurations, rule, temperature)
    reason = _missing(configurations, weights, rule)
    named = {c.label: float(w) for c, w in zip(configurations, weights, strict=True)}
    if reason is not None:
        return BulkConductivity(rule, named, None, None, crystallinity_factor, None, None, reason)
    value = _mixed(
        np.array([c.conductivity_ms_per_cm or 0.0 for c in configurations]), weights, rule
    )
    low, high = _interval(configurations, weights, rule)
    return BulkConductivity(
        rule=rule,
        weights=named,
        conductivity_ms_per_cm=value,
        interval_95_ms_per_cm=(low, high),
        crystallinity_factor=crystallinity_factor,
        corrected_ms_per_cm=crystallinity_factor * value,
        corrected_interval_95_ms_per_cm=(crystallinity_factor * low, crystallinity_factor * high),
        reason=_assumed(configurations),
    )


def bulk_conductivities(
    configurations: Sequence[ConfigurationConductivity],
    *,
    temperature: float = 300.0,
    crystallinity_factor: float = DEFAULT_CRYSTALLINITY_FACTOR,
) -> list[BulkConductivity]:
    """Return the bulk conductivity by every rule (see `bulk_conductivity`)."""
    return [
        bulk_conductivity(
            configurations,
            rule,
            temperature=temperature,
            crystallinity_factor=crystallinity_factor,
        )
        for rule in RULES
    ]


def _check(
    configurations: Sequence[ConfigurationConductivity],
    rule: str,
    temperature: float,
    crystallinity_factor: float,
) -> None:
    if rule not in get_args(BulkRule):
        raise InputError(f"bulk rule {rule!r} is not one of {', '.join(RULES)}")
    if not 0 < temperature < np.inf:
        raise InputError(f"temperature {temperature!r} K of the weights must be above 0")
    if not 0 < crystallinity_factor <= 1:
        raise InputError(
            f"crystallinity_factor {crystallinity_factor!r} must lie above 0 and not above 1"
        )
    labels = [c.label for c in configurations]
    if not labels or len(set(labels)) < len(labels):
        raise InputError(f"a bulk needs different configurations, at least one, got {labels}")
    for c in configurations:
        known = [c.relative_energy_ev_per_atom, float(c.multiplicity)]
        positive = [float(c.multiplicity)]
        if c.conductivity_ms_per_cm is not None:
            known.append(c.conductivity_ms_per_cm)
            positive.append(c.conductivity_ms_per_cm)
        if not np.isfinite(known).all() or min(positive) <= 0:
            raise InputError(
                f"configuration {c.label!r} needs a finite energy, and a conductivity and a "
                f"multiplicity above 0, got {c.relative_energy_ev_per_atom!r} eV/atom, "
                f"{c.conductivity_ms_per_cm!r} mS/cm and {c.multiplicity!r}"
            )


def _weights(
    configurations: Sequence[ConfigurationConductivity], rule: BulkRule, temperature: float
) -> FloatArray:
    energies = np.array([c.relative_energy_ev_per_atom for c in configurations])
    counts = np.array([c.multiplicity for c in configurations], dtype=np.float64)
    factors = np.exp(-(energies - energies.min()) * constants.e / (constants.k * temperature))
    if rule == "boltzmann":
        counts = np.ones(len(counts))
    if rule == "multiplicity":
        factors = np.ones(len(factors))
    weights = counts * factors
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def _is_arithmetic(rule: BulkRule) -> bool:
    return rule in ("boltzmann", "boltzmann-multiplicity", "multiplicity")


def _missing(
    configurations: Sequence[ConfigurationConductivity], weights: FloatArray, rule: BulkRule
) -> str | None:
    """Return why the rule cannot be applied, None if it can."""
    unknown = [
        c.label
        for c, weight in zip(configurations, weights, strict=True)
        if c.conductivity_ms_per_cm is None
        and (
            c.upper_limit_ms_per_cm is None
            or not (_is_arithmetic(rule) or weight < _NEGLIGIBLE_WEIGHT)
        )
    ]
    if all(c.conductivity_ms_per_cm is None for c in configurations):
        return "no configuration has a conductivity"
    if unknown:
        return f"no conductivity is known of {', '.join(unknown)}"
    return None


def _assumed(configurations: Sequence[ConfigurationConductivity]) -> str | None:
    limited = [c.label for c in configurations if c.conductivity_ms_per_cm is None]
    if not limited:
        return None
    return f"only an upper limit is known of {', '.join(limited)}: taken as 0, or left out"


def _mixed(values: FloatArray, weights: FloatArray, rule: BulkRule) -> float:
    """Return the mean of conductivities by the rule; zeros count only in arithmetic means."""
    if _is_arithmetic(rule):
        return float(weights @ values)
    known = values > 0
    sigma, p = values[known], weights[known] / weights[known].sum()
    if rule == "geometric":
        return float(np.exp(p @ np.log(sigma)))
    if rule == "slowest-weighted":
        return float(1 / (p @ (1 / sigma)))
    return _effective_medium(sigma, p)


def _effective_medium(sigma: FloatArray, p: FloatArray) -> float:
    """Return the positive root of Bruggeman's equation; it lies between the extremes."""
    low, high = float(sigma.min()), float(sigma.max())
    if low == high:
        return low

    def residual(x: float) -> float:
        return float(p @ ((sigma - x) / (sigma + 2 * x)))

    return float(brentq(residual, low, high, xtol=1e-12 * high))


def _interval(
    configurations: Sequence[ConfigurationConductivity], weights: FloatArray, rule: BulkRule
) -> tuple[float, float]:
    """Return the 95 % interval: log-normal errors of the configurations, sampled with one seed."""
    rng = np.random.default_rng(0)
    samples = np.stack([_samples(c, rng) for c in configurations], axis=1)
    found = [_mixed(sample, weights, rule) for sample in samples]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _samples(c: ConfigurationConductivity, rng: np.random.Generator) -> FloatArray:
    value = c.conductivity_ms_per_cm
    if value is None:
        return rng.uniform(0, c.upper_limit_ms_per_cm or 0.0, _SAMPLES)
    deviates = rng.standard_normal(_SAMPLES)
    if c.interval_95_ms_per_cm is None:
        return np.full(_SAMPLES, value)
    low, high = c.interval_95_ms_per_cm
    return np.asarray(value * np.exp(deviates * np.log(high / low) / (2 * _Z_95)))
