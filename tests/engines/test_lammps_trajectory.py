from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.lammps_trajectory import joined_trajectory, read_frames
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


def write_dcd(path: Path, frames: np.ndarray, first_step: int, interval: int) -> None:
    """Write a DCD file by its definition: Fortran records, a cubic cell of 10 Å."""

    def record(data: bytes) -> bytes:
        length = len(data).to_bytes(4, "little")
        return length + data + length

    control = np.zeros(20, dtype="<i4")
    control[[0, 1, 2, 3]] = len(frames), first_step, interval, first_step + interval * len(frames)
    control[9:10].view("<f4")[:] = 0.002
    control[[10, 19]] = 1, 24
    titles = (2).to_bytes(4, "little") + b"Written by LAMMPS".ljust(80) + b"REMARKS".ljust(80)
    content = record(b"CORD" + control.tobytes()) + record(titles)
    content += record(frames.shape[1].to_bytes(4, "little"))
    cell = np.array([10.0, 0, 10, 0, 0, 10])
    for frame in frames.astype("<f4"):
        content += record(cell.tobytes()) + b"".join(record(axis.tobytes()) for axis in frame.T)
    path.write_bytes(content)


@pytest.fixture
def crystal() -> LabelledConfiguration:
    return LabelledConfiguration(
        [3, 17], [[0.0, 0, 0], [5, 5, 5]], 10 * np.eye(3), metadata={"configuration": "x"}
    )


def frames(first_step: int, count: int, interval: int, offset: float = 0.0) -> np.ndarray:
    steps = first_step + interval * np.arange(count)
    return np.broadcast_to(steps[:, None, None] * 1e-3 + offset, (count, 2, 3))


def test_frames_carry_step_time_and_origin(tmp_path: Path, crystal: LabelledConfiguration) -> None:
    write_dcd(tmp_path / "a.dcd", frames(0, 5, 10), 0, 10)
    read = read_frames(tmp_path / "a.dcd", crystal, 0.002)
    assert [frame.metadata["step"] for frame in read] == [0, 10, 20, 30, 40]
    assert read[3].metadata["time_ps"] == pytest.approx(0.06)
    assert read[3].metadata["configuration"] == "x"
    np.testing.assert_allclose(read[3].positions, 0.03, rtol=1e-6)
    np.testing.assert_allclose(read[3].cell, 10 * np.eye(3), atol=1e-9)


def test_frames_end_before_the_first_that_is_not_finite(
    tmp_path: Path, crystal: LabelledConfiguration
) -> None:
    positions = frames(0, 5, 10).copy()
    positions[3, 1, 0] = np.nan
    write_dcd(tmp_path / "a.dcd", positions, 0, 10)
    assert len(read_frames(tmp_path / "a.dcd", crystal, 0.002)) == 3


def test_a_file_that_is_absent_or_cut_gives_what_it_has(
    tmp_path: Path, crystal: LabelledConfiguration
) -> None:
    assert read_frames(tmp_path / "none.dcd", crystal, 0.002) == []
    write_dcd(tmp_path / "a.dcd", frames(0, 5, 10), 0, 10)
    content = (tmp_path / "a.dcd").read_bytes()
    (tmp_path / "a.dcd").write_bytes(content[:-30])
    assert len(read_frames(tmp_path / "a.dcd", crystal, 0.002)) == 4
    (tmp_path / "a.dcd").write_bytes(content[:50])
    assert read_frames(tmp_path / "a.dcd", crystal, 0.002) == []


def test_segments_join_without_repeated_frames(
    tmp_path: Path, crystal: LabelledConfiguration
) -> None:
    """Frames after a checkpoint are those of the later segment; a repeated segment is dropped."""
    paths = [tmp_path / name for name in ("0.dcd", "1.dcd", "2.dcd", "3.dcd")]
    write_dcd(paths[0], frames(0, 7, 10), 0, 10)
    write_dcd(paths[1], frames(40, 2, 10, offset=1.0), 40, 10)  # killed before its checkpoint
    write_dcd(paths[2], frames(40, 6, 10, offset=2.0), 40, 10)
    paths[3].write_bytes(b"")
    joined = joined_trajectory(paths, tmp_path)
    assert joined is not None
    read = read_frames(joined, crystal, 0.002)
    assert [frame.metadata["step"] for frame in read] == list(range(0, 100, 10))
    x = [frame.positions[0, 0] for frame in read]
    np.testing.assert_allclose(x[:4], [0, 0.01, 0.02, 0.03], rtol=1e-6)
    np.testing.assert_allclose(x[4:], 2 + np.arange(0.04, 0.1, 0.01), rtol=1e-6)
    assert joined_trajectory(paths[:1], tmp_path) == paths[0]
    assert joined_trajectory(paths[3:], tmp_path) is None


def test_labels_and_old_metadata_do_not_leak(
    tmp_path: Path, crystal: LabelledConfiguration
) -> None:
    write_dcd(tmp_path / "a.dcd", frames(0, 1, 10), 0, 10)
    labelled = replace(crystal, energy=1.0, forces=np.zeros((2, 3)))
    (frame,) = read_frames(tmp_path / "a.dcd", labelled, 0.002)
    assert not frame.is_labelled
