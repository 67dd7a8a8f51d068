import numpy as np
import pytest
from ase import Atoms
from ase.io import write

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory

CELL = 10 * np.eye(3)


def simple(n_frames=20, **changes):
    arguments = {"time_step_ps": 0.5, "temperature": 300.0} | changes
    positions = np.arange(n_frames)[:, None, None] * np.ones((1, 3, 3))
    return Trajectory.from_arrays(positions, CELL, ["Li", "S", "Li"], **arguments)


def test_what_a_trajectory_knows():
    run = simple()
    assert (run.n_frames, run.n_atoms) == (20, 3)
    assert run.duration_ps == pytest.approx(9.5)
    np.testing.assert_array_equal(run.indices("Li"), [0, 2])


def test_equilibration_can_be_left_out():
    later = simple().after(2.25)
    assert later.n_frames == 15
    assert next(later.blocks()).positions[0, 0, 0] == 5
    with pytest.raises(TrajectoryError, match=r"cannot leave out 10 ps of a trajectory of 9\.5 ps"):
        simple().after(10)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time_step_ps": 0.0}, "time_step_ps is 0.0"),
        ({"time_step_ps": float("nan")}, "time_step_ps is nan"),
        ({"temperature": 0.0}, "the temperature is 0.0 K"),
        ({"temperature": -300.0}, "above 0 K"),
    ],
)
def test_impossible_conditions_are_refused(changes, message):
    with pytest.raises(TrajectoryError, match=message):
        simple(**changes)


def test_species_must_fit_the_atoms():
    with pytest.raises(TrajectoryError, match="2 species are given for 3 atoms"):
        Trajectory.from_arrays(np.zeros((5, 3, 3)), CELL, ["Li", "S"], 1.0)


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(TrajectoryError, match="no trajectory file is given"):
        Trajectory.from_file([])
    with pytest.raises(TrajectoryError, match=r"lost\.dcd is not a file"):
        Trajectory.from_file(tmp_path / "lost.dcd")
    (tmp_path / "notes.pdf").write_text("?")
    with pytest.raises(TrajectoryError, match="shows no known trajectory format: pass file_format"):
        Trajectory.from_file(tmp_path / "notes.pdf")
    with pytest.raises(
        TrajectoryError, match=r"unknown trajectory format 'pdf': choose one of dcd"
    ):
        Trajectory.from_file(tmp_path / "notes.pdf", file_format="pdf")


@pytest.fixture
def extxyz(tmp_path, rng):
    frames = [Atoms("Li2S", rng.random((3, 3)), cell=CELL, pbc=True) for _ in range(3)]
    write(tmp_path / "run.extxyz", frames)
    return tmp_path / "run.extxyz"


def test_time_between_frames_must_be_known(extxyz):
    with pytest.raises(TrajectoryError, match="how far apart its frames are: pass time_step_ps"):
        Trajectory.from_file(extxyz)


def test_species_may_come_from_a_structure_file(extxyz, tmp_path):
    write(tmp_path / "POSCAR", Atoms("Na2S", np.zeros((3, 3)), cell=CELL, pbc=True))
    run = Trajectory.from_file(extxyz, time_step_ps=1.0, structure=tmp_path / "POSCAR")
    assert run.species == ("Na", "Na", "S")
    (tmp_path / "broken.cif").write_text("nothing")
    with pytest.raises(TrajectoryError, match=r"broken\.cif cannot be read as a structure"):
        Trajectory.from_file(extxyz, time_step_ps=1.0, structure=tmp_path / "broken.cif")


def test_species_by_type_need_types(extxyz):
    with pytest.raises(TrajectoryError, match="it holds no atom types"):
        Trajectory.from_file(extxyz, time_step_ps=1.0, species={1: "Li"})
