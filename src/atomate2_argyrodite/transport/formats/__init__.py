"""Trajectory file formats: each module reads one, block by block."""

from collections.abc import Callable, Sequence
from pathlib import Path

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats.ase_files import open_ase_trajectory, open_extxyz
from atomate2_argyrodite.transport.formats.dcd import open_dcd
from atomate2_argyrodite.transport.formats.lammps_text import open_lammps_text
from atomate2_argyrodite.transport.formats.xdatcar import open_xdatcar
from atomate2_argyrodite.transport.frames import FrameSource

FORMATS: dict[str, Callable[[Sequence[Path]], FrameSource]] = {
    "dcd": open_dcd,
    "lammps-text": open_lammps_text,
    "xdatcar": open_xdatcar,
    "extxyz": open_extxyz,
    "ase": open_ase_trajectory,
}
"""Readers by name: successive files of one simulation -> frames."""

_ENDINGS = {
    ".dcd": "dcd",
    ".lammpstrj": "lammps-text",
    ".dump": "lammps-text",
    ".extxyz": "extxyz",
    ".xyz": "extxyz",
    ".traj": "ase",
}


def guess_format(path: Path) -> str:
    """Return the name of the format that a file name shows.

    Raises
    ------
    TrajectoryError
        If it shows none.
    """
    name = path.name.lower().removesuffix(".gz")
    if "xdatcar" in name:
        return "xdatcar"
    for ending, format_name in _ENDINGS.items():
        if name.endswith(ending):
            return format_name
    raise TrajectoryError(
        f"the name {path.name!r} shows no known trajectory format: pass file_format, "
        f"one of {', '.join(FORMATS)}"
    )


def open_source(paths: Sequence[Path], file_format: str | None) -> FrameSource:
    """Open the successive files of one trajectory.

    Raises
    ------
    TrajectoryError
        If there is no file, the format is unknown, or a file is malformed.
    """
    if not paths:
        raise TrajectoryError("no trajectory file is given: name at least one")
    for path in paths:
        if not path.is_file():
            raise TrajectoryError(f"{path} is not a file: check the path of the trajectory")
    name = guess_format(paths[0]) if file_format is None else file_format
    if name not in FORMATS:
        raise TrajectoryError(
            f"unknown trajectory format {name!r}: choose one of {', '.join(FORMATS)}"
        )
    return FORMATS[name](paths)
