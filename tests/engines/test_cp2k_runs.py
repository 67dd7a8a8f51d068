"""CP2K for real: three functionals, their forces and stresses, dynamics, relaxation, failures.

Small cubic cells and coarse grids: forces and stress belong to the energy at any cutoff.
"""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms, units

from atomate2_argyrodite.engines.base import LabelFailure, NVTSettings
from atomate2_argyrodite.engines.cp2k import Cp2kEngine
from atomate2_argyrodite.engines.cp2k_input import Cp2kTask, input_text
from atomate2_argyrodite.engines.cp2k_motion import dynamics_motion, relaxation_motion
from atomate2_argyrodite.engines.cp2k_output import GPA_PER_EV_PER_ANGSTROM3
from atomate2_argyrodite.engines.cp2k_process import run_cp2k
from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.engines.evaluators import Labels
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.segments import DynamicsState, SegmentLimit
from atomate2_argyrodite.errors import OutOfSpaceError, RunError
from atomate2_argyrodite.functionals import Functional

from .cp2k_crystals import argyrodite_fragment, lithium_chloride

pytestmark = [
    pytest.mark.cp2k,
    pytest.mark.skipif(shutil.which("cp2k.psmp") is None, reason="CP2K is not installed"),
]
COARSE = Cp2kSettings(cutoff_ry=100.0, relative_cutoff_ry=30.0, dynamics_scf_threshold=1e-6)
STRAIN, STEP_ANGSTROM = 0.01, 0.003
STRETCH = np.array([1.0, 0.6, -0.4])


@pytest.fixture(autouse=True)
def work_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def points(tmp_path_factory) -> dict[tuple[Functional, int], Labels]:
    """The fragment as it is, and moved and strained forth and back, with each functional.

    The cell is stretched by +-1 % (1, 0.6, -0.4) and every atom moved along a fixed random
    direction, on the grid of the unstrained cell. Each SCF begins from the one before.
    """
    folder = tmp_path_factory.mktemp("points")
    start = argyrodite_fragment()
    settings = Cp2kSettings(
        cutoff_ry=150.0,
        relative_cutoff_ry=30.0,
        scf_threshold=1e-7,
        reference_cell=tuple(np.diag(start.cell)),
    )
    found = {}
    for functional in Functional:
        for sign in (0, 1, -1):
            stretch = 1 + sign * STRAIN * STRETCH
            moved = replace(
                start,
                cell=start.cell * stretch,
                positions=(start.positions + sign * STEP_ANGSTROM * direction()) * stretch,
            )
            task = Cp2kTask(moved, functional, settings, "point", has_wavefunction=bool(found))
            output = run_cp2k(input_text(task), folder, "point")
            found[functional, sign] = output.labels(len(start))
    return found


def direction() -> np.ndarray:
    return np.random.default_rng(5).normal(size=argyrodite_fragment().positions.shape)


@pytest.mark.parametrize("functional", Functional)
def test_forces_and_stress_are_the_derivatives_of_the_energy(points, functional):
    """The fragment holds every element of Li6PS5Cl; an error of 10 % of either part would show."""
    labels, volume = points[functional, 0], argyrodite_fragment().volume
    difference = (points[functional, 1].energy - points[functional, -1].energy) / 2
    by_forces = -STEP_ANGSTROM * (labels.forces * direction()).sum()
    by_stress = STRAIN * volume * np.diag(labels.stress) @ STRETCH
    print(functional, difference, by_forces, by_stress)
    # What remains is of third order in the displacement.
    smaller = min(abs(by_forces), abs(by_stress))
    assert difference == pytest.approx(by_forces + by_stress, abs=0.1 * smaller)


def test_the_dispersion_is_that_of_grimme(points):
    """CP2K's D3(BJ) against the dftd3 package, which is another implementation."""
    plain, corrected = points[Functional.PBE, 0], points[Functional.PBE_D3BJ, 0]
    start = argyrodite_fragment()
    model = FoundationEngine()
    surrogate, with_dispersion = (model.static([start], f)[0] for f in ("pbe", "pbe-d3bj"))
    energy = with_dispersion.energy - surrogate.energy
    assert corrected.energy - plain.energy == pytest.approx(energy, abs=0.0005 * len(start))
    stress = (with_dispersion.stress - surrogate.stress) * GPA_PER_EV_PER_ANGSTROM3
    found = (corrected.stress - plain.stress) * GPA_PER_EV_PER_ANGSTROM3
    np.testing.assert_allclose(found, stress, atol=0.02)
    forces = with_dispersion.forces - surrogate.forces
    np.testing.assert_allclose(corrected.forces - plain.forces, forces, atol=1e-3)


def test_the_functionals_are_three(points):
    """Dispersion attracts, both kinds of it; optB88-vdW less than D3 here (facts of the method)."""
    energies = [points[functional, 0].energy for functional in Functional]
    assert len({round(energy, 1) for energy in energies}) == 3
    pressures = [-np.trace(points[functional, 0].stress) / 3 for functional in Functional]
    assert pressures[1] < pressures[0]


def test_segments_follow_the_trajectory_of_one_run(work_directory, tmp_path):
    engine, crystal = Cp2kEngine(COARSE), lithium_chloride()
    settings = NVTSettings(600.0, 2.0, 4, 0, 2, seed=1)
    whole = engine.molecular_dynamics(crystal, "pbe", settings)
    assert whole.is_complete
    assert [frame.metadata["step"] for frame in whole.snapshots] == [2, 4]
    shutil.rmtree(work_directory / "cp2k")
    first = engine.dynamics_segment(crystal, "pbe", settings, SegmentLimit(steps=2))
    assert first.state is not None
    assert first.run.outcome == "interrupted after step 2"
    shutil.rmtree(work_directory / "cp2k")  # as on another machine
    state = DynamicsState.from_arrays(first.state.to_arrays())
    second = engine.dynamics_segment(crystal, "pbe", settings, SegmentLimit(), state)
    assert (second.run.is_complete, second.state) == (True, None)
    for name in ("temperatures_kelvin", "potential_energies_ev", "conserved_energies_ev"):
        joined = np.concatenate([getattr(first.run, name), getattr(second.run, name)])
        np.testing.assert_allclose(joined, getattr(whole, name), rtol=1e-6)
    moved = second.run.snapshots[-1].positions - whole.snapshots[-1].positions
    assert np.abs(moved).max() < 1e-5
    assert np.ptp(whole.conserved_energies_ev) < 0.2 * np.ptp(whole.potential_energies_ev)


def test_snapshots_have_the_labels_of_single_points():
    engine, crystal = Cp2kEngine(COARSE), lithium_chloride()
    run = engine.molecular_dynamics(crystal, "pbe", NVTSettings(600.0, 2.0, 1, 0, 1, seed=1))
    (snapshot,) = run.snapshots
    (label,) = engine.static([snapshot.without_labels()], "pbe")
    assert snapshot.energy == pytest.approx(label.energy, abs=1e-4)
    np.testing.assert_allclose(snapshot.forces, label.forces, atol=5e-3)
    np.testing.assert_allclose(snapshot.stress, label.stress, atol=1e-4)  # no kinetic part


@pytest.mark.parametrize(
    "functional",
    [Functional.PBE_D3BJ, pytest.param(Functional.OPTB88_VDW, marks=pytest.mark.slow)],
)
def test_dynamics_with_dispersion_move_by_its_forces(functional):
    """All elements of Li6PS5Cl: m a is the force of a single point, but for the thermostat."""
    settings = Cp2kSettings(
        cutoff_ry=150.0, relative_cutoff_ry=30.0, dynamics_scf_threshold=1e-6, scf_threshold=1e-6
    )
    engine, time_step = Cp2kEngine(settings), 1.0
    run = engine.molecular_dynamics(
        argyrodite_fragment(), functional, NVTSettings(600.0, time_step, 3, 0, 3, seed=1)
    )
    assert run.is_complete
    before, now, after = run.snapshots
    (label,) = engine.static([now.without_labels()], functional)
    assert now.energy == pytest.approx(label.energy, abs=1e-3)
    np.testing.assert_allclose(now.forces, label.forces, atol=0.01)
    np.testing.assert_allclose(now.stress, label.stress, atol=2e-4)  # no kinetic part
    step = time_step * units.fs
    masses = Atoms(numbers=now.numbers).get_masses()[:, None]
    momenta = masses * (after.positions - before.positions) / (2 * step)
    rate = masses * (after.positions - 2 * now.positions + before.positions) / step**2
    friction = ((rate - label.forces) * momenta).sum() / (momenta**2).sum()
    np.testing.assert_allclose(rate - friction * momenta, label.forces, atol=0.05)
    assert np.abs(label.forces).max() > 1.0
    assert np.ptp(run.conserved_energies_ev) < 0.002 * len(now)  # the grid is coarse


def test_a_failed_scf_is_tried_again_and_then_recorded(work_directory):
    crystal = lithium_chloride()
    impatient = Cp2kEngine(replace(COARSE, maximum_scf_steps=1))
    (failure,) = impatient.static([crystal], "pbe")
    assert isinstance(failure, LabelFailure)
    assert failure.reason == (
        "the SCF did not converge, neither in 1 steps nor in 3 with safer mixing"
    )
    hasty = Cp2kEngine(replace(COARSE, maximum_scf_steps=7))  # 21 the second time
    (label,) = hasty.static([crystal], "pbe")
    assert not isinstance(label, LabelFailure)
    used = sorted(path.name for path in (work_directory / "cp2k").glob("*/*.out"))
    assert used.count("point_safer.out") == 2
    (reference,) = Cp2kEngine(COARSE).static([crystal], "pbe")
    assert label.energy == pytest.approx(reference.energy, abs=1e-5)


def test_dynamics_whose_scf_fails_are_a_result_without_the_failed_step():
    engine = Cp2kEngine(replace(COARSE, maximum_scf_steps=1))
    settings = NVTSettings(600.0, 2.0, 4, 0, 2, seed=1)
    run = engine.molecular_dynamics(lithium_chloride(), "pbe", settings)
    assert run.outcome.startswith("failed at step 1: the SCF did not converge")
    assert run.snapshots == []
    assert len(run.temperatures_kelvin) == 0


def test_a_finished_point_is_not_computed_again_and_a_cut_one_is(work_directory):
    engine, crystal = Cp2kEngine(COARSE), lithium_chloride()
    first = engine.static([crystal], "pbe")[0]
    (output,) = (work_directory / "cp2k").glob("static_*/point.out")
    written = output.stat().st_mtime_ns
    assert engine.static([crystal], "pbe")[0].energy == first.energy
    assert output.stat().st_mtime_ns == written
    text = output.read_text()
    output.write_text(text[: len(text) // 2])  # killed half-way
    assert engine.static([crystal], "pbe")[0].energy == pytest.approx(first.energy, abs=1e-7)
    assert output.stat().st_mtime_ns != written


def test_a_run_that_is_killed_is_told_and_can_be_asked_again(monkeypatch):
    """The process of CP2K itself, by the signal that nothing survives."""
    engine, crystal = Cp2kEngine(COARSE), lithium_chloride()
    start = subprocess.Popen

    def killed(command, **options):
        process = start(command, **options)
        if "-i" in command:
            process.kill()
        return process

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", killed)
        (failure,) = engine.static([crystal], "pbe")
    assert isinstance(failure, LabelFailure)
    assert "killed by signal 9" in failure.reason
    assert not isinstance(engine.static([crystal], "pbe")[0], LabelFailure)


def test_a_run_beyond_its_time_limit_goes_on_when_asked_again(monkeypatch):
    engine, crystal = Cp2kEngine(COARSE), lithium_chloride()
    settings = NVTSettings(600.0, 2.0, 3, 0, 1, seed=1)
    monkeypatch.setenv("ARGYRODITE_CP2K_TIMEOUT_S", "1")
    with pytest.raises(RunError, match=r"time limit of 1 s .* run again, it goes on from there"):
        engine.molecular_dynamics(crystal, "pbe", settings)
    (failure,) = engine.static([crystal], "pbe")
    assert isinstance(failure, LabelFailure)
    assert "time limit" in failure.reason
    monkeypatch.delenv("ARGYRODITE_CP2K_TIMEOUT_S")
    assert engine.molecular_dynamics(crystal, "pbe", settings).is_complete


def test_a_relaxation_finds_the_minimum_of_a_cubic_crystal():
    """The cell is still a cube, and shorter or longer ones have a higher energy on its grid."""
    crystal = lithium_chloride(5.3, rattle=0.0)
    engine = Cp2kEngine(COARSE)
    result = engine.relax(crystal, "pbe", keep_shape=True, maximum_force=0.02)
    assert result.is_converged
    assert result.maximum_force_ev_per_angstrom < 0.02
    edge = result.configuration.cell[0, 0]
    np.testing.assert_allclose(result.configuration.cell, edge * np.eye(3), atol=1e-6)
    same_grid = Cp2kEngine(replace(COARSE, reference_cell=(5.3, 5.3, 5.3)))
    edges = (edge, 0.98 * edge, 1.02 * edge)
    cubes = [lithium_chloride(length, rattle=0.0) for length in edges]
    energies = [label.energy for label in same_grid.static(cubes, "pbe")]
    assert energies[0] < min(energies[1:]) - 0.001
    fixed = engine.relax(lithium_chloride(5.13), "pbe", relax_cell=False, maximum_force=0.1)
    assert fixed.maximum_force_ev_per_angstrom < 0.1
    np.testing.assert_array_equal(fixed.configuration.cell, 5.13 * np.eye(3))


@pytest.mark.slow
def test_a_relaxation_with_dispersion_finds_its_own_minimum():
    """On the grid of the start, cells around the relaxed one lie higher; PBE's is a larger one."""
    crystal, start = lithium_chloride(5.2, rattle=0.0), 5.2
    result = Cp2kEngine(COARSE).relax(crystal, "pbe-d3bj", keep_shape=True, maximum_force=0.02)
    assert result.is_converged
    edge = result.configuration.cell[0, 0]
    np.testing.assert_allclose(result.configuration.cell, edge * np.eye(3), atol=1e-6)
    same_grid = Cp2kEngine(replace(COARSE, reference_cell=(start, start, start)))
    cubes = [lithium_chloride(x * edge, rattle=0.0) for x in (1.0, 0.98, 1.02)]
    energies = [label.energy for label in same_grid.static(cubes, "pbe-d3bj")]
    assert energies[0] < min(energies[1:]) - 0.001
    (plain,) = same_grid.static(cubes[:1], "pbe")
    pressure = -np.trace(plain.stress) / 3 * GPA_PER_EV_PER_ANGSTROM3
    print(edge, pressure)
    assert pressure > 0.5


@pytest.mark.slow
def test_a_relaxation_with_a_nonlocal_functional_ends_without_pressure():
    """optB88-vdW needs a finer grid: at 100 Ry its pressure on this cell is wrong by 10 GPa."""
    settings = Cp2kSettings(cutoff_ry=200.0, relative_cutoff_ry=30.0)
    start = lithium_chloride(5.14, rattle=0.0)
    result = Cp2kEngine(settings).relax(start, "optb88-vdw", keep_shape=True, maximum_force=0.04)
    assert result.is_converged
    edge = result.configuration.cell[0, 0]
    print(edge, result.steps)
    assert 5.15 < edge < 5.25  # by single points the pressure vanishes at 5.20 Å
    pressure = -np.trace(result.configuration.stress) / 3 * GPA_PER_EV_PER_ANGSTROM3
    assert abs(pressure) < 0.3
    assert (
        result.configuration.energy < Cp2kEngine(settings).static([start], "optb88-vdw")[0].energy
    )


def test_a_full_disk_is_told_and_what_was_computed_is_kept(small_disk: Path, monkeypatch):
    monkeypatch.setenv("ARGYRODITE_WORK_DIRECTORY", str(small_disk))
    engine, crystals = Cp2kEngine(COARSE), [lithium_chloride(a) for a in (5.1, 5.2)]
    engine.static(crystals[:1], "pbe")
    (small_disk / "filler").write_bytes(bytes(150_000))
    with pytest.raises(OutOfSpaceError, match=r"disk .* is full"):
        engine.static(crystals, "pbe")
    (small_disk / "filler").unlink()
    assert all(not isinstance(label, LabelFailure) for label in engine.static(crystals, "pbe"))


@pytest.mark.slow
def test_stress_is_right_with_k_points():
    """A full grid of 2 x 2 x 2 points: CP2K's stress is wrong with a reduced one."""
    start = lithium_chloride()
    settings = Cp2kSettings(
        cutoff_ry=150.0,
        scf_threshold=1e-8,
        kpoints=(2, 2, 2),
        reference_cell=tuple(np.diag(start.cell)),
    )
    engine, energies = Cp2kEngine(settings), {}
    for sign in (1, -1):
        stretch = 1 + sign * STRAIN * STRETCH
        strained = replace(start, cell=start.cell * stretch, positions=start.positions * stretch)
        energies[sign] = engine.static([strained], "pbe")[0].energy
    difference = (energies[1] - energies[-1]) / (2 * STRAIN * start.volume)
    stress = np.diag(engine.static([start], "pbe")[0].stress) @ STRETCH
    found, expected = (x * GPA_PER_EV_PER_ANGSTROM3 for x in (stress, difference))
    assert found == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("functional", Functional)
@pytest.mark.parametrize("kind", ["static", "static k-points", "md", "relax", "relax symmetric"])
def test_every_input_is_understood(functional, kind, tmp_path):
    """CP2K checks the syntax of an input without computing."""
    kpoints = (2, 2, 2) if kind == "static k-points" else (1, 1, 1)
    task = Cp2kTask(lithium_chloride(), functional, Cp2kSettings(kpoints=kpoints), "point")
    if kind == "md":
        motion = dynamics_motion(NVTSettings(600.0, 2.0, 4, 0, 2, seed=1), 4)
        velocities = np.zeros((len(task.configuration), 3))
        task = replace(task, run_type="MD", motion=motion, velocities=velocities, wall_time_s=60.0)
    elif kind.startswith("relax"):
        motion = relaxation_motion(
            relax_cell=functional is not Functional.PBE,
            keep_shape=kind == "relax",
            keep_symmetry=kind == "relax symmetric",
            maximum_force=0.04,
            maximum_steps=5,
            volume_per_atom=20.0,
        )
        run_type = "GEO_OPT" if functional is Functional.PBE else "CELL_OPT"
        task = replace(task, run_type=run_type, motion=motion, symmetry="CUBIC")
    (tmp_path / "check.inp").write_text(input_text(task))
    command = ["cp2k.psmp", "-c", "-i", "check.inp"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "SUCCESS" in done.stdout
