"""Blocks of frames, and where they come from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.errors import TrajectoryError

_FARTHEST_ANGSTROM = 1e7
"""No ion gets there in a simulation, and single precision no longer resolves 1 Å there."""


@dataclass(frozen=True)
class FrameBlock:
    """Successive frames of a trajectory.

    Parameters
    ----------
    positions
        Cartesian positions in Å, shape (frames, atoms, 3); single or double precision.
    cells
        Cell vectors as rows in Å, shape (frames, 3, 3).
    """

    positions: NDArray[np.floating]
    cells: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.positions)


class FrameSource(Protocol):
    """What a trajectory needs to know of a file format."""

    @property
    def n_atoms(self) -> int:
        """Number of atoms, the same in every frame."""

    @property
    def n_frames(self) -> int:
        """Number of frames."""

    @property
    def species(self) -> Sequence[str] | None:
        """Chemical symbols, or None where the format has none."""

    @property
    def types(self) -> Sequence[int] | None:
        """LAMMPS atom types, or None where the format has none."""

    @property
    def time_step_ps(self) -> float | None:
        """Time between frames in ps, or None where the format has none."""

    @property
    def wrapped(self) -> bool | None:
        """Whether atoms may be put back into the cell; None where the format does not say."""

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield all frames in order, at most `frames_per_block` at a time."""


def check_block(block: FrameBlock, first_frame: int) -> None:
    """Refuse frames with numbers that are no positions, or with a cell without volume.

    Raises
    ------
    TrajectoryError
        With the number of the first bad frame.
    """
    finite = np.isfinite(block.cells).all(axis=(1, 2))
    finite &= np.isfinite(block.positions.sum(axis=(1, 2), dtype=np.float64))
    if not finite.all():
        raise TrajectoryError(
            f"frame {first_frame + int(np.argmin(finite))} has positions or a cell that are not "
            "finite numbers: the simulation failed there; cut the trajectory before it"
        )
    far = max(float(block.positions.max()), -float(block.positions.min()))
    if far > _FARTHEST_ANGSTROM:
        frame = int(np.argmax(np.abs(block.positions).max(axis=(1, 2))))
        raise TrajectoryError(
            f"frame {first_frame + frame} has an atom {far:.3g} Å from the origin: give positions "
            "in Å, and cut the trajectory where the simulation failed"
        )
    volumes = np.abs(np.linalg.det(block.cells))
    if volumes.min() < 1e-6:
        raise TrajectoryError(
            f"the cell of frame {first_frame + int(np.argmin(volumes))} has no volume: "
            "give three cell vectors in Å"
        )


@dataclass(frozen=True)
class ArrayFrames:
    """Unwrapped frames held in memory."""

    positions: NDArray[np.floating]
    cells: NDArray[np.float64]
    species: Sequence[str] | None = None
    types: Sequence[int] | None = None
    time_step_ps: float | None = None
    wrapped: bool | None = False

    @classmethod
    def from_cartesian(cls, positions: ArrayLike, cells: ArrayLike) -> Self:
        """Check shapes and numbers; a single cell is repeated for every frame.

        Raises
        ------
        TrajectoryError
            If shapes disagree, numbers are not finite, or a cell has no volume.
        """
        x = np.asarray(positions)
        if x.dtype not in (np.float32, np.float64):
            x = x.astype(np.float64)
        if x.ndim != 3 or x.shape[2] != 3 or 0 in x.shape:
            raise TrajectoryError(
                f"positions have the shape {x.shape}: give (frames, atoms, 3), none of them 0"
            )
        h = np.asarray(cells, dtype=np.float64)
        if h.shape == (3, 3):
            h = np.broadcast_to(h, (len(x), 3, 3))
        if h.shape != (len(x), 3, 3):
            raise TrajectoryError(
                f"cells have the shape {h.shape}: give ({len(x)}, 3, 3), one per frame, or (3, 3)"
            )
        check_block(FrameBlock(x, h), 0)
        return cls(x, h)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return int(self.positions.shape[1])

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.positions)

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield views of the frames in order."""
        for start in range(0, self.n_frames, frames_per_block):
            window = slice(start, start + frames_per_block)
            yield FrameBlock(self.positions[window], self.cells[window])


Frame = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Cartesian positions (atoms, 3) and cell vectors as rows (3, 3) in Å."""


@dataclass(frozen=True)
class StreamedFrames:
    """Frames that a reader yields one at a time, each time anew.

    Parameters
    ----------
    read
        Returns an iterator over all frames.
    origin
        Where they come from, for messages.
    species, types, wrapped, time_step_ps
        As in `FrameSource`.
    """

    read: Callable[[], Iterator[Frame]]
    origin: str
    species: Sequence[str] | None = None
    types: Sequence[int] | None = None
    wrapped: bool | None = True
    time_step_ps: float | None = None

    @cached_property
    def n_atoms(self) -> int:
        """Number of atoms of the first frame."""
        for positions, _ in self.read():
            return len(positions)
        raise TrajectoryError(f"{self.origin} holds no frame: the run ended before its first one")

    @cached_property
    def n_frames(self) -> int:
        """Number of frames; they are all read once for it."""
        return sum(1 for _ in self.read())

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield all frames in order.

        Raises
        ------
        TrajectoryError
            If the number of atoms changes or a frame is not finite.
        """
        frames, first = self.read(), 0
        while batch := list(islice(frames, frames_per_block)):
            for index, (positions, _) in enumerate(batch):
                if len(positions) != self.n_atoms:
                    raise TrajectoryError(
                        f"frame {first + index} of {self.origin} has {len(positions)} atoms, the "
                        f"first has {self.n_atoms}: atoms were lost or the files differ"
                    )
            block = FrameBlock(np.array([x for x, _ in batch]), np.array([h for _, h in batch]))
            check_block(block, first)
            first += len(block)
            yield block


@dataclass(frozen=True)
class DelegatingFrames:
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
    def types(self) -> Sequence[int] | None:
        """LAMMPS atom types, or None."""
        return self.source.types

    @property
    def time_step_ps(self) -> float | None:
        """Time between frames in ps, or None."""
        return self.source.time_step_ps

    @property
    def wrapped(self) -> bool | None:
        """Whether atoms may be put back into the cell, or None."""
        return self.source.wrapped


@dataclass(frozen=True)
class LaterFrames(DelegatingFrames):
    """The frames of a source from frame `first` on."""

    first: int

    @property
    def n_frames(self) -> int:
        """Number of frames that are left."""
        return max(0, self.source.n_frames - self.first)

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield the frames from `first` on, in order."""
        skip = self.first
        for block in self.source.blocks(frames_per_block):
            if skip < len(block):
                yield FrameBlock(block.positions[skip:], block.cells[skip:])
            skip = max(0, skip - len(block))
