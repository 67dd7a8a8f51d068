"""How a functional is judged: the ends of the disorder must be slow, the bulk near experiment.

Kim et al. (Nano Energy 2024, 109436, section 3.1) trust the functional for which both fully
ordered crystals, 0 % and 100 % halide on 4c, conduct poorly and whose bulk agrees with experiment.
Conductivities that are extrapolated carry errors of a factor, not of a sum: their logarithms are
taken to be normal, with the standard error that their 95 % intervals tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError

SLOW_FACTOR = 10.0
"""How many times slower than the slowest disordered crystal an end must be. The paper's own table
sets the scale: it calls a ratio of 6 (PBE) anomalous, ratios of 900 and more right."""
_SAMPLES = 4_000
_SEED = 20_240_109
_Z_95 = NormalDist().inv_cdf(0.975)
_SURE = 0.95
_UNDECIDED = 0.5  # probability of being slow where nothing is known of it
_VIOLATION = 1e3  # of the rank: no distance in ln(conductivity) outweighs a violated criterion
_NO_BULK = 1e2

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class UncertainConductivity:
    """A conductivity in mS/cm with its 95 % interval, or the upper limit of one that is not known.

    Raises
    ------
    InputError
        If a number is negative or not finite.
    """

    value: float | None
    interval_95: tuple[float, float] | None = None
    upper_limit: float | None = None

    def __post_init__(self) -> None:
        numbers = [n for n in (self.value, self.upper_limit) if n is not None]
        if not all(np.isfinite(n) and n > 0 for n in numbers):
            raise InputError(f"conductivities must be positive numbers, got {numbers} mS/cm")

    def log_samples(self, random: np.random.Generator) -> FloatArray | None:
        """Return samples of ln(conductivity), shape (4000,); None if there is no value."""
        if self.value is None:
            return None
        samples: FloatArray = self.log_error * random.standard_normal(_SAMPLES)
        return samples + float(np.log(self.value))

    @property
    def log_error(self) -> float:
        """Standard error of ln(conductivity); 0 where there is no interval."""
        if self.interval_95 is None:
            return 0.0
        low, high = (max(bound, 1e-300) for bound in self.interval_95)
        return float(min(np.log(min(high, 1e300) / low) / (2 * _Z_95), 1e2))


class Slowness(StrEnum):
    """Whether an ordered crystal is slow, as it must be."""

    SLOW = "slow"
    NOT_SLOW = "not slow"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class EndMemberJudgement:
    """Whether the crystal with 0 % or 100 % halide on 4c is slow.

    Parameters
    ----------
    label
        The crystal.
    ratio
        Conductivity of the slowest disordered crystal over that of this one; a lower limit where
        `is_lower_limit`; None where it is not known.
    is_lower_limit
        Whether only an upper limit of the crystal's conductivity is known.
    probability_slow
        That the ratio reaches the factor; None where it cannot be told.
    verdict
        Slow or not with 95 % probability, else undecided.
    """

    label: str
    ratio: float | None
    is_lower_limit: bool
    probability_slow: float | None
    verdict: Slowness


@dataclass(frozen=True)
class Candidate:
    """What a functional is judged by.

    Parameters
    ----------
    name
        The functional.
    ends
        Conductivities at 300 K of the ordered crystals, by label.
    disordered
        Those of the disordered ones.
    bulk
        Conductivity of the bulk.
    """

    name: str
    ends: Mapping[str, UncertainConductivity]
    disordered: Mapping[str, UncertainConductivity]
    bulk: UncertainConductivity


@dataclass(frozen=True)
class Rank:
    """Where a functional stands among the others.

    Parameters
    ----------
    name
        The functional.
    mean_rank, rank_interval_95
        1 is best, over the errors of all conductivities.
    probability_best
        That it is the best of those that were compared.
    violations
        Expected number of ordered crystals that are not slow; of those that cannot be told, one
        half is taken to be.
    distance
        Mean distance of ln(bulk conductivity) from the experimental range; None without a bulk.
    """

    name: str
    mean_rank: float
    rank_interval_95: tuple[float, float]
    probability_best: float
    violations: float
    distance: float | None


def judge_ends(candidate: Candidate, factor: float = SLOW_FACTOR) -> list[EndMemberJudgement]:
    """Return whether the ordered crystals of a functional are slow.

    Parameters
    ----------
    candidate
        The functional.
    factor
        How many times slower than the slowest disordered crystal they must be.

    Raises
    ------
    InputError
        If the factor is not above 1.
    """
    if not 1 < factor < np.inf:
        raise InputError(f"slow_factor {factor!r} must be above 1")
    slowest = _slowest(candidate)
    return [
        _judge_end(label, end, slowest, factor, np.random.default_rng(_SEED + index))
        for index, (label, end) in enumerate(candidate.ends.items(), start=1)
    ]


def _slowest(candidate: Candidate) -> FloatArray | None:
    """Return samples of ln(conductivity) of the slowest disordered crystal."""
    random = np.random.default_rng(_SEED)
    samples = [item.log_samples(random) for item in candidate.disordered.values()]
    known = [sample for sample in samples if sample is not None]
    if not known or len(known) < len(samples):
        return None  # one that has no value may be slower than all others
    slowest: FloatArray = np.min(known, axis=0)
    return slowest


def _judge_end(
    label: str,
    end: UncertainConductivity,
    slowest: FloatArray | None,
    factor: float,
    random: np.random.Generator,
) -> EndMemberJudgement:
    is_limit = end.value is None
    samples = end.log_samples(random)
    if samples is None and end.upper_limit is not None:
        samples = np.full(_SAMPLES, np.log(end.upper_limit))
    if samples is None or slowest is None:
        return EndMemberJudgement(label, None, is_limit, None, Slowness.UNDECIDED)
    ratios = slowest - samples
    probability = float((ratios >= np.log(factor)).mean())
    ratio = float(np.exp(np.clip(np.median(ratios), -700, 700)))
    if probability >= _SURE:
        return EndMemberJudgement(label, ratio, is_limit, probability, Slowness.SLOW)
    if is_limit:  # below its limit it may be as slow as it must be
        return EndMemberJudgement(label, ratio, True, None, Slowness.UNDECIDED)
    verdict = Slowness.NOT_SLOW if probability <= 1 - _SURE else Slowness.UNDECIDED
    return EndMemberJudgement(label, ratio, False, probability, verdict)


def rank_functionals(
    candidates: Sequence[Candidate],
    experiment: tuple[float, float] | None,
    factor: float = SLOW_FACTOR,
) -> list[Rank]:
    """Return the functionals, the best first: by violated criteria, then by their bulk.

    Every sample of the conductivities within their errors ranks the functionals; what is returned
    are the statistics of these ranks. Ties share a rank. A crystal of which it cannot be told
    whether it is slow is so in every second sample.

    Parameters
    ----------
    candidates
        The functionals.
    experiment
        Range of the bulk conductivity in mS/cm; None where none is known.
    factor
        See `judge_ends`.
    """
    if not candidates:
        return []
    violations = [_violations(candidate, factor) for candidate in candidates]
    distances = [_distances(c.bulk, experiment, k) for k, c in enumerate(candidates)]
    scores = np.array(
        [
            _VIOLATION * violated + (_NO_BULK if distance is None else np.minimum(distance, 99.0))
            for violated, distance in zip(violations, distances, strict=True)
        ]
    )
    from scipy.stats import rankdata  # reading documents needs no scipy

    ranks = rankdata(scores, axis=0)
    best = scores == scores.min(axis=0)
    shares = (best / best.sum(axis=0)).mean(axis=1)
    found = [
        Rank(
            name=candidate.name,
            mean_rank=float(ranks[k].mean()),
            rank_interval_95=(
                float(np.quantile(ranks[k], 0.025)),
                float(np.quantile(ranks[k], 0.975)),
            ),
            probability_best=float(shares[k]),
            violations=float(violations[k].mean()),
            distance=None if (d := distances[k]) is None else float(d.mean()),
        )
        for k, candidate in enumerate(candidates)
    ]
    return sorted(found, key=lambda rank: (rank.mean_rank, -rank.probability_best, rank.name))


def _violations(candidate: Candidate, factor: float) -> FloatArray:
    """Return samples of the number of ends that are not slow, shape (4000,)."""
    total = np.zeros(_SAMPLES)
    for k, judgement in enumerate(judge_ends(candidate, factor)):
        known = judgement.probability_slow
        random = np.random.default_rng(_SEED + 100 + k)
        total += random.random(_SAMPLES) >= (_UNDECIDED if known is None else known)
    return total


def _distances(
    bulk: UncertainConductivity, experiment: tuple[float, float] | None, index: int
) -> FloatArray | None:
    """Return samples of the distance of ln(bulk) from the experimental range, shape (4000,)."""
    samples = bulk.log_samples(np.random.default_rng(_SEED + 200 + index))
    if samples is None or experiment is None:
        return None
    low, high = np.log(experiment[0]), np.log(experiment[1])
    distances: FloatArray = np.maximum(0.0, np.maximum(low - samples, samples - high))
    return distances
