from math import comb, factorial

import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    assert_argyrodite,
    composition_configurations,
    minimum_distances,
    net_charge,
    site_disorder_configurations,
    structure_arrays,
)
from atomate2_argyrodite.structures.compositions import lithium_count

CASES = [
    # halides, centres, formula, number of arrangements over 4a + 4c and 4b
    ({"Cl": 1}, None, {"Li": 24, "P": 4, "S": 20, "Cl": 4}, comb(8, 4)),
    ({"Cl": 1.25}, None, {"Li": 23, "P": 4, "S": 19, "Cl": 5}, comb(8, 5)),
    ({"Cl": 1.5}, None, {"Li": 22, "P": 4, "S": 18, "Cl": 6}, comb(8, 6)),
    ({"Br": 2}, None, {"Li": 20, "P": 4, "S": 16, "Br": 8}, 1),
    ({"I": 0.75}, None, {"Li": 25, "P": 4, "S": 21, "I": 3}, comb(8, 3)),
    (
        {"Cl": 0.5, "Br": 0.5},
        None,
        {"Li": 24, "P": 4, "S": 20, "Cl": 2, "Br": 2},
        factorial(8) // (factorial(4) * 4),
    ),
    ({"I": 1}, {"Ge": 1}, {"Li": 28, "Ge": 4, "S": 20, "I": 4}, comb(8, 4)),
    ({"I": 1}, {"P": 0.5, "Si": 0.5}, {"Li": 26, "P": 2, "Si": 2, "S": 20, "I": 4}, 6 * 70),
    ({"I": 1}, {"P": 0.75, "Sn": 0.25}, {"Li": 25, "P": 3, "Sn": 1, "S": 20, "I": 4}, 4 * 70),
    ({"Br": 1}, {"P": 0.5, "Sb": 0.5}, {"Li": 24, "P": 2, "Sb": 2, "S": 20, "Br": 4}, 6 * 70),
    ({"I": 1.25}, {"Si": 1}, {"Li": 27, "Si": 4, "S": 19, "I": 5}, comb(8, 5)),
]


@pytest.mark.parametrize(("halides", "centres", "formula", "arrangements"), CASES)
def test_compositions_are_neutral_whole_and_complete(halides, centres, formula, arrangements):
    configurations = composition_configurations(halides, centres)
    assert sum(c.multiplicity for c in configurations) == arrangements
    assert len({c.label for c in configurations}) == len(configurations)
    for configuration in configurations:
        structure = configuration.structure
        assert structure.composition.as_dict() == formula
        assert net_charge(structure) == 0
        assert_argyrodite(structure)
        assert minimum_distances(*structure_arrays(structure)).get(("P", "S"), 2.05) < 2.3


def test_li6ps5cl_is_the_special_case():
    general = composition_configurations({"Cl": 1.0}, lattice_constant=10.28)
    special = site_disorder_configurations("Cl", 10.28)
    assert [c.label for c in general] == [c.label for c in special]
    assert all(a.structure == b.structure for a, b in zip(general, special, strict=True))


def test_cell_of_mixed_halides_lies_between():
    mixed = composition_configurations({"Cl": 0.5, "Br": 0.5})[0].lattice_constant
    chloride, bromide = (site_disorder_configurations(x)[0].lattice_constant for x in ("Cl", "Br"))
    assert mixed == pytest.approx((chloride + bromide) / 2)


def test_lithium_balances_the_charge_of_every_sublattice():
    assert lithium_count({"Cl": 4, "S": 4}, {"P": 4}) == 24
    assert lithium_count({"Cl": 5, "S": 3}, {"P": 4}) == 23
    assert lithium_count({"I": 4, "S": 4}, {"Ge": 2, "P": 2}) == 26


@pytest.mark.parametrize(
    ("halides", "centres", "message"),
    [
        ({"F": 1}, None, "'F' is none of"),
        ({"Cl": 0.3}, None, "multiple of 0.25"),
        ({"Cl": -1}, None, "multiple of 0.25"),
        ({"Cl": float("nan")}, None, "multiple of 0.25"),
        ({"Cl": 0}, None, "add up to 0 "),
        ({}, None, "add up to 0 "),
        ({"Cl": 1.5, "Br": 1}, None, "add up to 2.5"),
        ({"Cl": 1}, {"As": 1}, "As cannot be the centre"),
        ({"Cl": 1}, {"P": 0.5}, "must add up to 1"),
    ],
)
def test_impossible_compositions_are_refused(halides, centres, message):
    with pytest.raises(InputError, match=message):
        composition_configurations(halides, centres)
