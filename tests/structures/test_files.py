import numpy as np
import pytest
from ase.io import read
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures import (
    grain_boundary,
    minimum_distances,
    site_disorder_configurations,
    strained_structures,
    structure_arrays,
    write_structure,
)

CRYSTAL = site_disorder_configurations("Br")[1].structure
SHEARED = strained_structures(CRYSTAL, [0.05], kind="random", seed=3)[0]


@pytest.mark.parametrize("structure", [CRYSTAL, SHEARED], ids=["cubic", "triclinic"])
@pytest.mark.parametrize("name", ["a.cif", "POSCAR", "POSCAR_x", "a.vasp", "a.json"])
def test_what_is_written_is_read_back(tmp_path, structure, name):
    path = write_structure(structure, tmp_path / name)
    again = Structure.from_file(path)
    assert again.composition == structure.composition
    assert again.lattice.parameters == pytest.approx(structure.lattice.parameters, abs=1e-5)
    difference = again.frac_coords - structure.frac_coords
    assert np.allclose(difference - np.round(difference), 0, atol=1e-6)


@pytest.mark.parametrize("structure", [CRYSTAL, SHEARED], ids=["cubic", "triclinic"])
def test_lammps_data_keeps_distances_and_the_order_of_types(tmp_path, structure):
    order = ["Li", "P", "S", "Br"]
    path = write_structure(structure, tmp_path / "a.data", species=order)
    atoms = read(path, format="lammps-data", atom_style="atomic")
    assert atoms.get_chemical_symbols() == [site.specie.symbol for site in structure]
    found = minimum_distances(atoms.numbers, atoms.positions, atoms.cell.array, cutoff=5.0)
    assert found == pytest.approx(minimum_distances(*structure_arrays(structure), cutoff=5.0))
    assert atoms.get_volume() == pytest.approx(structure.volume)
    assert "4 atom types" in path.read_text()


def test_types_of_a_potential_are_kept_even_if_absent(tmp_path):
    order = ["Li", "P", "S", "Cl", "Br", "I"]
    path = write_structure(CRYSTAL, tmp_path / "a.lmp", species=order)
    assert "6 atom types" in path.read_text()
    types = {
        line.split()[1] for line in path.read_text().split("Atoms")[1].splitlines()[2:] if line
    }
    assert types == {"1", "2", "3", "5"}


def test_json_keeps_the_boundary_planes(tmp_path):
    boundary = grain_boundary(site_disorder_configurations("Cl")[0])
    again = Structure.from_file(write_structure(boundary, tmp_path / "boundary.json"))
    assert again.properties == boundary.properties
    assert again.site_properties["grain"] == boundary.site_properties["grain"]


def test_bad_input_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no format is known for the name 'a\.xyz'"):
        write_structure(CRYSTAL, tmp_path / "a.xyz")
    with pytest.raises(InputError, match="'pdb' is unknown"):
        write_structure(CRYSTAL, tmp_path / "a.cif", file_format="pdb")
    with pytest.raises(InputError, match="does not exist: create"):
        write_structure(CRYSTAL, tmp_path / "none" / "a.cif")
    with pytest.raises(InputError, match="lack Br"):
        write_structure(CRYSTAL, tmp_path / "a.data", species=["Li", "P", "S", "Cl"])
