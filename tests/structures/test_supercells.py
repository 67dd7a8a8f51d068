import pytest

from atomate2_argyrodite.errors import InputError, StructureError
from atomate2_argyrodite.structures import site_disorder_configurations, strained_structures
from atomate2_argyrodite.structures.supercells import (
    check_atom_count,
    cubic_crystal,
    sorted_sites,
)

CONFIGURATION = site_disorder_configurations("Cl")[0]


def test_configurations_and_structures_are_taken_alike():
    assert cubic_crystal(CONFIGURATION) == cubic_crystal(CONFIGURATION.structure)


def test_other_crystals_are_refused():
    with pytest.raises(StructureError, match="not cubic"):
        cubic_crystal(strained_structures(CONFIGURATION.structure, [0.02], kind="shear")[0])
    charged = CONFIGURATION.structure.copy()
    charged.remove_sites([0])
    with pytest.raises(StructureError, match="net charge"):
        cubic_crystal(charged)


def test_a_million_atoms_are_not_built_unasked():
    check_atom_count(1000, 1000)
    with pytest.raises(InputError, match=r"1,000,001 atoms.*maximum_atoms"):
        check_atom_count(1_000_001, 1_000_000)


def test_sorting_groups_elements_and_keeps_order_and_properties():
    mixed = CONFIGURATION.structure.copy()
    mixed.add_site_property("place", list(range(52)))
    mixed.properties = {"note": 1}
    reversed_ = mixed.copy()
    reversed_.sort(key=lambda site: -site.properties["place"])
    again = sorted_sites(reversed_)
    assert [s.specie.symbol for s in again] == ["Li"] * 24 + ["P"] * 4 + ["S"] * 20 + ["Cl"] * 4
    assert again.site_properties["place"][:24] == list(range(23, -1, -1))
    assert again.properties == {"note": 1}
