import numpy as np
import pytest

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport import Trajectory
from atomate2_argyrodite.transport.formats.dcd import cells_from_dcd, read_header
from atomate2_argyrodite.transport.unwrapping import to_fractional

N_ATOMS = 108
FRAME_BYTES = 56 + 3 * (8 + 4 * N_ATOMS)


def arrays(run):
    blocks = list(run.blocks())
    return [np.concatenate([getattr(b, name) for b in blocks]) for name in ("positions", "cells")]


def open_run(path, **options):
    return Trajectory.from_file(path, species=["Li"] * N_ATOMS, **options)


def test_binary_and_text_of_one_triclinic_npt_run_agree(lammps_run):
    binary = open_run(lammps_run / "first.dcd")
    text = Trajectory.from_file(lammps_run / "unwrapped.lammpstrj", time_step_ps=0.02)
    assert binary.n_frames == text.n_frames == 57
    assert binary.time_step_ps == pytest.approx(0.02, rel=1e-6)
    positions, cells = arrays(binary)
    text_positions, text_cells = arrays(text)
    assert positions.dtype == np.float32
    np.testing.assert_allclose(positions, text_positions, atol=4e-6)
    np.testing.assert_allclose(cells, text_cells, atol=1e-9)
    assert np.abs(cells[:, 1, 0]).min() > 0.1  # tilted
    assert np.ptp(cells[:, 0, 0]) > 1e-3  # breathing


def test_wrapped_coordinates_are_refused_or_followed(lammps_run):
    with pytest.raises(TrajectoryError, match="look wrapped"):
        arrays(open_run(lammps_run / "wrapped.dcd"))
    followed = to_fractional(*arrays(open_run(lammps_run / "wrapped.dcd", wrapped=True)))
    unwrapped = to_fractional(*arrays(open_run(lammps_run / "first.dcd")))
    np.testing.assert_allclose(followed - followed[0], unwrapped - unwrapped[0], atol=2e-6)


def test_segments_join_at_the_restart(lammps_run):
    paths = [lammps_run / "first.dcd", lammps_run / "second.dcd"]
    joined, _ = arrays(open_run(paths))
    assert len(joined) == 50 + 31
    second, _ = arrays(open_run(paths[1]))
    np.testing.assert_array_equal(joined[50:], second)
    assert np.abs(np.diff(joined, axis=0)).max() < 1.0


def test_segments_out_of_order_are_refused(lammps_run):
    with pytest.raises(TrajectoryError, match=r"does not continue .* name the files in order"):
        open_run([lammps_run / "second.dcd", lammps_run / "first.dcd"])


def test_a_frame_that_was_being_written_is_left_out(lammps_run, tmp_path):
    content = (lammps_run / "first.dcd").read_bytes()
    cut = tmp_path / "cut.dcd"
    cut.write_bytes(content[: -FRAME_BYTES // 2])
    assert open_run(cut).n_frames == 56


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:50], "cut or corrupted in its header|not a little-endian DCD"),
        (lambda content: b"ITEM" + content[4:], "not a little-endian DCD file"),
        (lambda content: content[:300], "holds no complete frame"),
        (lambda content: b"", "not a little-endian DCD file"),
    ],
)
def test_damaged_headers_are_refused(lammps_run, tmp_path, damage, message):
    path = tmp_path / "damaged.dcd"
    path.write_bytes(damage((lammps_run / "first.dcd").read_bytes()))
    with pytest.raises(TrajectoryError, match=message):
        open_run(path)


def test_damaged_frames_are_refused(lammps_run, tmp_path):
    content = bytearray((lammps_run / "first.dcd").read_bytes())
    offset = read_header(lammps_run / "first.dcd").offset
    content[offset + 3 * FRAME_BYTES] ^= 0xFF
    path = tmp_path / "damaged.dcd"
    path.write_bytes(content)
    with pytest.raises(TrajectoryError, match="corrupted between frames 0 and"):
        arrays(open_run(path))


def test_the_unit_of_time_is_not_guessed(lammps_run, tmp_path):
    """A time step of 1.0 may be a femtosecond of LAMMPS' real units."""
    content = bytearray((lammps_run / "first.dcd").read_bytes())
    content[44:48] = np.float32(1.0).tobytes()
    path = tmp_path / "real.dcd"
    path.write_bytes(content)
    with pytest.raises(TrajectoryError, match="pass time_step_ps"):
        open_run(path)
    assert open_run(path, time_step_ps=0.01).time_step_ps == 0.01


def test_cells_of_angles_and_of_cosines_agree():
    angles = np.array([[9.0, 70.0, 8.0, 80.0, 100.0, 7.0]])
    cosines = angles.copy()
    cosines[:, [1, 3, 4]] = np.cos(np.radians(angles[:, [1, 3, 4]]))
    cell = cells_from_dcd(angles)[0]
    np.testing.assert_allclose(cells_from_dcd(cosines)[0], cell)
    lengths = np.linalg.norm(cell, axis=1)
    np.testing.assert_allclose(lengths, [9, 8, 7])
    gram = cell @ cell.T / np.outer(lengths, lengths)
    np.testing.assert_allclose(np.degrees(np.arccos(gram[[1, 0, 0], [2, 2, 1]])), [100, 80, 70])
