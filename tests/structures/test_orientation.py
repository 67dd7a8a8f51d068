import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.orientation import (
    check_indices,
    layer_vector,
    plane_basis,
    standard_frame,
)

indices = st.tuples(*[st.integers(-4, 4)] * 3)


@given(indices)
def test_basis_and_layer_vector_span_the_whole_lattice(plane):
    assume(np.gcd.reduce(plane) == 1)
    basis, layer = plane_basis(plane), layer_vector(plane)
    assert np.array_equal(np.cross(*basis), plane)
    assert round(np.linalg.det(np.vstack([basis, layer]))) == 1


@given(indices)
def test_first_basis_vector_is_the_shortest_in_the_plane(plane):
    assume(np.gcd.reduce(plane) == 1)
    grid = np.array(np.meshgrid(*[range(-4, 5)] * 3)).reshape(3, -1).T
    inside = grid[(grid @ plane == 0) & grid.any(axis=1)]
    assert (plane_basis(plane)[0] ** 2).sum() == (inside**2).sum(axis=1).min()


def test_basis_of_the_021_plane():
    assert plane_basis((0, 2, 1)).tolist() == [[1, 0, 0], [0, 1, -2]]


@given(st.integers(0, 10**6))
def test_standard_frame_is_a_rotation_to_x_and_the_xy_plane(seed):
    vectors = np.random.default_rng(seed).normal(size=(3, 3))
    frame = standard_frame(vectors)
    turned = vectors @ frame.T
    assert np.allclose(frame @ frame.T, np.eye(3))
    assert np.linalg.det(frame) == pytest.approx(1.0)
    assert np.allclose(turned[0, 1:], 0)
    assert turned[0, 0] > 0
    assert turned[1, 1] > 0
    assert turned[1, 2] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("given_indices", "message"),
    [
        ((0, 0, 0), "no direction"),
        ((0, 4, 2), r"write \(0, 2, 1\)"),
        ((0, 2), "three integers"),
        ((0.5, 1, 1), "three integers"),
        ((0, 7, 1), "exceeds 6"),
    ],
)
def test_impossible_indices_are_refused(given_indices, message):
    with pytest.raises(InputError, match=message):
        check_indices(given_indices)
