"""VASP through atomate2's makers up to labels, with files that were made up: VASP was not run."""

import contextlib

import numpy as np
import pytest
from ase import units
from jobflow import CURRENT_JOB
from pymatgen.core import SETTINGS as PYMATGEN_SETTINGS

from atomate2_argyrodite.engines.base import LabelFailure, NVTSettings
from atomate2_argyrodite.engines.programs import sole_use
from atomate2_argyrodite.engines.vasp import VaspEngine
from atomate2_argyrodite.engines.vasp_atoms import sorted_structure, sorting
from atomate2_argyrodite.engines.vasp_makers import dynamics_maker, relax_maker, static_maker
from atomate2_argyrodite.engines.vasp_process import run_folder
from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.engines.velocities import initial_velocities
from atomate2_argyrodite.errors import (
    FolderInUseError,
    InputError,
    MissingEngineError,
    OutOfSpaceError,
)
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

from .made_up_vasp import write_reference

NUMBERS = np.array([17, 3, 17, 3])
POSITIONS = np.array([[0.0, 0, 0], [2.6, 0, 0], [2.6, 2.6, 0], [0.0, 2.6, 0]])
FORCES = np.array([[0.1, 0, 0], [-0.1, 0, 0], [0.0, 0.02, 0], [0.0, -0.02, 0]])
PRESSURE_KBAR = np.diag([16.021766208, 0.0, 0.0])
RUN = NVTSettings(600.0, 2.0, 6, 2, 2, seed=3)


@pytest.fixture
def crystal():
    """Elements that are not in VASP's order."""
    return LabelledConfiguration(NUMBERS, POSITIONS, 5.2 * np.eye(3))


@pytest.fixture
def reference(mock_vasp, tmp_path):
    """Write what the stand-in compares its inputs with and returns, for the maker of a run."""

    def write(maker, structure, frames, **options):
        inputs = maker.input_set_generator.get_input_set(structure, potcar_spec=True)
        write_reference(tmp_path / "reference" / "run", inputs, structure, frames, **options)
        mock_vasp({maker.name: "run"}, {})

    return write


def sorted_frame(crystal, energy, forces=FORCES, kinetic=None):
    structure, order = sorted_structure(crystal), sorting(crystal)
    return structure.frac_coords, energy, forces[order], PRESSURE_KBAR, kinetic


def test_labels_come_back_in_the_order_of_the_atoms(crystal, reference):
    maker = static_maker(VaspSettings(), Functional.OPTB88_VDW)
    reference(maker, sorted_structure(crystal), [sorted_frame(crystal, -15.0)])
    (label,) = VaspEngine().static([crystal], "optb88-vdw")
    assert label.energy == -15.0
    np.testing.assert_allclose(label.forces, FORCES)
    np.testing.assert_allclose(label.stress, np.diag([-0.01, 0, 0]), atol=1e-12)
    np.testing.assert_array_equal(label.positions, POSITIONS)
    assert sorted_structure(crystal).symbol_set == ("Cl", "Li")
    assert [site.specie.symbol for site in sorted_structure(crystal)] == ["Li", "Li", "Cl", "Cl"]


def test_a_finished_run_is_read_and_the_outer_job_is_given_back(crystal, reference, tmp_path):
    maker = static_maker(VaspSettings(), Functional.PBE)
    reference(maker, sorted_structure(crystal), [sorted_frame(crystal, -15.0)])
    outer = object()
    CURRENT_JOB.job = outer
    try:
        first = VaspEngine().static([crystal], "pbe")
        assert CURRENT_JOB.job is outer
    finally:
        CURRENT_JOB.reset()
    for path in (tmp_path / "reference").rglob("*"):
        if path.is_file():
            path.unlink()  # nothing could be run any more
    again = VaspEngine().static([crystal], "pbe")
    assert again[0].energy == first[0].energy


def test_an_scf_that_did_not_converge_is_a_failure(crystal, reference):
    maker = static_maker(VaspSettings(), Functional.PBE)
    frames = [sorted_frame(crystal, -15.0)]
    reference(maker, sorted_structure(crystal), frames, scf_steps=200)
    (failure,) = VaspEngine().static([crystal], "pbe")
    assert isinstance(failure, LabelFailure)
    assert "converge" in failure.reason or "successful" in failure.reason


def test_overlapping_atoms_are_not_given_to_vasp(crystal, mock_vasp):
    close = LabelledConfiguration(NUMBERS, POSITIONS * 0.1, 5.2 * np.eye(3))
    (failure,) = VaspEngine().static([close], "pbe")
    assert "0.26 Å apart" in failure.reason


def test_a_relaxation_ends_with_labels(crystal, reference):
    choices = {"relax_cell": True, "keep_shape": False, "keep_symmetry": False}
    limits = {"maximum_force": 0.04, "maximum_steps": 500}
    maker = relax_maker(VaspSettings(), Functional.PBE, **choices, **limits)
    frames = [sorted_frame(crystal, -15.0), sorted_frame(crystal, -15.2, FORCES / 10)]
    reference(maker, sorted_structure(crystal), frames)
    result = VaspEngine().relax(crystal, "pbe")
    assert (result.steps, result.is_converged) == (2, True)
    assert result.maximum_force_ev_per_angstrom == pytest.approx(0.01)
    assert result.configuration.energy == -15.2
    np.testing.assert_array_equal(result.configuration.numbers, NUMBERS)


def test_a_relaxation_that_ends_at_its_last_step_says_so(crystal, reference):
    choices = {"relax_cell": True, "keep_shape": False, "keep_symmetry": False}
    maker = relax_maker(
        VaspSettings(), Functional.PBE, **choices, maximum_force=0.04, maximum_steps=2
    )
    frames = [sorted_frame(crystal, -15.0), sorted_frame(crystal, -15.2)]
    reference(maker, sorted_structure(crystal), frames)
    result = VaspEngine().relax(crystal, "pbe", maximum_steps=2)
    assert (result.steps, result.is_converged) == (2, False)
    assert result.maximum_force_ev_per_angstrom == pytest.approx(0.1)


def test_a_full_disk_is_no_fault_of_the_frame(crystal, mock_vasp, small_disk, monkeypatch):
    """What stands in for VASP fills the disk, and custodian tells of an error."""

    def fill(**options):
        with contextlib.suppress(OSError):
            (small_disk / "WAVECAR").write_bytes(bytes(1_000_000))
        raise RuntimeError("no corrections left")

    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(small_disk / "work"))
    monkeypatch.setattr("atomate2.vasp.jobs.base.run_vasp", fill)
    with pytest.raises(OutOfSpaceError, match=r"disk .* is full and VASP ended: free some space"):
        VaspEngine().static([crystal], "pbe")


def test_a_run_that_goes_on_elsewhere_is_no_failure_of_the_frame(crystal, mock_vasp, monkeypatch):
    monkeypatch.setattr("atomate2_argyrodite.engines.programs._GRACE_S", 0.0)
    maker = static_maker(VaspSettings(), Functional.PBE)
    folder = run_folder("static", maker, sorted_structure(crystal))
    folder.mkdir(parents=True)
    with sole_use(folder, "VASP"), pytest.raises(FolderInUseError, match="VASP run is going on"):
        VaspEngine().static([crystal], "pbe")


def _dynamics(crystal, reference, count, **options):
    structure, order = sorted_structure(crystal), sorting(crystal)
    velocities = initial_velocities(crystal, RUN) * units.fs
    structure.add_site_property("velocities", velocities[order].tolist())
    frames = [sorted_frame(crystal, -15.0 - 0.1 * k, kinetic=0.3 + 0.01 * k) for k in range(count)]
    reference(dynamics_maker(VaspSettings(), Functional.PBE, RUN), structure, frames, **options)
    return VaspEngine().molecular_dynamics(crystal, "pbe", RUN)


def test_dynamics_give_snapshots_temperatures_and_energies(crystal, reference):
    run = _dynamics(crystal, reference, 6)
    assert run.is_complete
    assert [frame.metadata["step"] for frame in run.snapshots] == [4, 6]
    kinetic = 0.3 + 0.01 * np.arange(6)
    np.testing.assert_allclose(run.temperatures_kelvin, 2 * kinetic / (9 * units.kB))
    np.testing.assert_allclose(run.potential_energies_ev, -15.0 - 0.1 * np.arange(6))
    np.testing.assert_allclose(run.conserved_energies_ev, run.potential_energies_ev + kinetic + 0.5)
    assert run.snapshots[0].energy == pytest.approx(-15.3)
    np.testing.assert_allclose(run.snapshots[0].forces, FORCES)


def test_dynamics_that_ended_early_are_a_result(crystal, reference):
    run = _dynamics(crystal, reference, 5)
    assert run.outcome.startswith("failed at step 6: VASP failed")
    assert "not successful" in run.outcome
    assert [frame.metadata["step"] for frame in run.snapshots] == [4]
    assert len(run.temperatures_kelvin) == 5


def test_a_missing_command_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingEngineError, match=r"'vasp_std' of VASP_CMD.*atomate2\.yaml"):
        VaspEngine().check()


def test_the_command_of_atomate2_is_honoured(monkeypatch):
    from atomate2 import SETTINGS

    for name in ("VASP_CMD", "VASP_GAMMA_CMD"):
        monkeypatch.setattr(SETTINGS, name, "no-such-launcher -n 4 sh")
    with pytest.raises(MissingEngineError, match="'no-such-launcher' of VASP_CMD"):
        VaspEngine().check()


@pytest.mark.parametrize(
    ("folder", "words"), [(None, "is unset"), ("/no/such/folder", "'/no/such/folder' is no folder")]
)
def test_missing_potcars_are_named_with_the_remedy(monkeypatch, folder, words):
    monkeypatch.setattr("atomate2_argyrodite.engines.vasp_process.check_commands", lambda: None)
    monkeypatch.setitem(PYMATGEN_SETTINGS, "PMG_VASP_PSP_DIR", folder)
    with pytest.raises(MissingEngineError, match=f"{words}.*pmg config"):
        VaspEngine().check()


def test_a_potcar_that_is_missing_is_named(monkeypatch, tmp_path, crystal):
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path))
    monkeypatch.setattr("atomate2_argyrodite.engines.vasp_process.check_commands", lambda: None)
    monkeypatch.setitem(PYMATGEN_SETTINGS, "PMG_VASP_PSP_DIR", str(tmp_path))
    with pytest.raises(MissingEngineError, match=r"POTCAR is missing.*Li_sv"):
        VaspEngine().static([crystal], "pbe")


def test_senseless_relaxations_are_refused(crystal):
    with pytest.raises(InputError, match="-1"):
        VaspEngine().relax(crystal, "pbe", maximum_force=-1.0)


def test_the_engine_survives_json_and_its_hash_tells_settings():
    engine = VaspEngine(VaspSettings(cutoff_ev=520.0))
    again = VaspEngine.from_dict(engine.as_dict())
    assert again == engine
    hashes = {e.settings_hash(f) for e in (engine, VaspEngine()) for f in Functional}
    assert len(hashes) == 6
    assert engine.cost("pbe", 104).label_s == pytest.approx(4 * engine.cost("pbe", 52).label_s)
