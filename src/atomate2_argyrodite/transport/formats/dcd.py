"""DCD files as LAMMPS writes them: single precision, the cell of every frame, unwrapped on request.

A DCD file is a sequence of Fortran records, each framed by its length: a header of 84 bytes
(``CORD``, number of frames, first step, steps between frames, last step, ..., time step), titles,
the number of atoms; then for every frame the cell (six doubles: a, cos gamma, b, cos beta, cos
alpha, c) and the x, y and z coordinates. LAMMPS needs ``dump_modify ID unwrap yes`` to write
unwrapped coordinates; the file does not say whether that was done, so a jump across the cell is
refused unless the user says that positions are wrapped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.frames import FrameBlock, check_block

_MAXIMUM_METAL_TIME_STEP_PS = 0.02
_HAS_CELL, _IS_CHARMM = 10, 19


@dataclass(frozen=True)
class DcdHeader:
    """What a DCD file says of itself, and where its frames are."""

    path: Path
    n_atoms: int
    n_frames: int
    first_step: int
    steps_per_frame: int
    integration_step: float
    is_lammps: bool
    offset: int

    @property
    def last_step(self) -> int:
        """Integration step of the last complete frame."""
        return self.first_step + (self.n_frames - 1) * self.steps_per_frame

    @property
    def time_step_ps(self) -> float | None:
        """Time between frames in ps; None where the unit of the time step is not clear."""
        if not (self.is_lammps and 0 < self.integration_step <= _MAXIMUM_METAL_TIME_STEP_PS):
            return None
        return float(f"{self.integration_step:.6g}") * self.steps_per_frame


def frame_dtype(n_atoms: int) -> np.dtype[np.void]:
    """Return the layout of one frame: four records, each between two lengths."""
    fields: list[tuple[str, str, tuple[int, ...]]] = [
        ("begin_cell", "<i4", ()),
        ("cell", "<f8", (6,)),
        ("end_cell", "<i4", ()),
    ]
    for axis in "xyz":
        fields += [
            (f"begin_{axis}", "<i4", ()),
            (axis, "<f4", (n_atoms,)),
            (f"end_{axis}", "<i4", ()),
        ]
    return np.dtype(fields)


def _read_record(file: BinaryIO, path: Path, longest: int = 1 << 20) -> bytes:
    marker = file.read(4)
    length = int.from_bytes(marker, "little")
    if len(marker) < 4 or length > longest:
        raise TrajectoryError(f"{path} is not a little-endian DCD file, or it is cut in its header")
    record = file.read(length)
    if len(record) < length or file.read(4) != marker:
        raise TrajectoryError(
            f"{path} is cut or corrupted in its header: write the trajectory again"
        )
    return record


def read_header(path: Path) -> DcdHeader:
    """Read the header; the number of frames is the number of complete ones in the file.

    Raises
    ------
    TrajectoryError
        If the file is no DCD file, has no cells, or holds no complete frame.
    """
    with path.open("rb") as file:
        head = _read_record(file, path)
        titles = _read_record(file, path)
        atoms = _read_record(file, path)
        offset = file.tell()
    if len(head) != 84 or head[:4] != b"CORD" or len(atoms) != 4:
        raise TrajectoryError(f"{path} is not a DCD file of coordinates: check the format")
    control = np.frombuffer(head[4:], dtype="<i4")
    n_atoms = int.from_bytes(atoms, "little")
    if (
        not (control[_HAS_CELL] and control[_IS_CHARMM])
        or control[11]
        or control[8]
        or n_atoms == 0
    ):
        raise TrajectoryError(
            f"{path} has no cell for every frame, or fixed atoms: neither is supported"
        )
    n_frames = (path.stat().st_size - offset) // frame_dtype(n_atoms).itemsize
    if n_frames == 0:
        raise TrajectoryError(f"{path} holds no complete frame: the run ended before its first one")
    step = float(np.frombuffer(head[40:44], dtype="<f4")[0])
    is_lammps = b"Written by LAMMPS" in titles
    return DcdHeader(
        path, n_atoms, n_frames, int(control[1]), int(control[2]), step, is_lammps, offset
    )


def cells_from_dcd(unit_cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cell vectors (rows, Å) with a along x and b in the xy plane, as in LAMMPS.

    Parameters
    ----------
    unit_cells
        a, gamma, b, beta, alpha, c, shape (frames, 6); angles as cosines, or in degrees where any
        exceeds 1 in magnitude.
    """
    a, gamma, b, beta, alpha, c = unit_cells.T
    cosines = np.stack([alpha, beta, gamma])
    if np.abs(cosines).max() > 1:
        cosines = np.cos(np.radians(cosines))
    cos_alpha, cos_beta, cos_gamma = cosines
    sin_gamma = np.sqrt(1 - cos_gamma**2)
    c_y = c * (cos_alpha - cos_beta * cos_gamma) / sin_gamma
    cells = np.zeros((len(unit_cells), 3, 3))
    cells[:, 0, 0] = a
    cells[:, 1, 0], cells[:, 1, 1] = b * cos_gamma, b * sin_gamma
    cells[:, 2, 0], cells[:, 2, 1] = c * cos_beta, c_y
    cells[:, 2, 2] = np.sqrt(c**2 - (c * cos_beta) ** 2 - c_y**2)
    return cells


@dataclass(frozen=True)
class DcdFrames:
    """Frames of successive DCD files; of frames that two share, the later file's are taken."""

    segments: tuple[tuple[DcdHeader, int], ...]
    given_time_step_ps: float | None = None
    species: Sequence[str] | None = None
    types: Sequence[int] | None = None
    wrapped: bool | None = None

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return self.segments[0][0].n_atoms

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return sum(count for _, count in self.segments)

    @property
    def time_step_ps(self) -> float | None:
        """Time between frames in ps: as given, else as LAMMPS wrote it in metal units."""
        if self.given_time_step_ps is not None:
            return self.given_time_step_ps
        return self.segments[0][0].time_step_ps

    def blocks(self, frames_per_block: int) -> Iterator[FrameBlock]:
        """Yield all frames in order."""
        first = 0
        for header, count in self.segments:
            for block in _read_frames(header, count, frames_per_block):
                check_block(block, first)
                first += len(block)
                yield block


def _read_frames(header: DcdHeader, count: int, frames_per_block: int) -> Iterator[FrameBlock]:
    dtype = frame_dtype(header.n_atoms)
    markers = {"begin_cell": 48, "end_cell": 48}
    markers |= {f"{end}_{axis}": 4 * header.n_atoms for end in ("begin", "end") for axis in "xyz"}
    with header.path.open("rb") as file:
        file.seek(header.offset)
        for start in range(0, count, frames_per_block):
            raw = np.fromfile(file, dtype, min(frames_per_block, count - start))
            if any((raw[name] != length).any() for name, length in markers.items()):
                raise TrajectoryError(
                    f"{header.path} is corrupted between frames {start} and {start + len(raw)}: "
                    "write the trajectory again, or cut it there"
                )
            positions = np.stack([raw["x"], raw["y"], raw["z"]], axis=-1)
            yield FrameBlock(positions, cells_from_dcd(raw["cell"]))


def join_segments(headers: Sequence[DcdHeader]) -> tuple[tuple[DcdHeader, int], ...]:
    """Return every file with the number of its frames that come before the next file's first.

    Raises
    ------
    TrajectoryError
        If atoms or intervals differ, or frames are missing between two files.
    """
    joined = []
    for header, following in pairwise(headers):
        interval = header.steps_per_frame
        if (following.n_atoms, following.steps_per_frame) != (header.n_atoms, interval):
            raise TrajectoryError(
                f"{following.path} has {following.n_atoms} atoms every "
                f"{following.steps_per_frame} steps, {header.path} {header.n_atoms} every "
                f"{interval}: they are not one trajectory"
            )
        count, rest = divmod(following.first_step - header.first_step, interval)
        if rest or count < 1 or count > header.n_frames:
            raise TrajectoryError(
                f"{following.path} starts at step {following.first_step}, which does not continue "
                f"{header.path} (steps {header.first_step} to {header.last_step}, every "
                f"{interval}): name the files in order, none left out"
            )
        joined.append((header, count))
    return (*joined, (headers[-1], headers[-1].n_frames))


def open_dcd(paths: Sequence[Path], time_step_ps: float | None = None) -> DcdFrames:
    """Open successive DCD files of one simulation; a time between frames overrides the file's.

    Raises
    ------
    TrajectoryError
        If a file is malformed or the files do not continue each other.
    """
    return DcdFrames(join_segments([read_header(path) for path in paths]), time_step_ps)
