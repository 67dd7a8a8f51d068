import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures import (
    assert_argyrodite,
    assert_cubic,
    assert_geometry,
    assert_stoichiometry,
    net_charge,
    site_disorder_configurations,
    strained_structures,
)

CRYSTAL = site_disorder_configurations("Cl", 10.28)[0].structure


def without(structure, index):
    reduced = structure.copy()
    reduced.remove_sites([index])
    return reduced


def test_the_crystal_and_its_supercells_pass():
    assert_argyrodite(CRYSTAL)
    assert_argyrodite(CRYSTAL * (2, 1, 3))
    assert net_charge(CRYSTAL) == 0


def test_a_missing_lithium_is_a_charge():
    with pytest.raises(StructureError, match=r"charge of -1 e: Li is missing"):
        assert_stoichiometry(without(CRYSTAL, 0))


def test_a_missing_anion_is_noticed():
    with pytest.raises(StructureError, match="23 anions for 4 tetrahedra"):
        assert_stoichiometry(without(CRYSTAL, 51))


def test_structure_without_phosphorus_is_no_argyrodite():
    salt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(5.1), ["Li", "Cl"], [[0] * 3, [0.5] * 3]
    )
    with pytest.raises(StructureError, match="no argyrodite"):
        assert_stoichiometry(salt)


def test_foreign_elements_are_named():
    foreign = CRYSTAL.copy()
    foreign[0] = "Na"
    with pytest.raises(StructureError, match="holds Na"):
        assert_stoichiometry(foreign)


def test_broken_units_and_close_atoms_are_noticed():
    broken = CRYSTAL.copy()
    broken.translate_sites([28], [0.2, 0.2, 0.2])
    with pytest.raises(StructureError, match="broken PS4"):
        assert_geometry(broken)
    close = CRYSTAL.copy()
    close.replace(1, "Li", np.add(close[0].frac_coords, [0.1, 0, 0]))
    with pytest.raises(StructureError, match=r"1\.03 Å apart"):
        assert_geometry(close)


def test_cubic_edge_is_returned_and_other_cells_refused():
    assert assert_cubic(CRYSTAL) == pytest.approx(10.28)
    for kind in ("uniaxial", "shear"):
        for strained in strained_structures(CRYSTAL, [0.01], kind=kind):
            with pytest.raises(StructureError, match="not cubic"):
                assert_cubic(strained)
