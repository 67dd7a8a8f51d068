import numpy as np
import pytest

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.frames import (
    ArrayFrames,
    FrameBlock,
    LaterFrames,
    StreamedFrames,
    check_block,
)

CELL = 10 * np.eye(3)


@pytest.mark.parametrize(
    ("positions", "cells", "message"),
    [
        (np.zeros((5, 3)), CELL, r"positions have the shape \(5, 3\)"),
        (np.zeros((0, 4, 3)), CELL, "none of them 0"),
        (np.zeros((5, 4, 3)), np.zeros((4, 3, 3)), r"give \(5, 3, 3\)"),
        (np.zeros((5, 4, 3)), np.zeros((3, 3)), "the cell of frame 0 has no volume"),
        (np.full((5, 4, 3), np.nan), CELL, "frame 0 has positions or a cell that are not finite"),
        (np.full((5, 4, 3), -1e30), CELL, r"frame 0 has an atom 1e\+30 Å from the origin"),
    ],
)
def test_bad_arrays_are_refused(positions, cells, message):
    with pytest.raises(TrajectoryError, match=message):
        ArrayFrames.from_cartesian(positions, cells)


def test_the_bad_frame_is_named():
    positions = np.zeros((6, 2, 3), dtype=np.float32)
    positions[4, 1, 2] = np.inf
    with pytest.raises(TrajectoryError, match="frame 104 "):
        check_block(FrameBlock(positions, np.broadcast_to(CELL, (6, 3, 3))), 100)


def test_one_cell_serves_all_frames_and_precision_is_kept(rng):
    positions = rng.random((7, 2, 3)).astype(np.float32)
    frames = ArrayFrames.from_cartesian(positions, CELL)
    blocks = list(frames.blocks(3))
    assert [len(block) for block in blocks] == [3, 3, 1]
    assert blocks[0].positions.dtype == np.float32
    np.testing.assert_array_equal(np.concatenate([b.positions for b in blocks]), positions)
    np.testing.assert_array_equal(blocks[2].cells, CELL[None])


def test_streamed_frames_refuse_a_changing_number_of_atoms():
    sizes = [4, 4, 3]
    source = StreamedFrames(lambda: ((np.zeros((n, 3)), CELL) for n in sizes), "run 1")
    assert (source.n_atoms, source.n_frames) == (4, 3)
    with pytest.raises(TrajectoryError, match="frame 2 of run 1 has 3 atoms, the first has 4"):
        list(source.blocks(10))


def test_later_frames_skip_across_blocks(rng):
    positions = rng.random((10, 2, 3))
    later = LaterFrames(ArrayFrames.from_cartesian(positions, CELL), 7)
    assert later.n_frames == 3
    found = np.concatenate([block.positions for block in later.blocks(2)])
    np.testing.assert_array_equal(found, positions[7:])
