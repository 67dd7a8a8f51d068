"""A labelled set that the tests of the stage share: rattled Li6PS5Cl with Morse labels."""

import numpy as np
import pytest
from ase.calculators.morse import MorsePotential

from atomate2_argyrodite.documents import Attachment, EngineRecord
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.structures import site_disorder_configurations


def labelled_frames(count: int) -> list[LabelledConfiguration]:
    """Rattled crystals of two kinds and temperatures, three frames to a trajectory."""
    crystals = site_disorder_configurations("Cl", 10.0)
    rng = np.random.default_rng(0)
    frames = []
    for k in range(count):
        crystal = crystals[k // 3 % 2]
        atoms = crystal.structure.to_ase_atoms(msonable=False)
        atoms.positions += 0.15 * rng.standard_normal(atoms.positions.shape)
        atoms.calc = MorsePotential(epsilon=0.4, r0=2.7, rho0=4.0, rcut1=3.5 / 2.7, rcut2=4.9 / 2.7)
        frames.append(
            LabelledConfiguration(
                numbers=atoms.numbers,
                positions=atoms.positions,
                cell=atoms.cell.array,
                energy=atoms.get_potential_energy(),
                forces=atoms.get_forces(),
                stress=atoms.get_stress(voigt=False),
                metadata={
                    "trajectory": f"run {k // 3}",
                    "configuration": crystal.label,
                    "temperature_kelvin": 300.0 if k % 2 else 600.0,
                },
            )
        )
    return frames


@pytest.fixture(scope="session")
def labelled_set() -> LabelledSetDocument:
    """The document of 18 frames of six trajectories."""
    frames = labelled_frames(18)
    return LabelledSetDocument(
        composition="Li6PS5Cl",
        halide="Cl",
        settings_hash="morse",
        functional=Functional.PBE,
        engine=EngineRecord(name="morse", version="1"),
        n_frames=len(frames),
        frames=Attachment.from_arrays("frames.npz", configurations_to_arrays(frames)),
    )


@pytest.fixture(autouse=True)
def work_directory(tmp_path, monkeypatch):
    """Keep checkpoints in a temporary folder."""
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path / "runs"))
    return tmp_path / "runs"
