from itertools import product

import numpy as np
import pytest
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.geometry import minimum_distances, structure_arrays
from atomate2_argyrodite.structures.prototype import (
    argyrodite_structure,
    decoration_permutations,
    free_anion_sites,
    lithium_24g_sites,
    lithium_48h_pairs,
    lithium_sites,
    symmetry_operations,
    tetrahedral_sites,
)

ORDERED = ("Cl",) * 4 + ("S",) * 4


def test_f43m_has_96_operations_in_the_conventional_cell():
    operations = symmetry_operations()
    assert len(operations) == 96
    assert sum(np.allclose(op.affine_matrix, np.eye(4)) for op in operations) == 1


def test_spglib_finds_the_wyckoff_letters_that_the_sites_are_named_after():
    structure = argyrodite_structure(ORDERED, 10.28)
    dataset = SpacegroupAnalyzer(structure).get_symmetry_dataset()
    assert dataset.number == 216
    letters = dict.fromkeys(
        zip([s.specie.symbol for s in structure], dataset.wyckoffs, strict=True)
    )
    assert set(letters) == {("Li", "g"), ("P", "b"), ("S", "e"), ("S", "c"), ("Cl", "a")}


def test_each_4c_anion_sits_in_a_cage_of_six_lithium():
    difference = free_anion_sites()[4:, None] - lithium_24g_sites()[None]
    distances = np.linalg.norm(difference - np.round(difference), axis=2)
    assert ((distances < 0.25).sum(axis=1) == 6).all()
    assert ((distances < 0.25).sum(axis=0) == 1).all()


def test_tetrahedra_point_away_from_the_cages():
    structure = argyrodite_structure(ORDERED, 10.28)
    sulphur = structure.frac_coords[28:32] - tetrahedral_sites()[0]
    sulphur -= np.round(sulphur)
    cages = free_anion_sites()[4:] - tetrahedral_sites()[0]
    images = (cages[..., None, :] + np.array(list(product((-1, 0, 1), repeat=3)))).reshape(-1, 3)
    nearest = images[np.linalg.norm(images, axis=1) < 0.44]
    cosines = (sulphur @ nearest.T) / np.linalg.norm(sulphur, axis=1)[0] / np.sqrt(3 / 16)
    assert nearest.shape == (4, 3)
    assert np.allclose(np.sort(cosines, axis=1), [-1, 1 / 3, 1 / 3, 1 / 3])


def test_48h_sites_come_in_close_pairs_around_24g():
    pairs = lithium_48h_pairs()
    middle = pairs[:, 0] - pairs[:, 1]
    gap = np.linalg.norm(middle - np.round(middle), axis=1) * 9.86
    assert len(np.unique(pairs.reshape(-1, 3), axis=0)) == 48
    assert np.allclose(gap, gap[0])
    assert 1.7 < gap[0] < 2.1  # the doublet jump of the literature


def test_48h_choice_is_seeded():
    assert np.array_equal(lithium_sites("48h", 1), lithium_sites("48h", 1))
    assert not np.array_equal(lithium_sites("48h", 1), lithium_sites("48h", 2))


def test_unknown_lithium_sites_are_refused():
    with pytest.raises(InputError, match="24g, 48h"):
        lithium_sites("16e")


def test_permutations_form_a_group_that_keeps_sublattices():
    permutations = decoration_permutations()
    rows = {tuple(row) for row in permutations.tolist()}
    assert all(tuple(p[q]) in rows for p in permutations[:12] for q in permutations)
    assert (np.sort(permutations[:, :4]) == np.arange(4)).all()
    assert (np.sort(permutations[:, 8:]) == np.arange(8, 12)).all()


@pytest.mark.parametrize(
    ("centre", "bond"), [("P", 2.05), ("Si", 2.13), ("Ge", 2.22), ("Sn", 2.39)]
)
@pytest.mark.parametrize("lattice_constant", [9.86, 10.28, 10.6])
def test_tetrahedra_keep_their_bond_length(centre, bond, lattice_constant):
    structure = argyrodite_structure(ORDERED, lattice_constant, centres=(centre,) * 4)
    distances = minimum_distances(*structure_arrays(structure))
    assert distances[min(centre, "S"), max(centre, "S")] == pytest.approx(bond, abs=1e-9)
