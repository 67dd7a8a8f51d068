"""Periodic images: unwrap wrapped trajectories, and refuse those that are wrapped unnoticed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.frames import FrameBlock, FrameSource

AMBIGUOUS_FRACTION = 0.45
"""Step of an atom between frames, as a fraction of the cell, from which its image is not certain."""


def to_fractional(
    positions: NDArray[np.floating], cells: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return fractional coordinates, shape (frames, atoms, 3), of Cartesian ones in Å."""
    off_diagonal = cells - np.einsum("fii->fi", cells)[:, :, None] * np.eye(3)
    if not off_diagonal.any():
        lengths = np.einsum("fii->fi", cells)
        return np.asarray(positions / lengths[:, None, :], dtype=np.float64)
    return np.asarray(positions @ np.linalg.inv(cells), dtype=np.float64)


@dataclass
class _ImageTracker:
    """Fractional coordinates continued from frame to frame by the nearest image."""

    previous: NDArray[np.float64] | None = None
    frames_seen: int = 0

    def unwrap(self, fractional: NDArray[np.float64]) -> NDArray[np.float64]:
        before = fractional[:1] if self.previous is None else self.previous[None]
        steps = np.diff(fractional, axis=0, prepend=before)
        steps -= np.round(steps)
        self._refuse_ambiguous(steps)
        unwrapped: NDArray[np.float64] = before + np.cumsum(steps, axis=0)
        self.previous = unwrapped[-1]
        self.frames_seen += len(fractional)
        return unwrapped

    def _refuse_ambiguous(self, steps: NDArray[np.float64]) -> None:
        largest = np.abs(steps).max(axis=(1, 2))
        if largest.max() > AMBIGUOUS_FRACTION:
            frame = self.frames_seen + int(np.argmax(largest > AMBIGUOUS_FRACTION))
            raise TrajectoryError(
                f"an atom moves by {largest.max():.2f} of the cell before frame {frame}, so its periodic "
                "image is not certain: frames are missing or too far apart; write them more often, or unwrapped"
            )


@dataclass(frozen=True)
class _Delegating:
    """A source that changes or checks the blocks of another one."""

    source: FrameSource

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return self.source.n_atoms

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return self.source.n_frames

    @property
    def species(self) -> Sequence[str] | None:
        """Chemical symbols, or None."""
        return self.source.species

    @property
    def time_step_ps(self) -> float | None:
        """Time between frames in ps, or None."""
        return self.source.time_step_ps

    @property
    def wrapped(self) -> bool | None:
        """False: images are followed or checked here."""
        return False


@dataclass(frozen=True)
class UnwrappedFrames(_Delegating):
    """Frames of a wrapped source, each atom followed through its periodic images."""

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield all frames in order, unwrapped."""
        tracker = _ImageTracker()
        for block in self.source.blocks(frames_per_block):
            fractional = tracker.unwrap(to_fractional(block.positions, block.cells))
            yield FrameBlock(fractional @ block.cells, block.cells)


@dataclass(frozen=True)
class GuardedFrames(_Delegating):
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
            x = block.positions
            if last is not None:
                self._refuse_jumps(np.stack([last, x[0]]), block.cells, first - 1)
            self._refuse_jumps(x, block.cells, first)
            last, first = x[-1], first + len(block)
            yield block

    def _refuse_jumps(
        self, positions: NDArray[np.floating], cells: NDArray[np.float64], first: int
    ) -> None:
        if len(positions) < 2:
            return
        steps = np.abs(np.diff(positions, axis=0)).max(axis=(1, 2))
        heights = 1 / np.linalg.norm(np.linalg.inv(cells), axis=1).max(axis=1)
        jumps = steps > heights.min() / 2
        if jumps.any():
            raise TrajectoryError(
                f"an atom moves by {steps.max():.1f} Å between frames {first + int(np.argmax(jumps))} and "
                f"{first + int(np.argmax(jumps)) + 1}, more than half the cell: the coordinates look wrapped "
                "(pass wrapped=True; wrapped=False if they are not), or frames are missing"
            )


def follow_images(source: FrameSource, wrapped: bool | None) -> FrameSource:
    """Return `source` with unwrapped positions.

    Parameters
    ----------
    source
        Any source of frames.
    wrapped
        Whether its positions are wrapped; None: as the format says.
    """
    if wrapped is None:
        wrapped = source.wrapped
    if wrapped is None:
        return GuardedFrames(source)
    return UnwrappedFrames(source) if wrapped else source
