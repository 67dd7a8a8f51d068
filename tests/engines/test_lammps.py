import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines import programs
from atomate2_argyrodite.engines.lammps import run_molecular_dynamics
from atomate2_argyrodite.engines.lammps_input import PRODUCTION_BEGINS
from atomate2_argyrodite.engines.lammps_process import LammpsOutput
from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.settings import ArgyroditeSettings
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.formats.dcd import read_header
from killing import lammps_killed_beyond

ARGON = PairStyle("lj/cut 7.0", ("* * 0.0103 3.4",), ("Ar",))
PROTOCOL = MolecularDynamicsSettings(
    temperature_kelvin=40.0,
    production_ps=20.0,
    seed=11,
    time_step_fs=4.0,
    ramp_ps=4.0,
    checkpoint_interval_ps=4.0,
    frame_interval_ps=0.4,
)


def positions(path: Path, n_atoms: int) -> np.ndarray:
    trajectory = Trajectory.from_file(path, species=["Ar"] * n_atoms)
    return np.concatenate([block.positions for block in trajectory.blocks()])


def test_production_reaches_temperature_and_pressure(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    result = run_molecular_dynamics(
        tmp_path, argon, ARGON, replace(PROTOCOL, production_ps=200.0, checkpoint_interval_ps=50.0)
    )
    assert result.is_complete
    assert result.production_ps == pytest.approx(200.0)
    second_half = slice(len(result.thermo["time_ps"]) // 2, None)
    assert result.thermo["temperature_kelvin"][second_half].mean() == pytest.approx(40.0, rel=0.1)
    assert abs(result.thermo["pressure_gpa"][second_half].mean()) < 0.01
    assert set(result.species) == {"Ar"}
    assert result.microseconds_per_atom_step is not None
    assert 0 < result.microseconds_per_atom_step < 50
    assert positions(result.trajectory, 32).shape == (501, 32, 3)


def test_ramp_rises_linearly_to_the_target(tmp_path: Path, argon: LabelledConfiguration) -> None:
    crystal = LabelledConfiguration.from_structure(argon.structure.make_supercell(3))
    protocol = replace(PROTOCOL, ramp_ps=20.0, production_ps=0.4, thermo_interval_ps=0.2)
    run_molecular_dynamics(tmp_path, crystal, ARGON, protocol)
    text = (tmp_path / "segment_0000.out").read_text()
    ramp = LammpsOutput(text.split(PRODUCTION_BEGINS)[0], 0).thermo()
    target = 10.0 + 30.0 * ramp[:, 0] / ramp[-1, 0]
    assert ramp[-1, 0] == 5_000
    for part in (slice(20, 60), slice(60, None)):
        assert ramp[part, 1].mean() == pytest.approx(target[part].mean(), rel=0.05)


def test_trajectory_starts_where_the_crystal_was_and_keeps_the_order_of_atoms(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    result = run_molecular_dynamics(tmp_path, argon, ARGON, replace(PROTOCOL, ramp_ps=0.0))
    first = positions(result.trajectory, 32)[0]
    shift = (first - argon.positions) @ np.linalg.inv(argon.cell)
    np.testing.assert_allclose(shift - np.rint(shift), 0, atol=1e-6)


def test_a_second_call_reads_what_is_done(tmp_path: Path, argon: LabelledConfiguration) -> None:
    first = run_molecular_dynamics(tmp_path, argon, ARGON, PROTOCOL)
    broken = ArgyroditeSettings(lammps_command="no_such_lmp")
    again = run_molecular_dynamics(tmp_path, argon, ARGON, PROTOCOL, installation=broken)
    assert again.is_complete
    np.testing.assert_array_equal(
        again.thermo["potential_energy_ev"], first.thermo["potential_energy_ev"]
    )


def test_a_kill_costs_one_segment_and_velocities_go_on(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    """The continued run is the uninterrupted one: nothing was drawn anew."""
    crystal = LabelledConfiguration.from_structure(argon.structure.make_supercell(2))
    protocol = replace(PROTOCOL, production_ps=40.0)
    whole = run_molecular_dynamics(tmp_path / "whole", crystal, ARGON, protocol)
    folder = tmp_path / "killed"
    at_once = run_molecular_dynamics(folder, crystal, ARGON, protocol, timeout_s=1e-3)
    assert at_once.outcome == "stopped at its time limit"
    deadly = lammps_killed_beyond(200_000, tmp_path)  # of the 315,000 bytes of the trajectory
    killed = run_molecular_dynamics(folder, crystal, ARGON, protocol, installation=deadly)
    assert "ended with code" in killed.outcome
    continued = run_molecular_dynamics(folder, crystal, ARGON, protocol)
    assert continued.is_complete
    frames, expected = (positions(r.trajectory, 256) for r in (continued, whole))
    assert len(frames) == len(expected) == 101
    np.testing.assert_array_equal(continued.thermo["time_ps"], whole.thermo["time_ps"])
    (seam,) = [
        read_header(path).first_step // 100 for path in sorted(folder.glob("production_*.dcd"))[1:]
    ]
    assert seam >= 10
    np.testing.assert_allclose(frames[: seam + 5], expected[: seam + 5], atol=1e-3)


def test_an_explosion_is_a_result_with_its_frames(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    squeezed = replace(argon, positions=argon.positions * 0.55, cell=argon.cell * 0.55)
    result = run_molecular_dynamics(tmp_path, squeezed, ARGON, replace(PROTOCOL, ramp_ps=0.0))
    assert not result.is_complete
    assert "left its bounds" in result.outcome or "Lost atoms" in result.outcome
    assert result.production_ps < 20.0
    assert result.trajectory is not None
    broken = ArgyroditeSettings(lammps_command="no_such_lmp")
    again = run_molecular_dynamics(tmp_path, squeezed, ARGON, PROTOCOL, installation=broken)
    assert again.outcome == result.outcome


def test_a_folder_in_which_lammps_still_runs_is_refused(
    tmp_path: Path, argon: LabelledConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its starter is gone, but LAMMPS itself holds the lock."""
    program = tmp_path / "orphan"
    program.write_text(
        "#!/bin/sh\nsetsid sh -c 'echo $$ > pid; exec sleep 600' &\n"
        "while [ ! -s pid ]; do sleep 0.05; done\n"
    )
    program.chmod(0o755)
    folder = tmp_path / "run"
    orphan = ArgyroditeSettings(lammps_command=str(program))
    run_molecular_dynamics(folder, argon, ARGON, PROTOCOL, installation=orphan)
    with monkeypatch.context() as patch:
        patch.setattr(programs, "_GRACE_S", 0.2)
        with pytest.raises(RunError, match="going on in"):
            run_molecular_dynamics(folder, argon, ARGON, PROTOCOL)
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
    assert run_molecular_dynamics(folder, argon, ARGON, PROTOCOL).is_complete  # it has ended


def test_two_ranks_start_the_same_dynamics(tmp_path: Path, argon: LabelledConfiguration) -> None:
    short = replace(PROTOCOL, production_ps=0.4, ramp_ps=0.0, thermo_interval_ps=0.04)
    one = run_molecular_dynamics(tmp_path / "1", argon, ARGON, short)
    mpi = ArgyroditeSettings(mpi_command="mpirun -n 2")
    two = run_molecular_dynamics(tmp_path / "2", argon, ARGON, short, installation=mpi)
    for name, values in one.thermo.items():
        np.testing.assert_allclose(two.thermo[name], values, rtol=1e-6, atol=1e-9)


def test_a_full_barostat_takes_an_orthogonal_and_a_sheared_cell(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    shear = np.array([[1, 0, 0], [0.1, 1, 0], [0, -0.1, 1]])
    sheared = replace(argon, positions=argon.positions @ shear, cell=argon.cell @ shear)
    protocol = replace(PROTOCOL, coupling="tri", ramp_ps=0.0, production_ps=10.0)
    for name, crystal in (("cubic", argon), ("sheared", sheared)):
        result = run_molecular_dynamics(tmp_path / name, crystal, ARGON, protocol)
        assert result.is_complete
        trajectory = Trajectory.from_file(result.trajectory, species=result.species)
        cells = np.concatenate([block.cells for block in trajectory.blocks()])
        np.testing.assert_allclose(
            cells[0] @ cells[0].T, crystal.cell @ crystal.cell.T, rtol=1e-5, atol=1e-4
        )
        assert np.ptp(cells[:, 1, 0]) > 1e-3
