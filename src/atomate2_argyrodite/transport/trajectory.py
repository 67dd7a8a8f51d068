"""A molecular dynamics trajectory, read block by block from arrays or files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats import open_source
from atomate2_argyrodite.transport.frames import ArrayFrames, FrameBlock, FrameSource
from atomate2_argyrodite.transport.unwrapping import follow_images

BLOCK_BYTES = 16 * 1024**2
"""Memory that the positions of one block may take, in double precision."""


@dataclass(frozen=True)
class Trajectory:
    """Frames of one simulation at equal intervals, with unwrapped positions.

    Frames are handed out in blocks (`blocks`), so memory does not grow with the number of frames
    when they come from a file. Build one with `from_arrays` or `from_file`.

    Parameters
    ----------
    source
        Where the frames come from.
    species
        Chemical symbol of every atom, in the order of the atoms.
    time_step_ps
        Time between successive frames in ps (not the integration step).
    temperature
        Temperature of the simulation in K; None where it is not known (then there is no
        conductivity).
    """

    source: FrameSource
    species: tuple[str, ...]
    time_step_ps: float
    temperature: float | None = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.time_step_ps) or self.time_step_ps <= 0:
            raise TrajectoryError(
                f"time_step_ps is {self.time_step_ps!r}: give the time between frames in ps, above 0"
            )
        if self.temperature is not None and not (
            np.isfinite(self.temperature) and self.temperature > 0
        ):
            raise TrajectoryError(
                f"the temperature is {self.temperature!r} K: give the simulated one, above 0 K"
            )
        if len(self.species) != self.source.n_atoms:
            raise TrajectoryError(
                f"{len(self.species)} species are given for {self.source.n_atoms} atoms: "
                "name one chemical symbol per atom, in the order of the atoms"
            )

    @classmethod
    def from_arrays(
        cls,
        positions: ArrayLike,
        cells: ArrayLike,
        species: Sequence[str],
        time_step_ps: float,
        temperature: float | None = None,
    ) -> Self:
        """Return the trajectory of unwrapped positions held in memory.

        Parameters
        ----------
        positions
            Unwrapped Cartesian positions in Å, shape (frames, atoms, 3).
        cells
            Cell vectors as rows in Å, shape (frames, 3, 3), or (3, 3) where the cell is constant.
        species
            Chemical symbol of every atom.
        time_step_ps
            Time between frames in ps.
        temperature
            Temperature in K, where known.

        Raises
        ------
        TrajectoryError
            If shapes disagree, numbers are not finite, a cell has no volume, or time step or
            temperature are not positive.
        """
        source = ArrayFrames.from_cartesian(positions, cells)
        return cls(source, tuple(species), time_step_ps, temperature)

    @classmethod
    def from_file(
        cls,
        path: str | Path | Sequence[str | Path],
        *,
        species: Sequence[str] | None = None,
        time_step_ps: float | None = None,
        temperature: float | None = None,
        file_format: str | None = None,
        wrapped: bool | None = None,
    ) -> Self:
        """Return the trajectory in a file, or in the successive files of one simulation.

        Parameters
        ----------
        path
            The file; or several, in order, that continue each other (restarted runs). Frames that a
            later file repeats are taken from the later one.
        species
            Chemical symbol of every atom in file order. Needed where the format has none (DCD, and
            LAMMPS text dumps without an ``element`` column).
        time_step_ps
            Time between frames in ps. Needed where the format has none.
        temperature
            Temperature in K.
        file_format
            Name of the format where the file name does not show it.
        wrapped
            True where atoms are put back into the cell (they are then followed from frame to frame
            by the nearest image), False where they never are. By default as the format says; where
            it does not say, as unwrapped, and a jump of more than half the cell is an error.

        Raises
        ------
        TrajectoryError
            If the format is unknown, the file is malformed, or something needed is not given.
        """
        paths = [Path(path)] if isinstance(path, (str, Path)) else [Path(p) for p in path]
        source = open_source(paths, file_format, time_step_ps)
        symbols = species if species is not None else source.species
        if symbols is None:
            raise TrajectoryError(f"{paths[0]} does not name its species: pass species=[...]")
        interval = time_step_ps if time_step_ps is not None else source.time_step_ps
        if interval is None:
            raise TrajectoryError(
                f"{paths[0]} does not say how far apart its frames are: pass time_step_ps"
            )
        return cls(follow_images(source, wrapped), tuple(symbols), interval, temperature)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return self.source.n_atoms

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return self.source.n_frames

    @property
    def duration_ps(self) -> float:
        """Time between the first and the last frame in ps."""
        return (self.n_frames - 1) * self.time_step_ps

    def indices(self, species: str) -> NDArray[np.intp]:
        """Return the indices of the atoms of one species.

        Raises
        ------
        TrajectoryError
            If there is none.
        """
        found = np.flatnonzero(np.array(self.species) == species)
        if found.size == 0:
            present = ", ".join(sorted(set(self.species)))
            raise TrajectoryError(f"no {species!r} in the trajectory: it holds {present}")
        return found

    def blocks(self) -> Iterator[FrameBlock]:
        """Yield all frames in order, a block of bounded size at a time."""
        frames_per_block = max(1, BLOCK_BYTES // (24 * self.n_atoms))
        return self.source.blocks(frames_per_block)
