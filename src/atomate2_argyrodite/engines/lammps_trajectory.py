"""Trajectories that LAMMPS wrote: frames as configurations, and segments joined into one file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.transport.formats.dcd import (
    DcdHeader,
    join_segments,
    open_dcd,
    read_header,
)

_FRAME_COUNT_OFFSET = 8  # after the length of the header record and the word CORD


def read_frames(
    path: Path,
    configuration: LabelledConfiguration,
    time_step_ps: float,
    steps: Mapping[int, int] | None = None,
) -> list[LabelledConfiguration]:
    """Return the frames of a DCD file as unlabelled configurations.

    Parameters
    ----------
    path
        A trajectory of the atoms of `configuration`, in its order.
    configuration
        Gives atomic numbers and metadata.
    time_step_ps
        Time step of the integration in ps.
    steps
        Index of a frame in the file -> its step, where LAMMPS skipped some; frames that are not
        named are left out. By default all frames are read, and follow at equal intervals.

    Returns
    -------
    list of LabelledConfiguration
        All frames up to the first that is not finite or has no volume; metadata gain ``step`` and
        ``time_ps``. Empty where there is no frame.
    """
    header = _header(path)
    frames: list[LabelledConfiguration] = []
    if header is None:
        return frames
    base = replace(configuration.without_labels(), metadata={})
    try:
        for index, block in enumerate(open_dcd([path], time_step_ps).blocks(1)):
            if steps is not None and index not in steps:
                continue
            regular = header.first_step + index * header.steps_per_frame
            step = regular if steps is None else steps[index]
            metadata = {**configuration.metadata, "step": step, "time_ps": step * time_step_ps}
            positions = np.asarray(block.positions[0], dtype=np.float64)
            frames.append(
                replace(base, positions=positions, cell=block.cells[0], metadata=metadata)
            )
    except TrajectoryError:  # the run blew up here: what came before is what is wanted
        pass
    return frames


def joined_trajectory(segments: Sequence[Path], folder: Path) -> Path | None:
    """Join the trajectories of an interrupted and continued production into ``trajectory.dcd``.

    Frames that a killed process wrote after its last checkpoint were done again by the next one and
    are taken from that one.

    Returns
    -------
    Path or None
        The only segment itself, the joined file, or None where there is no complete frame.
    """
    headers = _successive([header for header in map(_header, segments) if header is not None])
    if len(headers) < 2:
        return headers[0].path if headers else None
    target = folder / "trajectory.dcd"
    parts = join_segments(headers)
    with target.open("wb") as joined:
        with headers[0].path.open("rb") as first:
            joined.write(first.read(headers[0].offset))
        for header, count in parts:
            with header.path.open("rb") as segment:
                segment.seek(header.offset)
                _copy(segment, joined, count * _frame_bytes(header))
        joined.seek(_FRAME_COUNT_OFFSET)
        joined.write(sum(count for _, count in parts).to_bytes(4, "little"))
    return target


def _header(path: Path) -> DcdHeader | None:
    try:
        return read_header(path)
    except (TrajectoryError, OSError):
        return None


def _successive(headers: Sequence[DcdHeader]) -> list[DcdHeader]:
    """Drop segments that a later one repeats from their first frame on."""
    kept: list[DcdHeader] = []
    for header in reversed(headers):
        if not kept or header.first_step < kept[-1].first_step:
            kept.append(header)
    return kept[::-1]


def _frame_bytes(header: DcdHeader) -> int:
    return 56 + 3 * (8 + 4 * header.n_atoms)  # Fortran records: the cell, x, y and z


def _copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
    while length > 0:
        block = source.read(min(length, 1 << 24))
        if not block:
            break
        target.write(block)
        length -= len(block)
