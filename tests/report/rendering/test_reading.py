"""OVITO opens every structure, density and trajectory that the package writes."""

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.engines.lammps import run_molecular_dynamics
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.mtp import LabelledConfiguration, write_configurations
from atomate2_argyrodite.structures import site_disorder_configurations
from atomate2_argyrodite.structures.files import write_structure
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.density import IonDensity


@pytest.fixture(scope="module")
def crystal():
    """A disordered crystal in a triclinic cell: no axis can be mistaken for another."""
    structure = site_disorder_configurations("Br", 10.3)[2].structure
    strain = np.eye(3) + np.array([[0.0, 0, 0], [0.03, 0.01, 0], [0.02, 0.04, 0.02]])
    return Structure(
        Lattice(structure.lattice.matrix @ strain), structure.species, structure.frac_coords
    )


def assert_same(seen, structure):
    """Same ions at the same places, whatever their order and the turn of the cell."""
    lattice = Lattice(seen["cell"])
    assert lattice.abc == pytest.approx(structure.lattice.abc, abs=2e-3)
    assert lattice.angles == pytest.approx(structure.lattice.angles, abs=2e-2)
    assert sorted(seen["symbols"]) == sorted(site.specie.symbol for site in structure)
    fractional = lattice.get_fractional_coords(seen["positions"])
    symbols = np.array(seen["symbols"])
    for symbol in set(seen["symbols"]):
        own = [k for k, site in enumerate(structure) if site.specie.symbol == symbol]
        distances = lattice.get_all_distances(
            fractional[symbols == symbol], structure.frac_coords[own]
        )
        assert distances.min(axis=1).max() < 5e-3, symbol


@pytest.mark.parametrize("name", ["a.cif", "a.vasp", "POSCAR", "a.data", "a.lmp"])
def test_structures(tmp_path, crystal, read_by_ovito, name):
    (seen,) = read_by_ovito(write_structure(crystal, tmp_path / name))
    assert_same(seen, crystal)


def test_frames_of_training_sets(tmp_path, crystal, read_by_ovito):
    frame = LabelledConfiguration.from_structure(crystal)
    forces = np.zeros((len(crystal), 3))
    labelled = LabelledConfiguration(frame.numbers, frame.positions, frame.cell, -200.0, forces)
    for name in ("set.extxyz", "set.xyz"):
        write_configurations(tmp_path / name, [labelled, labelled, labelled])
        (seen,) = read_by_ovito(tmp_path / name)
        assert seen["frames"] == 3
        assert_same(seen, crystal)


@pytest.mark.parametrize("name", ["li.cube", "li.chgcar"])
def test_densities(tmp_path, crystal, read_by_ovito, name):
    values = np.random.default_rng(0).random((6, 8, 10))
    framework = [site for site in crystal if site.specie.symbol != "Li"]
    density = IonDensity(
        species="Li",
        values=values,
        cell=crystal.lattice.matrix,
        symbols=tuple(site.specie.symbol for site in framework),
        fractional=np.array([site.frac_coords for site in framework]),
        n_frames=1,
    )
    (seen,) = read_by_ovito(density.write(tmp_path / name))
    assert sorted(seen["symbols"]) == sorted(density.symbols)
    (grid,) = seen["grids"]
    assert tuple(grid["shape"]) == values.shape
    found = np.array(grid["values"]).reshape(values.shape, order="F")
    assert found / found.mean() == pytest.approx(values / values.mean(), rel=1e-3)


def test_trajectories_of_lammps(tmp_path, read_by_ovito):
    argon = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.4), ["Ar"], [[0, 0, 0]])
    start = LabelledConfiguration.from_structure(argon.make_supercell(2))
    result = run_molecular_dynamics(
        tmp_path,
        start,
        PairStyle("lj/cut 7.0", ("* * 0.0103 3.4",), ("Ar",)),
        MolecularDynamicsSettings(
            temperature_kelvin=40.0, production_ps=2.0, seed=1, time_step_fs=4.0, ramp_ps=0.4,
            checkpoint_interval_ps=2.0, frame_interval_ps=0.4,
        ),
    )  # fmt: skip
    trajectory = Trajectory.from_file(result.trajectory, species=result.species)
    *_, last = trajectory.blocks()
    (data,) = tmp_path.glob("*.data")
    (seen,) = read_by_ovito(result.trajectory, topology=data)
    assert seen["frames"] == trajectory.n_frames
    assert seen["symbols"] == list(result.species)
    assert np.asarray(seen["cell"]) == pytest.approx(last.cells[-1], abs=1e-3)
    # a DCD file knows no origin: OVITO puts the cell's middle there
    found, known = np.asarray(seen["positions"]), last.positions[-1]
    assert found - found[0] == pytest.approx(known - known[0], abs=1e-3)
