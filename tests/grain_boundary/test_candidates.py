import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from monty.json import MontyDecoder

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.grain_boundary import BoundaryCandidate, boundary_candidates
from atomate2_argyrodite.grain_boundary.candidates import is_tilt_by_symmetry
from atomate2_argyrodite.structures import (
    PAPER_FACETS,
    boundary_geometry,
    grain_boundary,
    site_disorder_configurations,
)

CRYSTAL = site_disorder_configurations("Cl", 10.2795)[0].structure
PAPER = BoundaryCandidate(5, (1, 0, 0), (0, 2, 1))


def test_each_facet_has_a_tilt_and_a_twist():
    found = boundary_candidates()
    assert {(c.plane, c.kind.value) for c in found} == {
        (plane, kind) for plane in PAPER_FACETS for kind in ("tilt", "twist")
    }
    assert len({c.name for c in found}) == len(found) == 8
    for candidate in found:
        through = np.dot(candidate.axis, candidate.plane)
        assert (through == 0) == (candidate.kind == "tilt")


def test_the_tilt_on_021_is_that_of_the_paper():
    (tilt,) = boundary_candidates([(0, 2, 1)], ["tilt"])
    assert tilt == PAPER
    assert tilt.name == "Sigma5[100](021) tilt"
    assert BoundaryCandidate(3, (1, -1, 0), (1, 1, 1)).name == "Sigma3[1 -1 0](111) tilt"


@pytest.mark.parametrize("candidate", boundary_candidates(), ids=lambda c: c.name)
def test_no_boundary_of_its_kind_has_a_smaller_cell(candidate):
    area = boundary_geometry(candidate.sigma, candidate.axis, candidate.plane).area
    for sigma in range(3, 16, 2):
        for axis in np.ndindex(3, 3, 3):
            try:
                other = boundary_geometry(sigma, axis, candidate.plane)
            except InputError:
                continue
            twin = BoundaryCandidate(sigma, axis, candidate.plane)
            if twin.kind == candidate.kind and not (
                twin.kind == "twist" and is_tilt_by_symmetry(twin)
            ):
                assert other.area >= area - 1e-9


@pytest.mark.parametrize("candidate", boundary_candidates(), ids=lambda c: c.name)
@pytest.mark.parametrize("thickness", [6.0, 12.0])
def test_atoms_are_counted_without_building(candidate, thickness):
    built = grain_boundary(
        CRYSTAL, candidate.sigma, candidate.axis, candidate.plane, grain_thickness=thickness
    )
    assert candidate.atom_count(CRYSTAL, thickness) == len(built)
    assert built.properties["kind"] == candidate.kind


def test_half_a_turn_about_021_is_the_tilt_of_the_paper():
    half_turn = BoundaryCandidate(5, (0, 2, 1), (0, 2, 1))
    assert half_turn.kind == "twist"
    assert is_tilt_by_symmetry(half_turn)
    assert is_tilt_by_symmetry(PAPER)
    assert not is_tilt_by_symmetry(BoundaryCandidate(5, (0, 0, 1), (0, 0, 1)))
    twist = boundary_candidates([(0, 2, 1)], ["twist"])[0]
    assert twist.sigma != 5


def test_the_models_of_the_paper_have_its_sizes():
    assert PAPER.atom_count(CRYSTAL, 20.0) == 520
    assert PAPER.atom_count(CRYSTAL * (3, 3, 3), 60.0) == 14_040


@given(
    sigma=st.integers(3, 41),
    angle=st.none() | st.floats(0, 180),
    axis=st.tuples(*[st.integers(-2, 2)] * 3),
)
def test_candidates_travel_in_jobs(sigma, angle, axis):
    candidate = BoundaryCandidate(sigma, axis, (0, 2, 1), angle)
    back = MontyDecoder().process_decoded(candidate.as_dict())
    assert (back.sigma, tuple(back.axis), tuple(back.plane), back.angle) == (
        sigma,
        axis,
        (0, 2, 1),
        angle,
    )


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="neither tilt nor twist"):
        boundary_candidates(kinds=["bent"])
    with pytest.raises(InputError, match="at least one plane"):
        boundary_candidates([])
    with pytest.raises(InputError, match="no twist boundary up to sigma 3"):
        boundary_candidates([(0, 0, 1)], ["twist"], maximum_sigma=3)
    with pytest.raises(InputError, match=r"write \(0, 2, 1\)"):
        boundary_candidates([(0, 4, 2)])
    with pytest.raises(InputError, match="sigma 7 does not exist"):
        BoundaryCandidate(7, (1, 0, 0), (0, 2, 1)).atom_count(CRYSTAL, 20.0)
