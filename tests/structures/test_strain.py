import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    is_physical,
    site_disorder_configurations,
    strain_tensors,
    strained_structures,
)
from atomate2_argyrodite.structures.strain import StrainKind

STRUCTURE = site_disorder_configurations("Cl", 10.28)[2].structure


def test_paper_strains_scale_all_directions():
    smaller, same, larger = strained_structures(STRUCTURE)
    assert smaller.lattice.abc == pytest.approx((0.95 * 10.28,) * 3)
    assert np.allclose(same.lattice.matrix, STRUCTURE.lattice.matrix)
    assert larger.lattice.abc == pytest.approx((1.05 * 10.28,) * 3)
    for strained in (smaller, same, larger):
        assert np.allclose(strained.frac_coords, STRUCTURE.frac_coords)
        assert strained.species == STRUCTURE.species
        assert is_physical(strained)


def test_the_given_structure_is_left_alone():
    before = STRUCTURE.copy()
    strained_structures(STRUCTURE, kind="random")
    assert before == STRUCTURE


def test_uniaxial_strain_moves_one_edge_at_a_time():
    edges = [s.lattice.abc for s in strained_structures(STRUCTURE, [0.03], kind="uniaxial")]
    assert np.allclose(edges, 10.28 * (1 + 0.03 * np.eye(3)))


def test_shear_keeps_the_volume_to_first_order_and_changes_one_angle():
    for strained, angle in zip(
        strained_structures(STRUCTURE, [0.02], kind="shear"), range(3), strict=True
    ):
        assert strained.volume == pytest.approx(STRUCTURE.volume, rel=2e-3)
        off = np.abs(np.array(strained.lattice.angles) - 90)
        assert off[angle] == pytest.approx(np.degrees(2 * 0.02), rel=0.01)
        assert np.delete(off, angle).max() < 0.1


@settings(max_examples=50, deadline=None)
@given(strain=st.floats(-0.1, 0.1), seed=st.integers(0, 10**6))
def test_random_strain_has_the_stated_largest_principal_strain(strain, seed):
    (tensor,) = strain_tensors([strain], "random", seed)
    principal = np.linalg.eigvalsh(tensor)
    assert np.allclose(tensor, tensor.T)
    assert np.abs(principal).max() == pytest.approx(abs(strain))
    assert np.isclose(principal, strain).any()


def test_random_strain_is_seeded():
    first = strain_tensors([0.05] * 3, "random", 4)
    again = strain_tensors([0.05] * 3, "random", 4)
    other = strain_tensors([0.05] * 3, "random", 5)
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert not np.allclose(first[0], first[1])


@pytest.mark.parametrize("kind", list(StrainKind))
def test_strains_are_symmetric_tensors_without_rotation(kind):
    for tensor in strain_tensors([-0.05, 0.05], kind):
        assert np.array_equal(tensor, tensor.T)


@pytest.mark.parametrize("strains", [[5.0], [float("nan")], [-1.0], [0.0, float("inf")]])
def test_absurd_strains_are_refused(strains):
    with pytest.raises(InputError, match="5 % is written"):
        strained_structures(STRUCTURE, strains)


def test_no_strain_and_unknown_kind_are_refused():
    with pytest.raises(InputError, match="at least one"):
        strained_structures(STRUCTURE, [])
    with pytest.raises(InputError, match="isotropic, uniaxial"):
        strained_structures(STRUCTURE, kind="torsion")
