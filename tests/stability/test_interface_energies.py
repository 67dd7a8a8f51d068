import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.stability.interface_energies import (
    JOULE_PER_M2,
    interface_energy,
    pairs_out_of_order,
)

ELEMENTARY_CHARGE = 1.602176634e-19  # C, exact


def test_units():
    assert pytest.approx(ELEMENTARY_CHARGE / 1e-20, rel=1e-12) == JOULE_PER_M2


def test_an_excess_is_shared_by_both_interfaces():
    assert interface_energy(-99.0, 50, -2.0, 10.0) == pytest.approx(0.05)
    assert interface_energy(-99.0, 50, -2.0, 10.0, interfaces=1) == pytest.approx(0.1)


@given(e=st.floats(-5, 5), n=st.integers(1, 1000), area=st.floats(1, 1e4))
def test_a_piece_of_bulk_has_no_interface_energy(e, n, area):
    assert interface_energy(n * e, n, e, area) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    "arguments",
    [
        (1.0, 1, 1.0, 0.0),
        (1.0, 0, 1.0, 1.0),
        (1.0, 1, 1.0, -1.0),
        (1.0, 1, 1.0, 1.0, 0),
        (float("nan"), 1, 1.0, 1.0),
        (1.0, 1, float("inf"), 1.0),
    ],
)
def test_senseless_values_are_refused(arguments):
    with pytest.raises(InputError):
        interface_energy(*arguments)


@given(st.permutations("abcd"))
def test_pairs_out_of_order_count_the_swaps(ranking):
    found = pairs_out_of_order(ranking, "abcd")
    work, swaps = list(ranking), 0
    for _ in work:  # bubble sort
        for k in range(3):
            if work[k] > work[k + 1]:
                work[k], work[k + 1] = work[k + 1], work[k]
                swaps += 1
    assert len(found) == swaps
    assert all(low > high for low, high in found)


def test_names_that_only_one_list_has_do_not_count():
    assert pairs_out_of_order(["x", "b", "a"], ["a", "c", "b"]) == [("b", "a")]
    assert pairs_out_of_order(["x"], ["a"]) == []
