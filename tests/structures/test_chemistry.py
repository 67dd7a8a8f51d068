import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.chemistry import (
    DEFAULT_LATTICE_CONSTANTS,
    HALIDES,
    check_halide,
    check_lattice_constant,
)


def test_chloride_default_is_the_cell_of_the_paper():
    assert DEFAULT_LATTICE_CONSTANTS["Cl"] == 10.28


def test_cells_grow_with_the_halide():
    constants = [DEFAULT_LATTICE_CONSTANTS[halide] for halide in HALIDES]
    assert constants == sorted(constants)


@pytest.mark.parametrize("halide", ["F", "cl", "", "ClBr", "At"])
def test_other_halides_are_refused(halide):
    with pytest.raises(InputError, match="Cl, Br, I"):
        check_halide(halide)


@pytest.mark.parametrize("value", [1.028, 102.8, -10.28, 0.0, float("nan"), float("inf")])
def test_absurd_lattice_constants_are_refused(value):
    with pytest.raises(InputError, match="lattice constant"):
        check_lattice_constant(value)
