import numpy as np
import pytest

from atomate2_argyrodite.conductivity import ConductivityDocument
from atomate2_argyrodite.conductivity.analysis import conductivity_document
from atomate2_argyrodite.conductivity.bulk import bulk_document, random_structure_document
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import RandomStructureRecipe

from .test_analysis import run

MULTIPLICITIES = {"0-F-43m": 1, "50-P222_1": 24, "still": 12}
ENERGIES = {"0-F-43m": 23.0, "50-P222_1": 0.0, "still": 10.0}


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> ConductivityDocument:
    folder = tmp_path_factory.mktemp("runs")
    return conductivity_document([run(folder, t, 1, n_frames=600) for t in (400.0, 500.0, 600.0)])


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> ConductivityDocument:
    """Too short for a D: upper limits at two temperatures."""
    folder = tmp_path_factory.mktemp("still")
    return conductivity_document([run(folder, t, 1, n_frames=33) for t in (150.0, 350.0, 400.0)])


def named(document: ConductivityDocument, label: str, **changes: object) -> ConductivityDocument:
    return document.model_copy(update={"configuration": label, **changes})


def test_every_rule_has_its_plain_and_its_corrected_value(moving: ConductivityDocument) -> None:
    crystals = [named(moving, "0-F-43m"), named(moving, "50-P222_1")]
    document = bulk_document(crystals, ENERGIES, MULTIPLICITIES, crystallinity_factor=0.25)
    sigma = moving.arrhenius.conductivity_ms_per_cm
    assert len(document.rules) == 6
    for rule in document.rules:
        assert rule.conductivity_ms_per_cm == pytest.approx(sigma)  # twice the same crystal
        assert rule.corrected_conductivity_ms_per_cm == pytest.approx(0.25 * sigma)
        assert sum(rule.weights.values()) == pytest.approx(1)
        assert "p ∝" in rule.formula or "Σ p" in rule.formula
    weights = {rule.rule: rule.weights for rule in document.rules}
    ratio = np.exp(-0.023 / (8.617333e-5 * 300))
    assert weights["boltzmann"]["0-F-43m"] == pytest.approx(ratio / (1 + ratio), rel=1e-4)
    expected = ratio / (24 + ratio)
    assert weights["boltzmann-multiplicity"]["0-F-43m"] == pytest.approx(expected, rel=1e-4)
    assert document.composition == "Li6PS5Cl"
    assert document.potential_id == "abc"


def test_a_crystal_without_a_fit_enters_by_its_upper_limit(
    moving: ConductivityDocument, still: ConductivityDocument
) -> None:
    assert still.arrhenius is None
    document = bulk_document(
        [named(moving, "50-P222_1"), named(still, "still")], ENERGIES, MULTIPLICITIES
    )
    limited = document.configurations[1]
    assert limited.conductivity_ms_per_cm is None
    limits = {r.temperature_kelvin: r.conductivity_upper_limit_ms_per_cm for r in still.results}
    # D falls with temperature: limits above 300 K hold at 300 K, that at 150 K does not.
    expected = min(limits[350.0] * 350 / 300, limits[400.0] * 400 / 300)
    assert limited.conductivity_upper_limit_ms_per_cm == pytest.approx(expected)
    by_rule = {rule.rule: rule for rule in document.rules}
    assert by_rule["slowest-weighted"].conductivity_ms_per_cm is None
    assert by_rule["multiplicity"].conductivity_ms_per_cm == pytest.approx(
        moving.arrhenius.conductivity_ms_per_cm * 24 / 36
    )


def test_what_does_not_belong_together_is_refused(moving: ConductivityDocument) -> None:
    first = named(moving, "0-F-43m")
    other = named(moving, "50-P222_1", potential_id="other")
    with pytest.raises(InputError, match="one potential_id, got abc, other"):
        bulk_document([first, other], ENERGIES, MULTIPLICITIES)
    with pytest.raises(InputError, match="25-R3m is missing"):
        bulk_document([named(moving, "25-R3m")], ENERGIES, MULTIPLICITIES)
    with pytest.raises(InputError, match="got none"):
        bulk_document([], ENERGIES, MULTIPLICITIES)


def test_a_random_structure_stands_beside_its_references(
    moving: ConductivityDocument, still: ConductivityDocument
) -> None:
    recipe = RandomStructureRecipe(weights={"0-F-43m": 1, "50-P222_1": 3}, repeats=3, seed=7)
    document = random_structure_document(
        named(moving, recipe.label), [named(still, "0-F-43m"), named(moving, "50-P222_1")], recipe
    )
    sigma = moving.arrhenius.conductivity_ms_per_cm
    assert document.configuration == "random-3x3x3-seed7"
    assert document.conductivity_ms_per_cm == pytest.approx(sigma)
    assert document.corrected_conductivity_ms_per_cm == pytest.approx(0.2 * sigma)
    assert document.counts == {"0-F-43m": 7, "50-P222_1": 20}
    assert [crystal.label for crystal in document.references] == ["0-F-43m", "50-P222_1"]
    assert document.references[0].arrhenius is None
    bands = document.curves.to_arrays()
    assert {name.split("_")[1] for name in bands} == {"0", "2"}  # the still crystal has none
    np.testing.assert_array_equal(bands["band_0_mid"], moving.curves.to_arrays()["band_mid"])
    unknown = random_structure_document(named(still, recipe.label), [], recipe)
    assert unknown.conductivity_ms_per_cm is unknown.corrected_conductivity_ms_per_cm is None
