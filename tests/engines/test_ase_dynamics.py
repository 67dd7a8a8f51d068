import numpy as np
import pytest
from spglib import get_symmetry_dataset

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


def settings(**changes: float) -> NVTSettings:
    values = {
        "temperature_kelvin": 60.0,
        "time_step_fs": 4.0,
        "steps": 400,
        "equilibration_steps": 200,
        "snapshots": 10,
        "seed": 3,
    }
    return NVTSettings(**{**values, **changes})


def test_extended_energy_is_conserved_and_temperature_is_right(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    run = lennard_jones.molecular_dynamics(
        argon, "pbe", settings(steps=1200, equilibration_steps=400)
    )
    assert run.is_complete
    drift = np.ptp(run.conserved_energies_ev)
    assert drift < 0.02 * np.ptp(run.potential_energies_ev)
    # 2 T / sqrt(3 N) is one thermal standard deviation of T; its mean is far better known.
    assert run.temperatures_kelvin[400:].mean() == pytest.approx(60.0, rel=0.06)


def test_snapshots_carry_labels_steps_and_static_stress(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    run = lennard_jones.molecular_dynamics(argon, "pbe", settings())
    assert [frame.metadata["step"] for frame in run.snapshots] == list(range(220, 401, 20))
    (label,) = lennard_jones.static([run.snapshots[-1].without_labels()], "pbe")
    assert label.energy == pytest.approx(run.snapshots[-1].energy, abs=1e-10)
    np.testing.assert_allclose(label.stress, run.snapshots[-1].stress, atol=1e-12)


def test_a_seed_fixes_the_run(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    short = {"steps": 30, "equilibration_steps": 0, "snapshots": 1}
    one, same, other = (
        lennard_jones.molecular_dynamics(argon, "pbe", settings(**short, seed=seed)).snapshots[0]
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.positions, same.positions)
    assert np.abs(one.positions - other.positions).max() > 1e-3
    drift = (one.positions - argon.positions).mean(axis=0)
    np.testing.assert_allclose(drift, 0, atol=1e-10)


def test_an_explosion_is_a_result_with_a_cause(lennard_jones: FoundationEngine) -> None:
    close = LabelledConfiguration([18, 18], [[0.0, 0, 0], [2.0, 0, 0]], 12 * np.eye(3))
    run = lennard_jones.molecular_dynamics(close, "pbe", settings())
    assert not run.is_complete
    assert "temperature reached" in run.outcome
    assert not run.snapshots


def test_chgnet_moves_an_argyrodite(argyrodite: LabelledConfiguration) -> None:
    run = FoundationEngine().molecular_dynamics(
        argyrodite,
        "pbe",
        settings(
            temperature_kelvin=600.0,
            time_step_fs=2.0,
            steps=20,
            equilibration_steps=10,
            snapshots=2,
        ),
    )
    assert run.is_complete
    assert np.ptp(run.conserved_energies_ev) < 0.05 * np.ptp(run.potential_energies_ev)


def test_relaxation_lowers_energy_forces_and_stress(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, argon.positions.shape)
    start = LabelledConfiguration(argon.numbers, argon.positions + noise, argon.cell)
    result = lennard_jones.relax(start, "pbe", maximum_force=0.002)
    (before,) = lennard_jones.static([start], "pbe")
    relaxed = result.configuration
    assert result.is_converged
    assert relaxed.energy < before.energy
    assert result.maximum_force_ev_per_angstrom < 0.002
    assert np.abs(relaxed.stress).max() * relaxed.volume / len(argon) < 0.002
    assert relaxed.volume != pytest.approx(start.volume, rel=1e-4)
    fixed = lennard_jones.relax(start, "pbe", relax_cell=False, maximum_force=0.002)
    np.testing.assert_array_equal(fixed.configuration.cell, start.cell)


def test_a_cell_that_keeps_its_shape_only_grows(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, argon.positions.shape)
    start = LabelledConfiguration(argon.numbers, 0.97 * argon.positions + noise, 0.97 * argon.cell)
    kept = lennard_jones.relax(start, "pbe", keep_shape=True, maximum_force=0.002)
    free = lennard_jones.relax(start, "pbe", maximum_force=0.002, maximum_steps=10)
    scale = kept.configuration.cell / start.cell.diagonal().max()
    np.testing.assert_allclose(scale, scale[0, 0] * np.eye(3), atol=1e-10)
    assert scale[0, 0] > 1.001
    assert np.ptp(np.linalg.norm(free.configuration.cell, axis=1)) > 1e-5
    assert abs(np.trace(kept.configuration.stress)) / 3 * start.volume / len(argon) < 0.002


def test_symmetry_is_kept_where_it_is_asked_for(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    """An atom off its site feels a force along the axis alone; noise would break that."""
    positions = 0.98 * argon.positions
    positions[0] += [0.3, 0.0, 0.0]
    start = LabelledConfiguration(argon.numbers, positions, 0.98 * argon.cell)
    symbol, before = lattice_symmetry(start)
    result = lennard_jones.relax(start, "pbe", keep_symmetry=True, maximum_force=0.005)
    assert lattice_symmetry(result.configuration) == (symbol, before)
    assert before >= 8
    assert result.configuration.volume != pytest.approx(start.volume, rel=1e-4)
    (labels,) = lennard_jones.static([result.configuration], "pbe")
    np.testing.assert_allclose(result.configuration.forces, labels.forces, atol=1e-10)


def lattice_symmetry(configuration: LabelledConfiguration) -> tuple[str, int]:
    fractional = configuration.positions @ np.linalg.inv(configuration.cell)
    dataset = get_symmetry_dataset(
        (configuration.cell.tolist(), fractional.tolist(), configuration.numbers.tolist()), 1e-4
    )
    return str(dataset.international), len(dataset.rotations)


def test_senseless_relaxation_is_refused(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    with pytest.raises(InputError, match=r"-1\.0 eV/Å"):
        lennard_jones.relax(argon, "pbe", maximum_force=-1.0)
