"""Pieces of a boundary: periodic, stoichiometric, and faithful around one atom."""

from collections import Counter

import numpy as np
import pytest

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures import (
    grain_boundary,
    neighbour_pairs,
    ps4_units_intact,
    site_disorder_configurations,
    structure_arrays,
)
from atomate2_argyrodite.structures.excerpts import periodic_excerpt
from atomate2_argyrodite.structures.geometry import minimum_distances

FAMILY = site_disorder_configurations("Cl", 10.28)


@pytest.fixture(scope="module", params=[0, 2])
def boundary(request):
    numbers, positions, cell = structure_arrays(grain_boundary(FAMILY[request.param]))
    rng = np.random.default_rng(1)
    return numbers, positions + 0.1 * rng.standard_normal(positions.shape), cell


@pytest.mark.parametrize("atom", [0, 150, 300, 345, 420, 519])
def test_a_piece_is_small_whole_and_stoichiometric(boundary, atom):
    numbers, positions, cell = boundary
    piece = periodic_excerpt(numbers, positions, cell, atom)
    assert piece.atoms[0] == atom
    assert len(set(piece.atoms)) == len(piece.atoms) < 150
    counts = Counter(numbers[piece.atoms].tolist())
    formulas = counts[15]
    assert counts == {3: 6 * formulas, 15: formulas, 16: 5 * formulas, 17: formulas}
    assert ps4_units_intact(numbers[piece.atoms], piece.positions, piece.cell)


def test_the_atom_in_the_middle_sees_what_it_saw(boundary):
    numbers, positions, cell = boundary
    piece = periodic_excerpt(numbers, positions, cell, 345, radius=5.0)
    _, whole, _, expected = neighbour_pairs(positions, cell, 5.0, positions[[345]])
    _, part, _, found = neighbour_pairs(piece.positions, piece.cell, 5.0, piece.positions[[0]])
    order, others = np.lexsort(expected.round(6).T), np.lexsort(found.round(6).T)
    assert found[others] == pytest.approx(expected[order], abs=1e-6)
    assert numbers[piece.atoms[part[others]]].tolist() == numbers[whole[order]].tolist()


def test_no_ions_come_closer_at_its_faces_than_in_the_whole(boundary):
    numbers, positions, cell = boundary
    closest = minimum_distances(numbers, positions, cell)
    for atom in (10, 200, 400):
        piece = periodic_excerpt(numbers, positions, cell, atom)
        found = minimum_distances(numbers[piece.atoms], piece.positions, piece.cell)
        for pair, distance in found.items():
            assert distance > 0.94 * closest.get(pair, 4.0)


def test_short_axes_stay_periodic(boundary):
    numbers, positions, cell = boundary
    piece = periodic_excerpt(numbers, positions, cell, 100)
    assert piece.cell[0] == pytest.approx(cell[0])
    assert np.linalg.norm(piece.cell, axis=1)[1:] == pytest.approx([17.5, 17.5], abs=3.5)


def test_what_cannot_be_cut_is_said():
    numbers, positions, cell = structure_arrays(FAMILY[0].structure)
    with pytest.raises(StructureError, match="label the whole"):
        periodic_excerpt(numbers, positions, cell, 0)
    torn = positions.copy()
    torn[np.flatnonzero(numbers == 15)[0]] += 3.0
    with pytest.raises(StructureError, match="torn apart"):
        periodic_excerpt(numbers, torn, cell, 0)
