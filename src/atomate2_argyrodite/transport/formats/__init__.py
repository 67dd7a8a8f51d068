"""Trajectory file formats: each module reads one, block by block."""

from collections.abc import Callable, Sequence
from pathlib import Path

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats.dcd import open_dcd
from atomate2_argyrodite.transport.frames import FrameSource

Opener = Callable[[Sequence[Path], float | None], FrameSource]

FORMATS: dict[str, Opener] = {"dcd": open_dcd}
"""Readers by name: files in order and the user's time between frames -> frames."""


def guess_format(path: Path) -> str:
    """Return the name of the format that a file name shows.

    Raises
    ------
    TrajectoryError
        If it shows none.
    """
    name = path.name.lower()
    for format_name in FORMATS:
        if name.endswith(f".{format_name}"):
            return format_name
    raise TrajectoryError(
        f"the name {path.name!r} shows no known trajectory format: pass file_format, "
        f"one of {', '.join(FORMATS)}"
    )


def open_source(
    paths: Sequence[Path], file_format: str | None, time_step_ps: float | None
) -> FrameSource:
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
    return FORMATS[name](paths, time_step_ps)
