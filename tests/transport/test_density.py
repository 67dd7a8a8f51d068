import numpy as np
import pytest
from ase.io.cube import read_cube_data
from pymatgen.io.vasp.outputs import Chgcar

from atomate2_argyrodite.errors import InputError, TrajectoryError
from atomate2_argyrodite.transport.density import ion_density

from .argyrodites import crystal, trajectory_of, vibrations


@pytest.fixture(scope="module")
def run():
    structure = crystal(repeats=(2, 1, 1))
    displacements = vibrations(structure, 400, 0.3)
    return trajectory_of(structure, displacements, drift=0.05)


def test_the_density_is_that_of_vibrating_ions(run):
    """Around a site of its own an ion is spread as a Gaussian; the integral counts the ions."""
    density = ion_density(run, spacing=0.25)
    assert density.n_ions == pytest.approx(48)
    structure = crystal(repeats=(2, 1, 1))
    site = structure.frac_coords[structure.indices_from_symbol("Li")[0]]
    grid = np.stack(np.meshgrid(*[(np.arange(n) + 0.5) / n for n in density.values.shape],
                                indexing="ij"), axis=-1)  # fmt: skip
    moved = grid - site
    distances = np.linalg.norm((moved - np.rint(moved)) @ density.cell, axis=-1)
    near = distances < 0.9
    voxel = density.volume / density.values.size
    held = density.values[near].sum() * voxel
    # chi distribution with three degrees of freedom at 3 standard deviations
    assert held == pytest.approx(0.9707, abs=0.03)
    variance = (density.values[near] * distances[near] ** 2).sum() * voxel / held
    assert variance == pytest.approx(3 * 0.3**2, rel=0.15)


def test_a_supercell_is_folded_and_projected(run):
    folded = ion_density(run, spacing=0.25, repeats=(2, 1, 1))
    assert folded.n_ions == pytest.approx(24)
    assert folded.cell[0, 0] == pytest.approx(10.28)
    assert len(folded.symbols) == 28
    for axis in range(3):
        plane = folded.projection(axis)
        assert plane.mean() * 10.28**2 == pytest.approx(24)


def test_files_are_read_by_others(run, tmp_path):
    density = ion_density(run, spacing=0.5)
    values, atoms = read_cube_data(str(density.write(tmp_path / "li.cube")))
    np.testing.assert_allclose(values / 0.529177**3, density.values, rtol=1e-4)
    np.testing.assert_allclose(atoms.cell.array, density.cell, atol=1e-4)
    assert atoms.get_chemical_formula() == "Cl8P8S40"
    chgcar = Chgcar.from_file(density.write(tmp_path / "li.vasp"))
    np.testing.assert_allclose(chgcar.data["total"] / density.volume, density.values, atol=1e-6)
    assert chgcar.structure.composition.reduced_formula == "PS5Cl"
    shift = chgcar.structure.cart_coords[:8] - density.fractional[:8] @ density.cell
    shift -= np.rint(shift @ np.linalg.inv(density.cell)) @ density.cell
    voxel = np.diag(density.cell) / density.values.shape
    np.testing.assert_allclose(shift, np.broadcast_to(-voxel / 2, shift.shape), atol=1e-6)


def test_bad_input_is_named(run, tmp_path):
    for options, words in (
        ({"spacing": 0.0}, "spacing above 0"),
        ({"repeats": (0, 1, 1)}, "at least 1"),
        ({"spacing": 0.01}, "too fine"),
    ):
        with pytest.raises(InputError, match=words):
            ion_density(run, **options)
    with pytest.raises(TrajectoryError, match="no 'Na'"):
        ion_density(run, "Na")
    density = ion_density(run, spacing=1.0)
    with pytest.raises(InputError, match="no known kind"):
        density.write(tmp_path / "li.txt")
    with pytest.raises(InputError, match="cannot be written"):
        density.write(tmp_path / "none" / "li.cube")
