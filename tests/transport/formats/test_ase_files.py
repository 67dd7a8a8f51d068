import numpy as np
import pytest
from ase import Atoms
from ase.io import write
from ase.io.trajectory import Trajectory as AseTrajectory

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.formats.ase_files import read_species

from .test_dcd import arrays

CELL = np.array([[7.0, 0.0, 0.0], [1.0, 8.0, 0.0], [0.0, 2.0, 9.0]])


@pytest.fixture
def walk(rng):
    return rng.random((4, 3)) + np.cumsum(rng.uniform(-0.3, 0.3, (15, 4, 3)), axis=0)


@pytest.fixture
def frames(walk):
    return [Atoms("LiLiPS", scaled_positions=x % 1, cell=CELL, pbc=True) for x in walk]


@pytest.mark.parametrize("name", ["run.extxyz", "run.traj"])
def test_files_are_followed_through_the_images(tmp_path, walk, frames, name):
    write(tmp_path / name, frames)
    run = Trajectory.from_file(tmp_path / name, time_step_ps=0.1, temperature=600.0)
    assert run.species == ("Li", "Li", "P", "S")
    assert run.n_frames == 15
    expected = (walk - np.floor(walk[0])) @ CELL
    np.testing.assert_allclose(arrays(run)[0], expected, atol=1e-6)


def test_structures_in_memory_and_an_open_ase_trajectory(tmp_path, walk, frames):
    write(tmp_path / "run.traj", frames)
    expected = (walk - np.floor(walk[0])) @ CELL
    with AseTrajectory(tmp_path / "run.traj") as opened:
        for source in (frames, opened):
            run = Trajectory.from_structures(source, 0.1)
            np.testing.assert_allclose(arrays(run)[0], expected, atol=1e-9)


def test_frames_without_a_cell_are_refused(tmp_path, walk):
    write(tmp_path / "run.xyz", [Atoms("LiLiPS", x) for x in walk], format="extxyz")
    with pytest.raises(TrajectoryError, match="the cell of frame 0 has no volume"):
        arrays(Trajectory.from_file(tmp_path / "run.xyz", time_step_ps=1.0, wrapped=False))
    with pytest.raises(TrajectoryError, match="the cell of frame 0 has no volume"):
        arrays(Trajectory.from_file(tmp_path / "run.xyz", time_step_ps=1.0))


def test_a_changing_number_of_atoms_is_refused(tmp_path, frames):
    write(tmp_path / "run.extxyz", [*frames, frames[0][:3]])
    with pytest.raises(TrajectoryError, match=r"frame 15 of .* has 3 atoms, the first has 4"):
        arrays(Trajectory.from_file(tmp_path / "run.extxyz", time_step_ps=1.0))


@pytest.mark.parametrize("name", ["run.extxyz", "run.traj"])
def test_files_of_another_kind_are_refused(tmp_path, name):
    (tmp_path / name).write_text("nothing of the kind\n")
    with pytest.raises(TrajectoryError, match="cannot be read as"):
        Trajectory.from_file(tmp_path / name, time_step_ps=1.0)


def test_what_is_no_structure_is_refused():
    with pytest.raises(TrajectoryError, match="no structure is given"):
        Trajectory.from_structures([], 1.0)


def test_species_of_a_lammps_data_file(tmp_path):
    write(
        tmp_path / "cell.data",
        Atoms("PLi2S", np.eye(4, 3), cell=CELL, pbc=True),
        format="lammps-data",
        masses=True,
    )
    assert read_species(tmp_path / "cell.data") == ["P", "Li", "Li", "S"]


@pytest.mark.parametrize("source", ["file", "memory"])
def test_atoms_in_another_order_are_refused(tmp_path, frames, source):
    frames[7].set_chemical_symbols(["Li", "Li", "S", "P"])
    write(tmp_path / "run.extxyz", frames)
    run = (
        Trajectory.from_file(tmp_path / "run.extxyz", time_step_ps=1.0)
        if source == "file"
        else Trajectory.from_structures(frames, 1.0)
    )
    with pytest.raises(TrajectoryError, match=r"atom 2 of frame 7 of .* is S, in the first .* P"):
        arrays(run)


def test_a_count_of_atoms_that_no_file_holds_is_refused_at_once(tmp_path, frames):
    path = tmp_path / "run.extxyz"
    write(path, frames)
    lines = path.read_text().splitlines(keepends=True)
    later = 5 * (len(frames[0]) + 2)
    for count in ("99999999999", "5"):
        last = lines[later:] if len(count) > 1 else lines[later : later + 5]
        path.write_text("".join([*lines[:later], f"{count}\n", *last[1:]]))
        with pytest.raises(TrajectoryError, match=f"frame 5 of .* announces {count} atoms"):
            Trajectory.from_file(path, time_step_ps=1.0)
    path.write_text('99999999999\nLattice="1 0 0 0 1 0 0 0 1"\nLi 0 0 0\n')
    with pytest.raises(TrajectoryError, match="announces 99999999999 atoms"):
        Trajectory.from_file(path, time_step_ps=1.0)
    path.write_text('0\nLattice="1 0 0 0 1 0 0 0 1" Properties=species:S:1:pos:R:3\n')
    with pytest.raises(TrajectoryError, match="holds no atoms"):
        Trajectory.from_file(path, time_step_ps=1.0)


def test_a_structure_with_shared_sites_names_no_species(tmp_path):
    from pymatgen.core import Structure

    shared = Structure(CELL, [{"Li": 0.5}, "P"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    shared.to(str(tmp_path / "shared.json"))
    with pytest.raises(TrajectoryError, match="partially occupied"):
        read_species(tmp_path / "shared.json")
