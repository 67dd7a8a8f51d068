import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.stability.relative_energies import relative_energies


@given(st.dictionaries(st.text(min_size=1), st.floats(-10, 10), min_size=1), st.floats(-100, 100))
def test_the_lowest_is_zero_and_no_common_shift_matters(energies, shift):
    relative = relative_energies(energies)
    assert min(relative.values()) == 0
    assert list(relative) == list(energies)
    shifted = relative_energies({name: value + shift for name, value in energies.items()})
    assert shifted == pytest.approx(relative, abs=1e-8)


def test_energies_are_in_mev():
    assert relative_energies({"a": -4.0, "b": -3.977}) == pytest.approx({"a": 0.0, "b": 23.0})


@pytest.mark.parametrize("energies", [{}, {"a": float("nan")}, {"a": 1.0, "b": float("inf")}])
def test_missing_energies_are_refused(energies):
    with pytest.raises(InputError, match="must be finite"):
        relative_energies(energies)
