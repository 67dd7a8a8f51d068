import numpy as np
import pytest
from pymatgen.core import Lattice, Structure
from pymatgen.core.trajectory import Trajectory as PymatgenTrajectory

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory

from .test_dcd import arrays

SPECIES = ["Li", "Li", "P", "S", "S"]


@pytest.fixture(params=[True, False], ids=["nvt", "npt"])
def run(request, tmp_path, rng):
    """An XDATCAR that pymatgen wrote, with the unwrapped fractional coordinates and the cells."""
    lattice = Lattice.from_parameters(8, 9, 10, 80, 95, 100).matrix
    scale = 1 if request.param else 1 + 0.01 * rng.normal(size=(12, 1, 1))
    cells = lattice * np.broadcast_to(scale, (12, 1, 1))
    fractional = rng.random((5, 3)) + np.cumsum(rng.uniform(-0.2, 0.2, (12, 5, 3)), axis=0)
    fractional -= np.floor(fractional[0])
    frames = [Structure(cell, SPECIES, x % 1) for cell, x in zip(cells, fractional, strict=True)]
    pymatgen = PymatgenTrajectory.from_structures(frames, constant_lattice=request.param)
    path = tmp_path / "XDATCAR"
    pymatgen.write_Xdatcar(path)
    return path, fractional, cells, pymatgen


def test_frames_that_pymatgen_wrote_are_read_and_followed(run):
    path, fractional, cells, _ = run
    found = Trajectory.from_file(path, time_step_ps=0.002)
    assert list(found.species) == SPECIES
    positions, found_cells = arrays(found)
    np.testing.assert_allclose(found_cells, cells, atol=1e-5)
    np.testing.assert_allclose(positions, fractional @ cells, atol=1e-4)


def test_pymatgen_trajectories_and_structures_are_frames_too(run):
    _, fractional, cells, pymatgen = run
    for frames in (pymatgen, [pymatgen[i] for i in range(12)]):
        found = Trajectory.from_structures(frames, 0.002, 300.0)
        assert list(found.species) == SPECIES
        np.testing.assert_allclose(arrays(found)[0], fractional @ cells, atol=1e-9)


def test_successive_files_follow_each_other(run):
    path, fractional, *_ = run
    found = Trajectory.from_file([path, path], time_step_ps=0.002, wrapped=False)
    assert found.n_frames == 2 * len(fractional)


HEADER = "title\n{scale}\n4 0 0\n0 4 0\n0 0 4\nLi S_x/abc\n1 1\n"
FRAME = "Direct configuration={number:6d}\n 0.1 0.2 0.3\n 0.5 0.5 0.5\n"


def write(tmp_path, scale="1.0", numbers=(1, 2, 3), tail=""):
    path = tmp_path / "XDATCAR"
    path.write_text(
        HEADER.format(scale=scale) + "".join(FRAME.format(number=n) for n in numbers) + tail
    )
    return path


@pytest.mark.parametrize(("scale", "length"), [("2.0", 8.0), ("-1000.0", 10.0)])
def test_scale_factor_or_volume(tmp_path, scale, length):
    found = Trajectory.from_file(write(tmp_path, scale), time_step_ps=1.0)
    positions, cells = arrays(found)
    assert found.species == ("Li", "S")
    np.testing.assert_allclose(cells[0], length * np.eye(3))
    np.testing.assert_allclose(positions[0, 0], length * np.array([0.1, 0.2, 0.3]))


@pytest.mark.parametrize("numbers", [(1, 2, 4), (1, 2, 2), (1, 3, 2)])
def test_missing_or_shuffled_frames_are_refused(tmp_path, numbers):
    with pytest.raises(TrajectoryError, match="missing or out of order"):
        arrays(Trajectory.from_file(write(tmp_path, numbers=numbers), time_step_ps=1.0))


def test_every_tenth_configuration_is_even(tmp_path):
    assert (
        Trajectory.from_file(write(tmp_path, numbers=(10, 20, 30)), time_step_ps=1.0).n_frames == 3
    )


def test_a_cut_last_frame_is_left_out(tmp_path):
    path = write(tmp_path, tail="Direct configuration= 4\n 0.1 0.2 0.3\n 0.5 0.")
    assert Trajectory.from_file(path, time_step_ps=1.0).n_frames == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no complete frame"),
        ("title\nx\n4 0 0\n0 4 0\n0 0 4\nLi\n1\n", "not 1 numbers"),
        ("title\n1\n4 0 0\n0 4 0\n0 0 4\n1 2\nDirect\n", "does not name its elements"),
    ],
)
def test_malformed_files_are_refused(tmp_path, content, message):
    path = tmp_path / "XDATCAR"
    path.write_text(content)
    with pytest.raises(TrajectoryError, match=message):
        Trajectory.from_file(path, time_step_ps=1.0)


def test_files_with_other_elements_are_no_continuation(run, tmp_path):
    path, *_ = run
    other = tmp_path / "XDATCAR_other"
    other.write_text(path.read_text().replace("Li P S", "Na P S"))
    with pytest.raises(TrajectoryError, match="other elements, or in another order"):
        arrays(Trajectory.from_file([path, other], time_step_ps=1.0))
