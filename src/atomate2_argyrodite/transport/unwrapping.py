"""Periodic images: unwrap wrapped trajectories, and refuse those that are wrapped unnoticed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.frames import DelegatingFrames, FrameBlock, FrameSource

AMBIGUOUS_FRACTION = 0.45
"""Step of an atom between frames, in fractions of the cell, whose periodic image is not certain."""


def to_fractional(
    positions: NDArray[np.floating], cells: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return fractional coordinates, shape (frames, atoms, 3), of Cartesian ones in Å."""
    lengths = np.einsum("fii->fi", cells)
    if np.array_equal(cells, lengths[:, :, None] * np.eye(3)):
        return np.asarray(positions / lengths[:, None, :], dtype=np.float64)
    return np.asarray(positions @ np.linalg.inv(cells), dtype=np.float64)


class _ImageTracker:
    """Fractional coordinates continued from frame to frame by the nearest image."""

    def __init__(self) -> None:
        self.previous: NDArray[np.float64] | None = None
        self.frames_seen = 0

    def unwrap(self, fractional: NDArray[np.float64]) -> NDArray[np.float64]:
        before = fractional[0] if self.previous is None else self.previous
        steps = np.diff(fractional, axis=0, prepend=before[None])
        steps -= np.round(steps)
        self._refuse_ambiguous(np.abs(steps).max(axis=(1, 2)))
        unwrapped: NDArray[np.float64] = before + np.cumsum(steps, axis=0)
        self.previous = unwrapped[-1]
        self.frames_seen += len(fractional)
        return unwrapped

    def _refuse_ambiguous(self, largest: NDArray[np.float64]) -> None:
        ambiguous = largest > AMBIGUOUS_FRACTION
        if ambiguous.any():
            index = int(np.argmax(ambiguous))
            raise TrajectoryError(
                f"an atom moves by {largest[index]:.2f} of the cell before frame "
                f"{self.frames_seen + index}, so its periodic image is not certain: frames are "
                "missing, out of order or too far apart; write them more often, or unwrapped"
            )


@dataclass(frozen=True)
class UnwrappedFrames(DelegatingFrames):
    """Frames of a wrapped source, each atom followed through its periodic images.

    Positions that are not wrapped stay as they are, as long as no atom crosses half the cell
    between two frames.
    """

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield all frames in order, unwrapped.

        Raises
        ------
        TrajectoryError
            If an atom moves by nearly half the cell between two frames.
        """
        tracker = _ImageTracker()
        for block in self.source.blocks(frames_per_block):
            fractional = tracker.unwrap(to_fractional(block.positions, block.cells))
            yield FrameBlock(fractional @ block.cells, block.cells)


@dataclass(frozen=True)
class GuardedFrames(DelegatingFrames):
    """Frames of a source that should be unwrapped; jumps across the cell are refused."""

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield all frames in order.

        Raises
        ------
        TrajectoryError
            If an atom moves by more than half the cell between two frames.
        """
        last: NDArray[np.floating] | None = None
        first = 0
        for block in self.source.blocks(frames_per_block):
            heights = 1 / np.linalg.norm(np.linalg.inv(block.cells), axis=1).max(axis=1)
            if last is not None:
                step = np.abs(block.positions[0] - last).max()
                _refuse_jumps(np.array([step]), heights.min(), first - 1)
            steps = np.abs(np.diff(block.positions, axis=0)).max(axis=(1, 2), initial=0)
            _refuse_jumps(steps, heights.min(), first)
            last, first = block.positions[-1], first + len(block)
            yield block


def _refuse_jumps(steps: NDArray[np.floating], height: float, first: int) -> None:
    jumps = steps > height / 2
    if jumps.any():
        frame = int(np.argmax(jumps))
        raise TrajectoryError(
            f"an atom moves by {steps[frame]:.1f} Å between frames {first + frame} and "
            f"{first + frame + 1}, more than half the cell: the coordinates look wrapped (pass "
            "wrapped=True, or wrapped=False if they are not), or frames are missing"
        )


def follow_images(source: FrameSource, wrapped: bool | None) -> FrameSource:
    """Return `source` with unwrapped positions.

    Parameters
    ----------
    source
        Any source of frames.
    wrapped
        Whether its positions may be wrapped; None: as the format says.
    """
    if wrapped is None:
        wrapped = source.wrapped
    if wrapped is None:
        return GuardedFrames(source)
    return UnwrappedFrames(source) if wrapped else source
