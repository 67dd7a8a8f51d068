import gzip

import numpy as np
import pytest

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.unwrapping import to_fractional

from .test_dcd import arrays


@pytest.fixture
def reference(lammps_run):
    return Trajectory.from_file(lammps_run / "unwrapped.lammpstrj", time_step_ps=0.02)


def test_species_and_order_come_from_the_dump(reference):
    assert set(reference.species) == {"Li", "S"}
    assert reference.source.types[0] in (1, 2)


def test_scaled_coordinates_with_images_are_unwrapped_exactly(lammps_run, reference):
    run = Trajectory.from_file(
        lammps_run / "images.lammpstrj", time_step_ps=0.02, species={1: "Li", 2: "S"}
    )
    assert run.source.wrapped is False
    assert run.species == reference.species
    np.testing.assert_allclose(arrays(run)[0], arrays(reference)[0], atol=1e-7)


def test_wrapped_coordinates_are_followed(lammps_run, reference):
    run = Trajectory.from_file(lammps_run / "plain.lammpstrj", time_step_ps=0.02)
    found, expected = to_fractional(*arrays(run)), to_fractional(*arrays(reference))
    np.testing.assert_allclose(found - found[0], expected - expected[0], atol=1e-8)


def test_compressed_files_and_restarts(lammps_run, tmp_path):
    paths = [lammps_run / "unwrapped.lammpstrj", lammps_run / "unwrapped2.lammpstrj"]
    packed = tmp_path / "second.lammpstrj.gz"
    packed.write_bytes(gzip.compress(paths[1].read_bytes()))
    run = Trajectory.from_file([paths[0], packed], time_step_ps=0.02)
    assert run.n_frames == 50 + 31
    binary = Trajectory.from_file(
        [lammps_run / "first.dcd", lammps_run / "second.dcd"], species=run.species
    )
    np.testing.assert_allclose(arrays(run)[0], arrays(binary)[0], atol=4e-6)


HEADER = (
    "ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 8\n0 8\n0 8\n"
)
ATOMS = "ITEM: ATOMS id xu yu zu\n2 1.0 2.0 {x}\n1 4.0 5.0 6.0\n"


def write(path, steps, atoms=ATOMS):
    path.write_text("".join(HEADER.format(step=s) + atoms.format(x=s / 100) for s in steps))
    return path


def read(path, **options):
    return arrays(Trajectory.from_file(path, species=["Li", "S"], time_step_ps=1.0, **options))[0]


def test_atoms_are_sorted_by_id(tmp_path):
    positions = read(write(tmp_path / "run.dump", [0, 10, 20]))
    np.testing.assert_allclose(positions[:, 1, 2], [0, 0.1, 0.2])
    np.testing.assert_allclose(positions[:, 0], [[4, 5, 6]] * 3)


@pytest.mark.parametrize("steps", [[0, 10, 30], [0, 10, 10], [0, 20, 10]])
def test_missing_repeated_or_shuffled_frames_are_refused(tmp_path, steps):
    with pytest.raises(TrajectoryError, match="are missing or out of order"):
        read(write(tmp_path / "run.dump", steps))


def test_a_cut_last_frame_is_left_out(tmp_path):
    path = write(tmp_path / "run.dump", [0, 10, 20])
    content = path.read_text()
    for lost in (1, 5, 40, 80, 100):
        path.write_text(content[:-lost])
        assert len(read(path)) == 2


def test_lost_atoms_are_named(tmp_path):
    path = write(tmp_path / "run.dump", [0, 10])
    lost = (HEADER + ATOMS).replace("1 4.0", "3 4.0").format(step=20, x=0)
    path.write_text(path.read_text() + lost)
    with pytest.raises(TrajectoryError, match=r"step 20 .* atoms were lost"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "holds no complete frame"),
        ("ITEM: SOMETHING\n1\n", "is not a LAMMPS dump of atoms"),
        (
            (HEADER + ATOMS).replace("xu yu zu", "vx vy vz").format(step=0, x=0),
            "no positions among its columns id vx vy vz",
        ),
        ((HEADER + ATOMS).replace("4.0 5.0", "4.0").format(step=0, x=0), "without its 4 columns"),
        ((HEADER + ATOMS).replace("0 8", "0 x", 1).format(step=0, x=0), "not 2 numbers"),
        ((HEADER + ATOMS).replace("4.0", "4.x").format(step=0, x=0), "not 3 numbers"),
        ((HEADER + ATOMS).replace("ATOMS\n2", "ATOMS\n-2").format(step=0, x=0), "holds -2 atoms"),
        ((HEADER + ATOMS).replace("ATOMS\n2", "ATOMS\n0").format(step=0, x=0), "holds 0 atoms"),
        ((HEADER + ATOMS).replace("0 8", "8 0", 1).format(step=0, x=0), "which is empty"),
        ((HEADER + ATOMS).replace("\n2 1.0", "\n1 1.0").format(step=0, x=0), "atom 1 twice"),
    ],
)
def test_malformed_dumps_are_refused(tmp_path, content, message):
    path = tmp_path / "run.dump"
    path.write_text(content)
    with pytest.raises(TrajectoryError, match=message):
        read(path)


def test_types_without_species_are_named(lammps_run):
    with pytest.raises(TrajectoryError, match=r"the types \[2\] have no species"):
        Trajectory.from_file(lammps_run / "images.lammpstrj", time_step_ps=0.02, species={1: "Li"})
    with pytest.raises(TrajectoryError, match="does not name its species"):
        Trajectory.from_file(lammps_run / "images.lammpstrj", time_step_ps=0.02)


def test_general_triclinic_box(tmp_path):
    atoms = "ITEM: ATOMS id xs ys zs\n1 0.5 0.0 0.0\n2 0.0 0.5 0.0\n"
    box = "ITEM: BOX BOUNDS abc origin\n0 8 0 1\n0 0 9 1\n7 0 0 1\n"
    head = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\n"
    path = tmp_path / "run.dump"
    path.write_text(head + box + atoms)
    np.testing.assert_allclose(read(path)[0], [[1, 5, 1], [1, 1, 5.5]])
