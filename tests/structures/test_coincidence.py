import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymatgen.core.interface import GrainBoundaryGenerator

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.coincidence import boundary_geometry, coincidence_rotations

AXES = [(1, 0, 0), (1, 1, 0), (1, 1, 1)]


@pytest.mark.parametrize("axis", AXES)
def test_angles_are_those_of_pymatgen(axis):
    known = GrainBoundaryGenerator.enum_sigma_cubic(cutoff=40, r_axis=list(axis))
    for sigma, angles in known.items():
        if sigma == 1:
            continue
        found = [r.angle for r in coincidence_rotations(sigma, axis)]
        for angle in angles:
            assert np.isclose(found, angle, atol=1e-3).any()


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("sigma", [3, 5, 7, 9, 11, 13])
def test_rotations_are_exact_and_have_their_sigma(axis, sigma):
    try:
        rotations = coincidence_rotations(sigma, axis)
    except InputError:
        return
    grid = np.array(np.meshgrid(*[range(2 * sigma)] * 3)).reshape(3, -1).T
    for rotation in rotations:
        matrix = rotation.numerator / rotation.denominator
        assert np.allclose(matrix @ matrix.T, np.eye(3))
        assert np.linalg.det(matrix) == pytest.approx(1.0)
        assert np.allclose(matrix @ axis, axis)
        trace = 1 + 2 * np.cos(np.radians(rotation.angle))
        assert np.trace(matrix) == pytest.approx(trace)
        # the part of the lattice that stays on the lattice is one in sigma, by counting
        assert rotation.inverse_image(grid)[1].mean() == pytest.approx(1 / sigma)


def test_the_default_boundary_is_the_symmetric_tilt_of_the_paper():
    geometry = boundary_geometry(5, (1, 0, 0), (0, 2, 1))
    assert geometry.rotation.angle == pytest.approx(53.1301, abs=1e-4)
    assert geometry.planes == ((0, 2, 1), (0, 2, -1))
    assert geometry.area == pytest.approx(np.sqrt(5))


def test_the_other_angle_is_another_boundary_of_the_same_area():
    geometry = boundary_geometry(5, (1, 0, 0), (0, 2, 1), angle=36.87)
    assert geometry.planes == ((0, 2, 1), (0, 1, 2))
    assert geometry.area == pytest.approx(np.sqrt(5))


def test_a_twist_has_one_plane_and_sigma_times_its_area():
    geometry = boundary_geometry(5, (1, 0, 0), (1, 0, 0))
    assert geometry.planes == ((1, 0, 0), (1, 0, 0))
    assert geometry.area == pytest.approx(5.0)


@given(
    axis=st.sampled_from(AXES),
    sigma=st.sampled_from([3, 5, 7, 9, 11, 13]),
    steps=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
)
def test_in_plane_vectors_are_common_to_both_grains(axis, sigma, steps):
    """For random planes that contain the axis: lengths and angles agree in either grain."""
    across = np.cross(axis, (0, 0, 1) if axis != (0, 0, 1) else (1, 0, 0))
    normal = steps[0] * across + steps[1] * np.cross(axis, across)
    if not normal.any():
        return
    normal = normal // np.gcd.reduce(normal)
    if np.abs(normal).max() > 6:
        return
    try:
        geometry = boundary_geometry(sigma, axis, tuple(normal.tolist()))
    except InputError:
        return
    first, second = geometry.in_plane
    assert np.array_equal(first @ first.T, second @ second.T)
    for vectors, plane in zip(geometry.in_plane, geometry.planes, strict=True):
        assert not (vectors @ plane).any()
        assert np.cross(*vectors) @ plane > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((7, (1, 0, 0), (0, 2, 1)), "sigma 7 does not exist"),
        ((1, (1, 0, 0), (0, 2, 1)), "sigma 1 does not exist"),
        ((5, (1, 0, 0), (1, 2, 1)), "neither contains the axis"),
        ((5, (2, 0, 0), (0, 2, 1)), r"write \(1, 0, 0\)"),
        ((5, (1, 0, 0), (0, 2, 1), 45.0), r"36\.870, 53\.130"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        boundary_geometry(*arguments)
