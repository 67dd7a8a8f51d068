import io

import numpy as np
import pytest
from ase.io import read
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from atomate2_argyrodite.engines.lammps_input import data_text, lammps_cell
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

SPECIES = ("Li", "P", "S", "Cl")


@given(arrays(np.float64, (3, 3), elements=st.floats(-0.4, 0.4)))
def test_lammps_cell_is_the_same_lattice_in_another_orientation(noise: np.ndarray) -> None:
    cell = 8.0 * (np.eye(3) + noise)
    if abs(np.linalg.det(cell)) < 1.0:
        return
    rotated = lammps_cell(cell)
    np.testing.assert_allclose(rotated @ rotated.T, cell @ cell.T, atol=1e-10)
    np.testing.assert_allclose(np.triu(rotated, 1), 0, atol=1e-12)
    assert (np.diag(rotated) > 0).all()


def test_data_file_holds_the_crystal(sheared: LabelledConfiguration) -> None:
    atoms = read(
        io.StringIO(data_text(sheared, SPECIES)),
        format="lammps-data",
        atom_style="atomic",
        units="metal",
    )
    np.testing.assert_array_equal(atoms.numbers, sheared.numbers)
    ours = sheared.structure.distance_matrix
    np.testing.assert_allclose(atoms.get_all_distances(mic=True), ours, atol=1e-9)


@settings(max_examples=20)
@given(st.permutations(SPECIES))
def test_types_follow_the_species_order_of_the_potential(order: list[str]) -> None:
    two = LabelledConfiguration([17, 3], [[0, 0, 0], [1, 1, 1]], 5 * np.eye(3))
    rows = data_text(two, order).split("Atoms # atomic")[1].split("\n")
    types = [int(row.split()[1]) for row in rows if row]
    assert types == [order.index("Cl") + 1, order.index("Li") + 1]


def test_an_element_that_the_potential_lacks_is_named(sheared: LabelledConfiguration) -> None:
    with pytest.raises(InputError, match="not Cl"):
        data_text(sheared, ("Li", "P", "S", "Br"))
