"""From documents to the comparison: the published values, and gaps in them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.functional_comparison.comparison import comparison_document
from atomate2_argyrodite.functional_comparison.criteria import Slowness
from atomate2_argyrodite.functional_comparison.references import KIM_2024
from atomate2_argyrodite.functional_comparison.schemas import FunctionalComparisonDocument
from atomate2_argyrodite.functionals import Functional
from functional_comparison.documents import (
    published,
    published_comparison,
    settings,
)


@pytest.fixture(scope="module")
def comparison() -> FunctionalComparisonDocument:
    return published_comparison()


def test_it_holds_the_table_of_the_paper(comparison: FunctionalComparisonDocument) -> None:
    for result in comparison.functionals:
        rows = KIM_2024[result.functional].rows
        assert [c.label for c in result.configurations] == [row.label for row in rows]
        for found, row in zip(result.configurations, rows, strict=True):
            assert found.relative_energy_mev_per_atom == row.relative_energy_mev_per_atom
            if row.conductivity_ms_per_cm is None:
                assert found.line is None
                assert found.reason == "nothing is diffusive"
                assert found.conductivity_upper_limit_ms_per_cm is not None
                continue
            assert found.line is not None
            assert found.line.activation_energy_ev == pytest.approx(row.activation_energy_ev)
            plain = 5 * row.conductivity_ms_per_cm
            assert found.line.conductivity_ms_per_cm == pytest.approx(plain)


def test_it_holds_what_the_figure_needs(comparison: FunctionalComparisonDocument) -> None:
    """Symbols on their line, and the line through them to 300 K."""
    for result in comparison.functionals:
        for crystal in result.configurations:
            assert [p.temperature_kelvin for p in crystal.points] == list(range(350, 701, 50))
            if crystal.line is None or crystal.line.ln_prefactor is None:
                continue
            for point in crystal.points:
                kt = 8.617333e-5 * point.temperature_kelvin
                line = np.exp(crystal.line.ln_prefactor - crystal.line.activation_energy_ev / kt)
                assert point.diffusivity_cm2_per_s == pytest.approx(line)


def test_the_verdict_is_that_of_the_paper(comparison: FunctionalComparisonDocument) -> None:
    ends = {
        result.functional: {end.label: end.verdict for end in result.ends}
        for result in comparison.functionals
    }
    assert ends[Functional.OPTB88_VDW]["100-F-43m"] == Slowness.SLOW
    assert ends[Functional.PBE]["100-F-43m"] == Slowness.NOT_SLOW
    assert ends[Functional.PBE_D3BJ]["100-F-43m"] == Slowness.NOT_SLOW
    assert all(verdicts["0-F-43m"] == Slowness.SLOW for verdicts in ends.values())
    for ranking in (comparison.ranking, comparison.ranking_corrected):
        assert ranking[0].functional == Functional.OPTB88_VDW
        assert ranking[0].probability_best > 0.95
    assert comparison.verdict.startswith("in order: optb88-vdw (100% best)")
    assert comparison.verdict.endswith("all ordered crystals are slow with optb88-vdw")


def test_bulk_values_are_plain_and_corrected(comparison: FunctionalComparisonDocument) -> None:
    for result in comparison.functionals:
        bulk = result.bulk
        assert bulk.conductivity_ms_per_cm is not None
        assert bulk.corrected_ms_per_cm == pytest.approx(0.2 * bulk.conductivity_ms_per_cm)
        lines = [c.line.conductivity_ms_per_cm for c in result.configurations if c.line]
        assert min(lines) < bulk.conductivity_ms_per_cm < max(lines)
    assert comparison.experimental_conductivity_ms_per_cm == (2.3, 2.5)


def test_lattices_are_compared_with_experiment(comparison: FunctionalComparisonDocument) -> None:
    pbe = next(r for r in comparison.functionals if r.functional == Functional.PBE)
    by_halide = {(row.halide, row.configuration): row for row in pbe.lattices}
    chloride, bromide = by_halide["Cl", "50-P222_1"], by_halide["Br", "0-F-43m"]
    assert chloride.lattice_deviation_percent == pytest.approx(100 * (10.28 / 9.86 - 1))
    assert chloride.volume_deviation_percent == pytest.approx(100 * ((10.28 / 9.86) ** 3 - 1))
    assert bromide.lattice_deviation_percent == pytest.approx(100 * (10.40 / 9.99 - 1))
    assert len(pbe.lattices) == 7


def test_the_document_stays_small(comparison: FunctionalComparisonDocument) -> None:
    assert len(json.dumps(comparison.model_dump(mode="json"))) < 100_000


def test_gaps_are_told_and_the_rest_is_compared() -> None:
    whole = published(Functional.OPTB88_VDW)
    torn = published(Functional.PBE)
    without_crystal = replace(
        torn, conductivities={**torn.conductivities, "25-R3m": None}, potential=None
    )
    nothing = replace(
        published(Functional.PBE_D3BJ),
        stability=None,
        potential=None,
        conductivities=dict.fromkeys(torn.conductivities),
        lattices=[None],
    )
    found = comparison_document([whole, without_crystal, nothing], {}, settings())
    _, pbe, d3 = found.functionals
    assert pbe.bulk.reason == "conductivities of 25-R3m are missing"
    assert next(c for c in pbe.configurations if c.label == "25-R3m").reason == (
        "one of its jobs failed"
    )
    assert {end.verdict for end in pbe.ends} == {Slowness.UNDECIDED}
    assert d3.bulk.conductivity_ms_per_cm is None
    assert d3.lattices == []
    assert found.ranking[0].functional == Functional.OPTB88_VDW
    assert any("pbe: no bulk conductivity: conductivities of 25-R3m" in w for w in found.warnings)
    assert any("pbe: whether 0-F-43m and 100-F-43m conduct slowly" in w for w in found.warnings)


def test_without_any_fit_there_is_no_ranking_to_speak_of() -> None:
    empty = published(Functional.PBE)
    empty = replace(empty, conductivities=dict.fromkeys(empty.conductivities))
    missing = {"optb88-vdw": "engine 'chgnet' cannot do functional 'optb88-vdw'"}
    found = comparison_document([empty], missing, settings())
    assert found.verdict == (
        "no functional can be ranked: no crystal has an Arrhenius fit; not compared: optb88-vdw"
    )
    only = comparison_document([published(Functional.PBE)], missing, settings())
    assert only.verdict.startswith("only pbe was compared")
    assert [m.functional for m in only.missing] == [Functional.OPTB88_VDW]
