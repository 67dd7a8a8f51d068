import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport.slabs import BoundarySlabs, slab_frame

CELL = np.diag([31.0, 69.0, 138.0])
PAPER = BoundarySlabs((0.0, 0.5))


def test_distances_are_from_the_nearer_periodic_plane():
    places = np.array([0.0, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 1.0, -0.1, 7.1])
    expected = np.array([0, 0.1, 0.25, 0.1, 0, 0.25, 0.1, 0, 0.1, 0.1]) * 138
    np.testing.assert_allclose(PAPER.distances(places, CELL), expected, atol=1e-9)


def test_the_paper_s_slabs_are_ten_angstroms_each():
    places = np.array([9.9, 10.1, 19.9, 20.1, 29.9, 30.1, 34.4, 58.9, 59.1, 78.9, 128.2]) / 138
    names = [PAPER.names[k] for k in PAPER.locate(places, CELL)]
    assert names == [
        "GB", "Near_GB", "Near_GB", "Far_GB", "Far_GB", "Bulk", "Bulk", "Near_GB", "GB", "GB", "GB"
    ]  # fmt: skip
    assert PAPER.limits(CELL) == [(0, 10), (10, 20), (20, 30), (30, pytest.approx(34.5))]
    np.testing.assert_allclose(PAPER.widths(CELL), [20, 10, 10, 9])


@given(first=st.floats(-1, 1), gap=st.floats(0.35, 0.65), thickness=st.floats(1, 7))
def test_evenly_spread_places_fill_slabs_as_their_volumes(first, gap, thickness):
    slabs = BoundarySlabs((first, first + gap), thickness)
    slabs.check(CELL)
    found = slabs.locate((np.arange(100_000) + 0.5) / 100_000, CELL)
    counted = np.bincount(found, minlength=4) / 100_000
    np.testing.assert_allclose(counted, slabs.volume_fractions(CELL), atol=2e-4)
    assert slabs.volume_fractions(CELL).sum() == pytest.approx(1)


def test_slabs_thicker_than_the_cell_allows_are_refused_with_what_it_allows():
    thin = np.diag([10.28, 22.99, 45.97])
    with pytest.raises(InputError, match=r"3 slabs of 10 Å leave no Bulk .* below 3\.8 Å"):
        PAPER.check(thin)
    BoundarySlabs((0.0, 0.5), 3.8).check(thin)
    BoundarySlabs((0.0, 0.5), 10.0, ("GB", "Bulk")).check(thin)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"planes": ()}, "planes are not known"),
        ({"planes": (0.0, float("nan"))}, "planes are not known"),
        ({"planes": (0.25, 1.25)}, "coincide"),
        ({"thickness": 0.0}, "thickness"),
        ({"thickness": float("nan")}, "thickness"),
        ({"names": ("GB",)}, "two different names"),
        ({"names": ("GB", "GB")}, "two different names"),
        ({"axis": 3}, "axis 3"),
    ],
)
def test_divisions_that_make_no_sense_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        BoundarySlabs(**{"planes": (0.0, 0.5), **values})


def test_planes_follow_the_framework_whatever_is_wrapped(rng):
    reference = rng.random((300, 3))
    framework = np.arange(200)
    moved = reference + [0.3, 0.2, 0.73] + 0.004 * rng.normal(size=(300, 3))
    moved[200:] = rng.random((100, 3))  # ions are anywhere
    for present in (moved, moved % 1.0, moved + rng.integers(-3, 3, (300, 3))):
        slabs = PAPER.moved_to(reference, present, framework)
        offsets = (np.array(slabs.planes) - [0.73, 0.23] + 0.5) % 1.0 - 0.5
        np.testing.assert_allclose(offsets, 0, atol=2e-3)


def test_a_structure_of_other_atoms_is_refused(rng):
    reference = rng.random((300, 3))
    with pytest.raises(InputError, match="same order"):
        PAPER.moved_to(reference, reference[rng.permutation(300)], np.arange(200))
    with pytest.raises(InputError, match="299 atoms"):
        PAPER.moved_to(reference[1:], reference, np.arange(200))


def test_the_frame_of_a_slab_is_orthonormal_with_its_normal_last():
    cell = np.array([[5.0, 0, 0], [1, 6, 0], [2, 3, 20]])
    for axis in range(3):
        frame = slab_frame(cell, axis)
        np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-12)
        others = np.delete(cell, axis, axis=0)
        np.testing.assert_allclose(others @ frame[2], 0, atol=1e-12)
        assert cell[axis] @ frame[2] > 0
    np.testing.assert_allclose(np.abs(slab_frame(CELL, 2)), np.eye(3), atol=1e-12)
