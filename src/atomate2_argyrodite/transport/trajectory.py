"""A molecular dynamics trajectory, read block by block from arrays or files."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats import open_source
from atomate2_argyrodite.transport.formats.ase_files import open_structures, read_species
from atomate2_argyrodite.transport.frames import (
    ArrayFrames,
    FrameBlock,
    FrameSource,
    LaterFrames,
)
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
                f"time_step_ps is {self.time_step_ps!r}: give the time between frames, above 0 ps"
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
        species: Sequence[str] | Mapping[int, str] | None = None,
        structure: str | Path | None = None,
        time_step_ps: float | None = None,
        temperature: float | None = None,
        file_format: str | None = None,
        wrapped: bool | None = None,
    ) -> Self:
        """Return the trajectory in a file, or in the successive files of one simulation.

        Parameters
        ----------
        path
            The file (DCD, LAMMPS text dump, XDATCAR, extended XYZ or ASE's ``.traj``); or several,
            in order, that continue each other after restarts. Of frames that two LAMMPS files
            repeat, the later file's are taken.
        species
            Chemical symbol of every atom in file order, or of every LAMMPS atom type. Needed where
            the format has none (DCD, LAMMPS text dumps without an ``element`` column).
        structure
            Instead of `species`, a structure file with the same atoms in the same order.
        time_step_ps
            Time between frames in ps. Needed where the format has none: all but DCD by LAMMPS.
        temperature
            Temperature in K.
        file_format
            Name of the format where the file name does not show it: one of `formats.FORMATS`.
        wrapped
            True where atoms may be put back into the cell: they are then followed from frame to
            frame by the nearest image, which leaves unwrapped positions as they are. False where
            they never are. By default True for XDATCAR, extended XYZ and ASE files; for LAMMPS text
            dumps as their columns say; for DCD a jump across the cell is an error.

        Raises
        ------
        TrajectoryError
            If the format is unknown, the file is malformed, or something needed is not given.
        """
        paths = [Path(path)] if isinstance(path, (str, Path)) else [Path(p) for p in path]
        source = open_source(paths, file_format)
        if structure is not None:
            species = read_species(Path(structure))
        symbols = _symbols(source, species, paths[0])
        interval = source.time_step_ps if time_step_ps is None else time_step_ps
        if interval is None:
            raise TrajectoryError(
                f"{paths[0]} does not say how far apart its frames are: pass time_step_ps"
            )
        return cls(follow_images(source, wrapped), symbols, interval, temperature)

    @classmethod
    def from_structures(
        cls,
        structures: Sequence[Any],
        time_step_ps: float,
        temperature: float | None = None,
        *,
        wrapped: bool = True,
    ) -> Self:
        """Return the trajectory of ASE Atoms or pymatgen Structures.

        Parameters
        ----------
        structures
            Frames: a list, a pymatgen Trajectory or an open ASE Trajectory.
        time_step_ps
            Time between frames in ps.
        temperature
            Temperature in K, where known.
        wrapped
            Whether atoms may be put back into the cell (see `from_file`).

        Raises
        ------
        TrajectoryError
            If there is no frame.
        """
        source = open_structures(structures)
        symbols = _symbols(source, None, Path(source.origin))
        return cls(follow_images(source, wrapped), symbols, time_step_ps, temperature)

    def after(self, time_ps: float) -> Self:
        """Return the trajectory without its first `time_ps` (equilibration).

        Raises
        ------
        TrajectoryError
            If the time is negative or nothing is left.
        """
        if not 0 <= time_ps <= self.duration_ps:
            raise TrajectoryError(
                f"cannot leave out {time_ps!r} ps of a trajectory of {self.duration_ps:g} ps: give "
                "a time between 0 and its duration"
            )
        first = math.ceil(time_ps / self.time_step_ps - 1e-9)
        return replace(self, source=LaterFrames(self.source, first))

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
        """Return the indices of the atoms of one species, shape (atoms of it,).

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


def _symbols(
    source: FrameSource, species: Sequence[str] | Mapping[int, str] | None, path: Path
) -> tuple[str, ...]:
    """Return the symbol of every atom, as the user or the file says."""
    if isinstance(species, Mapping):
        missing = sorted(set(source.types or ()) - set(species))
        if source.types is None or missing:
            found = f"the types {missing} have no species" if missing else "it holds no atom types"
            raise TrajectoryError(f"species by type do not fit {path}: {found}")
        return tuple(species[kind] for kind in source.types)
    symbols = source.species if species is None else species
    if symbols is None:
        raise TrajectoryError(f"{path} does not name its species: pass species or structure")
    return tuple(symbols)
