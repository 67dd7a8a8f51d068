"""The criteria on published values and on conductivities whose truth is known."""

import numpy as np
import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functional_comparison.criteria import (
    Candidate,
    Slowness,
    UncertainConductivity,
    judge_ends,
    rank_functionals,
)
from atomate2_argyrodite.functional_comparison.references import (
    EXPERIMENTAL_CONDUCTIVITIES,
    KIM_2024,
)
from atomate2_argyrodite.functionals import Functional

ENDS = ("0-F-43m", "100-F-43m")


def known(value: float, factor: float = 1.0) -> UncertainConductivity:
    """A conductivity that is known to a factor (95 %)."""
    return UncertainConductivity(value, (value / factor, value * factor))


def published(functional: Functional) -> Candidate:
    table = KIM_2024[functional]
    values = {
        row.label: UncertainConductivity(row.conductivity_ms_per_cm)
        if row.conductivity_ms_per_cm is not None
        else UncertainConductivity(None, upper_limit=1e-3)  # "too low"
        for row in table.rows
    }
    return Candidate(
        functional.value,
        {label: values[label] for label in ENDS},
        {label: value for label, value in values.items() if label not in ENDS},
        UncertainConductivity(table.bulk_ms_per_cm),
    )


def test_the_published_table_gives_the_published_verdict() -> None:
    """Kim et al.: PBE and PBE-D3(BJ) leave the 100 % crystal too fast; optB88-vdW is trusted."""
    verdicts = {
        functional: {j.label: j.verdict for j in judge_ends(published(functional))}
        for functional in Functional
    }
    slow, not_slow = Slowness.SLOW, Slowness.NOT_SLOW
    assert verdicts == {
        Functional.PBE: {"0-F-43m": slow, "100-F-43m": not_slow},
        Functional.PBE_D3BJ: {"0-F-43m": slow, "100-F-43m": not_slow},
        Functional.OPTB88_VDW: {"0-F-43m": slow, "100-F-43m": slow},
    }
    ranks = rank_functionals(
        [published(functional) for functional in Functional], EXPERIMENTAL_CONDUCTIVITIES["Cl"]
    )
    assert [rank.name for rank in ranks] == ["optb88-vdw", "pbe", "pbe-d3bj"]
    assert ranks[0].probability_best == 1.0
    assert ranks[0].violations == 0
    assert ranks[0].distance == 0.0  # 2.46 lies between 2.3 and 2.5
    assert ranks[1].distance == pytest.approx(np.log(4.19 / 2.5))
    assert ranks[2].distance == pytest.approx(np.log(2.3 / 0.55))


def candidate(
    end: UncertainConductivity,
    disordered: tuple[UncertainConductivity, ...] = (known(10.0), known(20.0)),
    bulk: UncertainConductivity | None = None,
    name: str = "pbe",
) -> Candidate:
    others = {f"d{k}": value for k, value in enumerate(disordered)}
    return Candidate(name, {"0-F-43m": end}, others, bulk or known(2.4, 1.2))


@pytest.mark.parametrize("end", [0.2, 0.7, 1.0, 1.5, 4.0])
def test_the_probability_of_being_slow_is_that_of_two_lognormal_values(end: float) -> None:
    """With one disordered crystal the difference of the logarithms is normal: a closed form."""
    from scipy.stats import norm

    factor_end, factor_other = 2.0, 1.5
    (judgement,) = judge_ends(
        candidate(known(end, factor_end), (known(10.0, factor_other),)), factor=10.0
    )
    spread = np.hypot(np.log(factor_end), np.log(factor_other)) / 1.959964
    expected = norm.cdf((np.log(10.0 / end) - np.log(10.0)) / spread)
    assert judgement.probability_slow == pytest.approx(expected, abs=0.025)
    assert judgement.ratio == pytest.approx(10.0 / end, rel=0.03)


def test_the_slowest_disordered_crystal_counts() -> None:
    (fast,) = judge_ends(candidate(known(0.5), (known(10.0), known(2.0))))
    assert fast.ratio == pytest.approx(4.0)
    assert fast.verdict is Slowness.NOT_SLOW


def test_a_doubtful_ratio_is_undecided() -> None:
    (judgement,) = judge_ends(candidate(known(1.0, 3.0)))
    assert judgement.verdict is Slowness.UNDECIDED
    assert judgement.probability_slow is not None
    assert 0.3 < judgement.probability_slow < 0.7


def test_upper_limits_show_slowness_and_never_the_opposite() -> None:
    (slow,) = judge_ends(candidate(UncertainConductivity(None, upper_limit=0.1)))
    assert slow.verdict is Slowness.SLOW
    assert slow.is_lower_limit
    assert slow.ratio == pytest.approx(100.0)
    (open_,) = judge_ends(candidate(UncertainConductivity(None, upper_limit=5.0)))
    assert (open_.verdict, open_.probability_slow) == (Slowness.UNDECIDED, None)
    assert open_.is_lower_limit


def test_unknown_disordered_crystals_leave_it_undecided() -> None:
    limit = UncertainConductivity(None, upper_limit=0.5)
    for disordered in ((), (known(10.0), limit), (UncertainConductivity(None),)):
        (judgement,) = judge_ends(candidate(known(0.01), disordered))
        assert (judgement.verdict, judgement.ratio) == (Slowness.UNDECIDED, None)
    (nothing,) = judge_ends(candidate(UncertainConductivity(None)))
    assert nothing.verdict is Slowness.UNDECIDED


def test_a_violated_criterion_outweighs_any_bulk() -> None:
    good = candidate(known(0.01), bulk=known(1e-4), name="far but slow")
    bad = candidate(known(9.0), bulk=known(2.4), name="near but fast")
    ranks = rank_functionals([bad, good], (2.3, 2.5))
    assert [rank.name for rank in ranks] == ["far but slow", "near but fast"]


def test_what_cannot_be_told_leaves_the_ranking_open() -> None:
    """A crystal of unknown slowness is as often slow as not."""
    sure = candidate(known(0.01), bulk=known(20.0), name="sure")
    unknown = candidate(UncertainConductivity(None), bulk=known(2.4), name="unknown")
    ranks = {rank.name: rank for rank in rank_functionals([sure, unknown], (2.3, 2.5))}
    assert ranks["unknown"].violations == pytest.approx(0.5, abs=0.03)
    assert ranks["unknown"].probability_best == pytest.approx(0.5, abs=0.03)
    assert ranks["sure"].violations == 0.0


def test_equal_functionals_share_the_probability() -> None:
    twins = [candidate(known(0.01), bulk=known(5.0, 3.0), name=name) for name in ("a", "b")]
    ranks = rank_functionals(twins, (2.3, 2.5))
    assert sum(rank.probability_best for rank in ranks) == pytest.approx(1.0)
    assert all(rank.probability_best == pytest.approx(0.5, abs=0.03) for rank in ranks)
    assert all(rank.rank_interval_95 == (1.0, 2.0) for rank in ranks)


def test_a_functional_without_bulk_is_behind_one_with_any() -> None:
    without = candidate(known(0.01), bulk=UncertainConductivity(None), name="without")
    far = candidate(known(0.01), bulk=known(1e9), name="far")
    ranks = rank_functionals([without, far], (2.3, 2.5))
    assert [(rank.name, rank.distance is None) for rank in ranks] == [
        ("far", False),
        ("without", True),
    ]
    alone = rank_functionals([without], None)
    assert (alone[0].mean_rank, alone[0].probability_best) == (1.0, 1.0)
    assert rank_functionals([], None) == []


def test_errors_of_a_hundred_orders_do_not_break_the_ranking() -> None:
    wild = candidate(
        UncertainConductivity(1e-200, (0.0, float("inf"))),
        bulk=UncertainConductivity(1e-250, (0.0, float("inf"))),
        name="wild",
    )
    ranks = rank_functionals([wild, candidate(known(0.1), name="tame")], (2.3, 2.5))
    assert all(np.isfinite(rank.mean_rank) for rank in ranks)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_conductivities_are_refused(value: float) -> None:
    with pytest.raises(InputError, match="positive"):
        UncertainConductivity(value)


@pytest.mark.parametrize("factor", [1.0, 0.0, float("nan"), float("inf")])
def test_impossible_factors_are_refused(factor: float) -> None:
    with pytest.raises(InputError, match="slow_factor"):
        judge_ends(candidate(known(1.0)), factor)
