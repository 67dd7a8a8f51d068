import subprocess

import numpy as np
import pytest
from atomate2.utils.testing.vasp import monkeypatch_vasp
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

LENNARD_JONES = "ase.calculators.lj:LennardJones"


def build_argyrodite(lattice_constant: float = 10.1) -> Structure:
    """Ordered Li6PS5Cl (52 atoms): of each close pair of the half-filled 48h sites one is taken."""
    crystal = Structure.from_spacegroup(
        "F-43m",
        Lattice.cubic(lattice_constant),
        ["P", "S", "S", "Cl", "Li"],
        [
            [0, 0, 0.5],
            [0.1183, 0.1183, 0.6183],
            [0.25, 0.25, 0.25],
            [0, 0, 0],
            [0.183, 0.183, 0.024],
        ],
    )
    lithium = [i for i, site in enumerate(crystal) if site.specie.symbol == "Li"]
    distances = crystal.distance_matrix
    dropped: set[int] = set()
    for i in lithium:
        if i not in dropped:
            others = [j for j in lithium if j != i and j not in dropped]
            dropped.add(min(others, key=lambda j: distances[i, j]))
    crystal.remove_sites(sorted(dropped))
    return crystal


@pytest.fixture(scope="session")
def argyrodite() -> LabelledConfiguration:
    return LabelledConfiguration.from_structure(build_argyrodite())


@pytest.fixture(scope="session")
def sheared(argyrodite: LabelledConfiguration) -> LabelledConfiguration:
    """A rattled, triclinic cell: nothing vanishes by symmetry."""
    strain = np.array([[0.02, 0.03, 0.0], [0.01, -0.01, 0.0], [0.0, 0.04, 0.01]])
    cell = argyrodite.cell @ (np.eye(3) + strain)
    positions = argyrodite.positions @ (np.eye(3) + strain)
    positions = positions + np.random.default_rng(0).normal(0, 0.08, positions.shape)
    return LabelledConfiguration(argyrodite.numbers, positions, cell)


@pytest.fixture(scope="session")
def argon() -> LabelledConfiguration:
    """32 argon atoms in fcc order."""
    crystal = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.4), ["Ar"], [[0, 0, 0]])
    return LabelledConfiguration.from_structure(crystal.make_supercell(2))


@pytest.fixture(scope="session")
def lennard_jones() -> FoundationEngine:
    """Argon: an engine that takes milliseconds."""
    options = {"sigma": 3.4, "epsilon": 0.0103, "rc": 7.0, "smooth": True}
    return FoundationEngine(model=LENNARD_JONES, options=options)


@pytest.fixture
def cp2k_program(tmp_path, monkeypatch):
    """A program of CP2K's name that only tells a version."""
    path = tmp_path / "cp2k.psmp"
    path.write_text("#!/bin/sh\necho ' CP2K version 2099.1'\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return path


@pytest.fixture
def mock_vasp(monkeypatch, tmp_path):
    """atomate2's stand-in for VASP, in a work directory of its own, with programs that exist."""
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path / "work"))
    monkeypatch.setattr("atomate2_argyrodite.engines.vasp_process.check_commands", lambda: None)
    monkeypatch.setattr("atomate2_argyrodite.engines.vasp_process.check_potcars", lambda: None)
    yield from monkeypatch_vasp(monkeypatch, tmp_path / "reference")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 200 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("file systems cannot be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)
