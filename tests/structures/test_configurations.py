import dataclasses

import pytest
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.structures.configurations import (
    halide_fraction_4c,
    space_group,
    with_labels,
)

CONFIGURATIONS = site_disorder_configurations("Cl", 10.28)


def test_halide_fraction_counts_4c_alone():
    assert halide_fraction_4c(("Cl",) * 4 + ("S",) * 4 + ("P",) * 4) == 0.0
    assert halide_fraction_4c(("S",) * 4 + ("Cl", "S", "Br", "S")) == 0.5


def test_order_does_not_depend_on_the_order_given():
    shuffled = with_labels(CONFIGURATIONS[::-1])
    assert [c.label for c in shuffled] == [c.label for c in CONFIGURATIONS]


def test_equal_names_are_numbered():
    twins = with_labels([CONFIGURATIONS[0], CONFIGURATIONS[0], CONFIGURATIONS[1]])
    assert [c.label for c in twins] == ["0-F-43m-1", "0-F-43m-2", "25-R3m"]


def test_lattice_constant_follows_the_structure():
    larger = CONFIGURATIONS[0].structure.copy()
    larger.scale_lattice(10.4**3)
    relaxed = dataclasses.replace(CONFIGURATIONS[0], structure=larger)
    assert CONFIGURATIONS[0].lattice_constant == pytest.approx(10.28)
    assert relaxed.lattice_constant == pytest.approx(10.4)
    assert relaxed.composition == "Li6PS5Cl"


def test_space_group_of_coinciding_atoms_is_refused():
    structure = Structure(Lattice.cubic(4), ["Li", "Li"], [[0, 0, 0], [0, 0, 0]])
    with pytest.raises(StructureError, match="coinciding"):
        space_group(structure)
