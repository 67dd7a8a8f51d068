import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomate2_argyrodite.errors import InputError, StructureError
from atomate2_argyrodite.structures import (
    PAPER_FACETS,
    assert_argyrodite,
    minimum_distances,
    neighbour_pairs,
    random_supercell,
    site_disorder_configurations,
    strained_structures,
    structure_arrays,
    surface_slab,
    surface_terminations,
)
from atomate2_argyrodite.structures.chemistry import FORMAL_CHARGES
from atomate2_argyrodite.structures.surfaces import has_equal_surfaces

CONFIGURATIONS = site_disorder_configurations("Cl", 10.2795)
ORDERED = CONFIGURATIONS[0]


def dipole_per_thickness(slab):
    """Dipole along the normal by formal charges, over the thickness, in e."""
    charges = np.array([FORMAL_CHARGES[site.specie.symbol] for site in slab])
    return charges @ slab.cart_coords[:, 2] / slab.properties["thickness"]


@settings(max_examples=30, deadline=None)
@given(
    halide=st.sampled_from(["Cl", "Br", "I"]),
    index=st.integers(0, 5),
    plane=st.sampled_from([*PAPER_FACETS, (0, 1, 2), (1, 1, -1), (1, 2, 0), (1, 1, 2)]),
    strain=st.sampled_from([-0.05, 0.0, 0.05]),
    termination=st.integers(0, 1),
)
def test_slabs_are_stoichiometric_whole_and_as_non_polar_as_told(
    halide, index, plane, strain, termination
):
    crystal = site_disorder_configurations(halide)[index].structure
    (crystal,) = strained_structures(crystal, [strain])
    slab = surface_slab(crystal, plane, termination=termination, thickness=12, vacuum=12)
    assert slab.composition.reduced_formula == crystal.composition.reduced_formula
    assert_argyrodite(slab)
    assert dipole_per_thickness(slab) == pytest.approx(slab.properties["residual_charge"], abs=1e-4)
    distances = minimum_distances(*structure_arrays(slab))
    assert 1.9 < distances["P", "S"] < 2.3
    assert distances == pytest.approx(minimum_distances(*structure_arrays(crystal)), abs=0.6)


def test_defaults_give_the_021_slab_of_the_paper():
    slab = surface_slab(ORDERED)
    assert slab.lattice.abc[:2] == pytest.approx((10.2795, 22.9857), abs=1e-3)
    assert slab.properties["thickness"] >= 15.0
    assert slab.lattice.c == pytest.approx(slab.properties["thickness"] + 15.0)
    assert slab.properties["area"] == pytest.approx(10.2795 * 22.9857, rel=1e-4)
    assert slab.properties["residual_charge"] == 0.0


def test_the_inside_of_a_slab_is_the_crystal():
    slab = surface_slab(ORDERED, (0, 2, 1), thickness=30)
    numbers, positions, cell = structure_arrays(slab)
    lithium = (numbers == 3) & (np.abs(positions[:, 2] - cell[2, 2] / 2) < 8)
    i, _, _, _ = neighbour_pairs(positions[numbers == 16], cell, 2.6, positions[lithium])
    # every Li of the ordered crystal has three S at 2.39 and 2.40 Å
    assert (np.bincount(i) == 3).all()


def test_surface_planes_enclose_the_centres_of_all_units():
    slab = surface_slab(ORDERED, (0, 1, 1))
    low, high = slab.properties["surface_planes"]
    height = slab.frac_coords[:, 2][np.array([s.specie.symbol != "S" for s in slab])]
    assert low < height.min()
    assert height.max() < high
    assert (high - low) * slab.lattice.c == pytest.approx(slab.properties["thickness"])


def test_the_011_slab_of_the_ordered_crystal_has_equal_surfaces():
    assert surface_slab(ORDERED, (0, 1, 1)).properties["is_symmetric"]
    assert not surface_slab(ORDERED, (1, 1, 1)).properties["is_symmetric"]


def test_a_slab_with_one_changed_surface_has_unequal_surfaces():
    slab = surface_slab(ORDERED, (0, 1, 1))
    top = int(np.argmax(slab.frac_coords[:24, 2]))
    slab.translate_sites([top], [0, 0, 0.2], frac_coords=False)
    assert not has_equal_surfaces(slab)


def test_no_vacuum_joins_the_slab_to_a_periodic_crystal_where_no_lithium_moved():
    slab = surface_slab(ORDERED, (0, 1, 1), vacuum=0.0, thickness=14)
    assert slab.properties["moved_lithium"] == 0
    crystal = minimum_distances(*structure_arrays(ORDERED.structure))
    assert minimum_distances(*structure_arrays(slab)) == pytest.approx(crystal)


def test_slab_of_a_random_structure():
    crystal = random_supercell(CONFIGURATIONS, [0, 1, 1, 1, 1, 0], repeats=2, seed=3)
    slab = surface_slab(crystal, (0, 0, 1), thickness=20)
    assert_argyrodite(slab)
    assert len(slab) == 416
    assert abs(slab.properties["residual_charge"]) <= 0.5


def test_terminations_can_be_chosen_and_no_others():
    count = len(surface_terminations(ORDERED, (1, 1, 1)))
    surface_slab(ORDERED, (1, 1, 1), termination=count - 1)
    with pytest.raises(InputError, match=f"has {count}, counted from 0"):
        surface_slab(ORDERED, (1, 1, 1), termination=count)


def test_bad_input_is_refused():
    (sheared,) = strained_structures(ORDERED.structure, [0.02], kind="uniaxial")[:1]
    with pytest.raises(StructureError, match="not cubic"):
        surface_slab(sheared)
    with pytest.raises(InputError, match=r"write \(0, 2, 1\)"):
        surface_slab(ORDERED, (0, 4, 2))
    with pytest.raises(InputError, match="must be positive"):
        surface_slab(ORDERED, thickness=-1.0)
    with pytest.raises(InputError, match="more than the limit"):
        surface_slab(ORDERED, thickness=1e5)
