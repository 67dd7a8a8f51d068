from dataclasses import replace
from pathlib import Path

import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.conductivity.molecular_dynamics import run_production, supercell_of
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.training.schemas import PotentialDocument
from atomate2_argyrodite.transport import Trajectory


def settings(**changes: float) -> MolecularDynamicsSettings:
    values = {
        "temperature_kelvin": 600.0,
        "production_ps": 2.0,
        "seed": 5,
        "ramp_ps": 0.5,
        "frame_interval_ps": 0.02,
        "thermo_interval_ps": 0.02,
        "checkpoint_interval_ps": 0.5,
    }
    return MolecularDynamicsSettings(**{**values, **changes})


COLD = settings(temperature_kelvin=0.1, production_ps=0.4, ramp_ps=0.1)


def test_a_crystal_that_flies_apart_is_a_document_with_its_cause(
    crystal: Structure, forceless: PotentialDocument
) -> None:
    document = run_production(crystal, forceless, "50-Pmm2", 1, (1, 1, 1), settings())
    assert not document.is_complete
    assert "PS4 units broke" in document.outcome or "left its bounds" in document.outcome
    assert document.trajectory is not None


def test_a_run_that_ends_well_is_described(
    crystal: Structure, forceless: PotentialDocument
) -> None:
    document = run_production(crystal, forceless, "50-Pmm2", 3, (2, 1, 1), COLD)
    assert document.outcome == "completed"
    assert (document.n_atoms, len(document.species)) == (104, 104)
    assert document.production_ps == pytest.approx(0.4)
    assert document.frame_interval_ps == pytest.approx(0.02)
    assert document.mean_volume_angstrom3 == pytest.approx(2 * crystal.volume, rel=0.05)
    assert document.potential_id == forceless.potential_id
    assert (document.functional, document.engine.name) == ("pbe", "lammps")
    assert "2025" in document.engine.version
    assert (document.composition, document.halide) == ("Li6PS5Cl", "Cl")
    assert (document.replica, document.seeds) == (3, {"velocities": 5})
    thermo = document.thermo.to_arrays()
    assert thermo["time_ps"].shape == thermo["volume_angstrom3"].shape == (21,)
    assert document.trajectory is not None
    path = Path(document.trajectory.path)
    assert path.stat().st_size == document.trajectory.size_bytes
    assert Trajectory.from_file(path, species=document.species).n_frames == 21


def test_the_same_run_is_read_and_another_seed_is_another_run(
    crystal: Structure, forceless: PotentialDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_production(crystal, forceless, "x", 1, (1, 1, 1), COLD)
    assert first.outcome == "completed"
    other = run_production(crystal, forceless, "x", 1, (1, 1, 1), replace(COLD, seed=6))
    assert other.trajectory.path != first.trajectory.path
    monkeypatch.setenv("ARGYRODITE_LAMMPS_COMMAND", "no_such_lmp")
    again = run_production(crystal, forceless, "x", 1, (1, 1, 1), COLD)
    assert again.trajectory == first.trajectory


def test_supercells_that_make_no_sense_are_refused(crystal: Structure) -> None:
    assert len(supercell_of(crystal, (2, 1, 3))) == 6 * 52
    with pytest.raises(InputError, match=r"\[0, 1, 1\]"):
        supercell_of(crystal, (0, 1, 1))
    with pytest.raises(InputError, match="52000000 atoms"):
        supercell_of(crystal, (100, 100, 100))


def test_an_element_that_the_potential_lacks_is_named(
    crystal: Structure, forceless: PotentialDocument
) -> None:
    bromide = crystal.copy()
    bromide.replace_species({"Cl": "Br"})
    with pytest.raises(InputError, match="not Br"):
        run_production(bromide, forceless, "x", 1, (1, 1, 1), COLD)
