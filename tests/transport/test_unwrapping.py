import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.frames import ArrayFrames
from atomate2_argyrodite.transport.unwrapping import (
    GuardedFrames,
    UnwrappedFrames,
    follow_images,
    to_fractional,
)

TRICLINIC = np.array([[9.0, 0.0, 0.0], [2.0, 8.0, 0.0], [-1.0, 1.5, 10.0]])


def all_positions(source, frames_per_block=7):
    return np.concatenate([block.positions for block in source.blocks(frames_per_block)])


def walk_in_breathing_cell(rng, n_frames=60):
    cells = TRICLINIC * (1 + 0.01 * rng.normal(size=(n_frames, 1, 1)))
    steps = rng.uniform(-0.3, 0.3, size=(n_frames, 5, 3))
    fractional = rng.random((5, 3)) + np.cumsum(steps, axis=0)
    return fractional, cells


@given(seed=st.integers(0, 10_000))
def test_wrapping_is_undone_in_a_triclinic_cell_that_breathes(seed):
    fractional, cells = walk_in_breathing_cell(np.random.default_rng(seed))
    wrapped = ArrayFrames(fractional % 1 @ cells, cells)
    found = all_positions(UnwrappedFrames(wrapped))
    start = np.floor(fractional[0])
    np.testing.assert_allclose(found, (fractional - start) @ cells, atol=1e-9)


def test_unwrapped_positions_stay_as_they_are(rng):
    fractional, cells = walk_in_breathing_cell(rng)
    source = ArrayFrames(fractional @ cells, cells)
    np.testing.assert_allclose(all_positions(UnwrappedFrames(source)), source.positions, atol=1e-9)


def test_steps_of_half_a_cell_are_refused():
    positions = np.zeros((5, 2, 3))
    positions[3:, 1, 0] = 4.8
    source = ArrayFrames.from_cartesian(positions, 10 * np.eye(3))
    with pytest.raises(TrajectoryError, match=r"0\.48 of the cell before frame 3.*write them more"):
        list(UnwrappedFrames(source).blocks(2))


@pytest.mark.parametrize("frames_per_block", [1, 2, 3, 10])
def test_guard_refuses_wrapped_coordinates_wherever_blocks_end(frames_per_block):
    positions = np.zeros((6, 2, 3))
    positions[:, 1, 0] = [9.5, 9.7, 9.9, 0.1, 0.3, 0.5]
    source = ArrayFrames.from_cartesian(positions, 10 * np.eye(3))
    with pytest.raises(TrajectoryError, match=r"between frames 2 and 3, .* look wrapped"):
        list(GuardedFrames(source).blocks(frames_per_block))


def test_guard_lets_unwrapped_coordinates_pass(rng):
    positions = np.cumsum(rng.normal(size=(50, 3, 3)), axis=0) * 0.5
    source = ArrayFrames.from_cartesian(positions, 10 * np.eye(3))
    np.testing.assert_array_equal(all_positions(GuardedFrames(source)), positions)


def test_the_user_overrules_the_format():
    source = ArrayFrames(np.zeros((1, 1, 3)), np.eye(3)[None], wrapped=None)
    assert isinstance(follow_images(source, None), GuardedFrames)
    assert isinstance(follow_images(source, True), UnwrappedFrames)
    assert follow_images(source, False) is source


def test_fractional_coordinates_of_orthogonal_and_tilted_cells_agree(rng):
    x = rng.random((4, 3, 3))
    for cell in (np.diag([8.0, 9.0, 10.0]), TRICLINIC):
        cells = np.broadcast_to(cell, (4, 3, 3))
        np.testing.assert_allclose(to_fractional(x @ cells, cells), x, atol=1e-12)
