from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.conductivity import MolecularDynamicsDocument
from atomate2_argyrodite.conductivity.analysis import conductivity_document, trajectory_of
from atomate2_argyrodite.documents import Attachment, EngineRecord, FileRecord
from atomate2_argyrodite.errors import InputError

BOLTZMANN_EV, CELL = 8.617333e-5, 20.0
ACTIVATION_ENERGY, PREFACTOR = 0.25, 30.0  # eV, Å^2/ps
SPECIES = ["Li"] * 60 + ["S"] * 20


def write_dcd(path: Path, frames: np.ndarray) -> None:
    """Write a DCD file by its definition: Fortran records, a cubic cell."""

    def record(data: bytes) -> bytes:
        length = len(data).to_bytes(4, "little")
        return length + data + length

    control = np.zeros(20, dtype="<i4")
    control[[0, 2]] = len(frames), 50
    control[9:10].view("<f4")[:] = 0.002
    control[[10, 19]] = 1, 24
    titles = (2).to_bytes(4, "little") + b"Written by LAMMPS".ljust(80) + b"REMARKS".ljust(80)
    content = record(b"CORD" + control.tobytes()) + record(titles)
    content += record(frames.shape[1].to_bytes(4, "little"))
    cell = record(np.array([CELL, 0, CELL, 0, 0, CELL]).tobytes())
    for frame in frames.astype("<f4"):
        content += cell + b"".join(record(np.ascontiguousarray(axis).tobytes()) for axis in frame.T)
    path.write_bytes(content)


def diffusivity(temperature: float) -> float:
    """The D of the walks below in Å^2/ps."""
    return PREFACTOR * np.exp(-ACTIVATION_ENERGY / (BOLTZMANN_EV * temperature))


def run(
    folder: Path, temperature: float, replica: int, outcome: str = "completed", n_frames: int = 3000
) -> MolecularDynamicsDocument:
    """A run whose Li walk at random with the Arrhenius law above, 0.1 ps between frames."""
    random = np.random.default_rng([int(temperature), replica])
    positions = random.uniform(0, CELL, (1, len(SPECIES), 3)) + np.zeros((n_frames, 1, 1))
    kicks = random.normal(0, np.sqrt(2 * diffusivity(temperature) * 0.1), (n_frames, 60, 3))
    positions[:, :60] += np.cumsum(kicks, axis=0)
    positions[:, 60:] += random.normal(0, 0.1, (n_frames, 20, 3))
    path = folder / f"{temperature:g}_{replica}.dcd"
    write_dcd(path, positions)
    return MolecularDynamicsDocument(
        composition="Li6PS5Cl",
        halide="Cl",
        configuration="50-Pmm2",
        functional="pbe",
        potential_id="abc",
        engine=EngineRecord(name="lammps", version="1"),
        temperature_kelvin=temperature,
        seeds={"velocities": replica},
        supercell=(2, 2, 2),
        n_atoms=len(SPECIES),
        replica=replica,
        time_step_fs=2.0,
        ramp_ps=1.0,
        production_ps=300.0,
        frame_interval_ps=0.1,
        outcome=outcome,
        is_complete=outcome == "completed",
        trajectory=FileRecord(path=str(path), sha256="0", size_bytes=path.stat().st_size),
        species=SPECIES,
        thermo=Attachment.from_arrays("thermo.npz", {"time_ps": np.zeros(1)}),
    )


def test_known_arrhenius_law_comes_back(tmp_path: Path) -> None:
    runs = [run(tmp_path, t, replica) for t in (600.0, 400.0, 500.0) for replica in (1, 2)]
    document = conductivity_document(runs)
    assert [r.temperature_kelvin for r in document.results] == [400.0, 500.0, 600.0]
    for result in document.results:
        expected = diffusivity(result.temperature_kelvin) * 1e-4
        assert result.n_replicas == 2
        assert result.is_diffusive
        assert result.diffusivity_cm2_per_s == pytest.approx(expected, rel=0.15)
        # Nernst-Einstein in SI: n e^2 D / (k T), in mS/cm.
        density = 60 / (CELL * 1e-10) ** 3
        sigma = density * 1.602177e-19**2 * (result.diffusivity_cm2_per_s * 1e-4)
        sigma /= 1.380649e-23 * result.temperature_kelvin
        assert result.conductivity_ms_per_cm == pytest.approx(10 * sigma, rel=1e-3)
    fit = document.arrhenius
    low, high = fit.activation_energy_interval_95_ev
    assert low < fit.activation_energy_ev < high
    assert fit.activation_energy_ev == pytest.approx(ACTIVATION_ENERGY, abs=0.03)
    assert fit.temperatures_kelvin == [400.0, 500.0, 600.0]
    assert fit.diffusivity_cm2_per_s == pytest.approx(diffusivity(300) * 1e-4, rel=0.4)
    assert (document.configuration, document.potential_id) == ("50-Pmm2", "abc")
    assert document.seeds["400 K #2"] == 2
    curves = document.curves.to_arrays()
    assert curves["msd_500_lag_ps"].shape == curves["msd_500_angstrom2"].shape
    room = int(np.argmin(np.abs(curves["band_temperature_kelvin"] - 300.0)))
    assert curves["band_mid"][room] == pytest.approx(
        fit.conductivity_ms_per_cm * 300.0 / 1000, rel=1e-6
    )
    assert (curves["band_low"] < curves["band_mid"]).all()
    assert (curves["band_mid"] < curves["band_high"]).all()


def test_failed_runs_are_left_out_and_named(tmp_path: Path) -> None:
    runs = [
        run(tmp_path, 500.0, 1),
        run(tmp_path, 500.0, 2, outcome="PS4 units broke at 3.0 ps"),
        run(tmp_path, 600.0, 1, n_frames=2),
    ]
    document = conductivity_document(runs)
    assert [(r.temperature_kelvin, r.n_replicas) for r in document.results] == [(500.0, 1)]
    assert document.arrhenius is None
    assert "two or more temperatures" in document.arrhenius_reason
    assert document.failed_runs[0] == "500 K #2: PS4 units broke at 3.0 ps"
    assert "600 K" in document.failed_runs[1]
    assert "2 frames" in document.failed_runs[1]


def test_an_empty_replica_spoils_no_other(tmp_path: Path) -> None:
    runs = [run(tmp_path, 500.0, 1), run(tmp_path, 500.0, 2, n_frames=2), run(tmp_path, 600.0, 1)]
    empty = run(tmp_path, 600.0, 2).model_copy(update={"trajectory": None})
    document = conductivity_document([*runs, empty])
    assert [(r.temperature_kelvin, r.n_replicas) for r in document.results] == [
        (500.0, 1),
        (600.0, 1),
    ]
    assert document.arrhenius is not None
    assert document.failed_runs == [
        "500 K #2: its trajectory holds 2 frames, fewer than 32",
        "600 K #2: the run at 600 K #2 has no trajectory",
    ]


def test_if_nothing_is_left_the_document_says_so(tmp_path: Path) -> None:
    document = conductivity_document([run(tmp_path, 500.0, 1, outcome="Lost atoms")])
    assert document.results == []
    assert document.arrhenius is None
    assert document.arrhenius_reason == "no run could be analysed"
    assert document.failed_runs == ["500 K #1: Lost atoms"]
    assert document.curves.to_arrays() == {}


def test_a_trajectory_that_changed_or_vanished_is_named(tmp_path: Path) -> None:
    changed, gone = run(tmp_path, 400.0, 1), run(tmp_path, 500.0, 1)
    with Path(changed.trajectory.path).open("ab") as file:
        file.write(b"x")
    Path(gone.trajectory.path).unlink()
    document = conductivity_document([changed, gone])
    assert "its size has changed" in document.failed_runs[0]
    assert "is not a file" in document.failed_runs[1]


def test_ions_may_cross_half_the_cell_between_frames(tmp_path: Path) -> None:
    """As in small cells with frames 2 ps apart; what LAMMPS wrote for us is never wrapped."""
    positions = np.zeros((4, 2, 3))
    positions[:, 0, 0] = CELL * np.array([0.0, 0.6, 1.3, 0.9])
    document = run(tmp_path, 400.0, 1, n_frames=1)
    path = Path(document.trajectory.path)
    write_dcd(path, positions)
    document = document.model_copy(
        update={
            "species": ["Li", "S"],
            "trajectory": FileRecord(path=str(path), sha256="0", size_bytes=path.stat().st_size),
        }
    )
    (block,) = trajectory_of(document).source.blocks(10)
    np.testing.assert_allclose(block.positions, positions, atol=1e-4)


def test_runs_of_different_potentials_are_not_pooled(tmp_path: Path) -> None:
    other = run(tmp_path, 400.0, 1).model_copy(update={"potential_id": "other"})
    with pytest.raises(InputError, match="different potential_id"):
        conductivity_document([run(tmp_path, 500.0, 1), other])
    with pytest.raises(InputError, match="no runs"):
        conductivity_document([])
