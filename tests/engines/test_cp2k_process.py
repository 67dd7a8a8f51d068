"""Finding CP2K and its launcher, and saying what is missing."""

import pytest

from atomate2_argyrodite.engines.cp2k import Cp2kEngine
from atomate2_argyrodite.engines.cp2k_process import cp2k_command, cp2k_environment, cp2k_version
from atomate2_argyrodite.engines.planning import planned
from atomate2_argyrodite.errors import MissingEngineError
from atomate2_argyrodite.settings import load_settings


def test_a_missing_program_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    for ask in (cp2k_command, cp2k_version, Cp2kEngine().check):
        with pytest.raises(MissingEngineError, match=r"'cp2k.psmp' is not installed; run 'apt-get"):
            ask()
    with planned():
        Cp2kEngine().check()


def test_ranks_and_threads_are_settings_of_the_installation(cp2k_program, tmp_path):
    alone = load_settings(threads=4)
    assert cp2k_command(alone) == ["cp2k.psmp"]
    assert cp2k_environment(alone)["OMP_NUM_THREADS"] == "4"
    launcher = tmp_path / "mpirun.openmpi"
    launcher.write_text("#!/bin/sh\n")
    launcher.chmod(0o755)
    several = load_settings(threads=4, cp2k_mpi_ranks=2)
    assert cp2k_command(several) == [str(launcher), "-n", "2", "cp2k.psmp"]
    assert cp2k_environment(several)["OMP_NUM_THREADS"] == "2"
    fixed = load_settings(threads=4, cp2k_mpi_ranks=2, cp2k_omp_threads=3)
    assert cp2k_environment(fixed)["OMP_NUM_THREADS"] == "3"


def test_missing_mpi_is_named(cp2k_program, monkeypatch):
    monkeypatch.setenv("PATH", str(cp2k_program.parent))
    with pytest.raises(MissingEngineError, match="openmpi-bin"):
        cp2k_command(load_settings(cp2k_mpi_ranks=2))
