import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from scipy.spatial.transform import Rotation

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.structures import random_supercell, site_disorder_configurations
from atomate2_argyrodite.structures.prototype import lithium_48h_pairs
from atomate2_argyrodite.transport.cages import find_cages
from atomate2_argyrodite.transport.mean_framework import MeanFramework

from .argyrodites import LATTICE_CONSTANT, crystal, trajectory_of, vibrations


def cages_of(structure, amplitude=0.0, n_frames=1, **options):
    run = trajectory_of(structure, vibrations(structure, n_frames, amplitude), **options)
    return find_cages(MeanFramework.of(run))


def nearest(sites, references, cell):
    """Distance in Å of every site to the nearest reference, both fractional."""
    moved = sites.reshape(-1, 1, 3) - references.reshape(1, -1, 3)
    return np.linalg.norm((moved - np.rint(moved)) @ cell, axis=-1).min(axis=1)


@pytest.mark.parametrize("label", ["0-F-43m", "50-P222_1", "100-F-43m"])
def test_sites_of_an_ideal_crystal_are_the_wyckoff_positions(label):
    structure = crystal(label)
    cages = cages_of(structure)
    assert cages.n_cages == cages.n_outside == 4
    assert cages.lattice_constant == pytest.approx(LATTICE_CONSTANT)
    pairs = lithium_48h_pairs()
    assert nearest(cages.sites, pairs, structure.lattice.matrix).max() < 0.01
    assert nearest(pairs, cages.sites, structure.lattice.matrix).max() < 0.01
    # The two of a pair belong together, as the doublet of one 24g site does.
    for pair in cages.sites.reshape(-1, 2, 3):
        gaps = np.linalg.norm((pairs - pair - np.rint(pairs - pair)) @ structure.lattice.matrix,
                              axis=-1)  # fmt: skip
        swapped = pairs[:, ::-1]
        other = np.linalg.norm(
            (swapped - pair - np.rint(swapped - pair)) @ structure.lattice.matrix, axis=-1
        )
        assert min(gaps.max(axis=1).min(), other.max(axis=1).min()) < 0.01
    chlorides = {"0-F-43m": 0, "50-P222_1": 2, "100-F-43m": 4}[label]
    assert cages.anions.count("Cl") == chlorides


def test_heat_drift_and_orientation_do_not_matter():
    structure = crystal(repeats=(2, 1, 1))
    turn = Rotation.from_rotvec([0.3, -0.8, 0.5]).as_matrix()
    cages = cages_of(structure, amplitude=0.25, n_frames=300, drift=0.05, turn=turn)
    assert cages.n_cages == 8
    exact = cages_of(structure)
    shift = cages.centres[0] - exact.centres[0]
    shift -= np.rint(shift)
    assert np.abs(shift @ structure.lattice.matrix).max() < 0.1
    assert nearest(cages.sites - shift, exact.sites, structure.lattice.matrix).max() < 0.15


def test_every_cell_of_a_random_structure_has_its_cages():
    family = site_disorder_configurations("Cl")
    structure = random_supercell(family, [1, 4, 4, 2, 2, 0], repeats=2, seed=3)
    cages = cages_of(structure)
    assert cages.n_cages == 32
    assert set(cages.anions) == {"S", "Cl"}


def test_other_crystals_have_none():
    salt = Structure.from_spacegroup(
        "Fm-3m", Lattice.cubic(5.1), ["Li", "Cl"], [[0] * 3, [0.5] * 3]
    )
    with pytest.raises(TrajectoryError, match="not of an argyrodite"):
        cages_of(salt)
    thiophosphate = crystal()
    cut = thiophosphate.copy()
    cut.remove_sites(cut.indices_from_symbol("P")[:2])
    with pytest.raises(TrajectoryError, match="tetrahedron of P"):
        cages_of(cut)
