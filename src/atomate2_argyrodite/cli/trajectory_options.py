"""Options, arguments and progress of the commands that read trajectories."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from rich.progress import Progress

    from atomate2_argyrodite.transport import Trajectory
    from atomate2_argyrodite.transport.frames import FrameBlock, FrameSource

FORMAT_NAMES = ("dcd", "lammps-text", "xdatcar", "extxyz", "ase")


class SymbolsByType(click.ParamType):  # type: ignore[type-arg]
    """Elements of the atom types 1, 2, ...: ``Li,P,S,Cl``."""

    name = "SYMBOLS"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> list[str]:
        """Return the symbols.

        Raises
        ------
        InputError
            If one is no element.
        """
        from pymatgen.core import Element

        symbols = str(value).replace(",", " ").split()
        unknown = [symbol for symbol in symbols if not Element.is_valid_symbol(symbol)]
        if unknown or not symbols:
            raise InputError(f"--species {value!r} must list elements: write for example Li,P,S,Cl")
        return symbols


_OPTIONS = (
    click.option(
        "--species",
        type=SymbolsByType(),
        help="Elements of the LAMMPS atom types 1, 2, ..., or of every atom, where the format has "
        "none (LAMMPS text dumps without elements; DCD: of every atom).",
    ),
    click.option(
        "--structure",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Instead: a structure file (POSCAR, CIF, LAMMPS data, ...) with the same atoms in the "
        "same order.",
    ),
    click.option(
        "--time-step-ps",
        type=float,
        metavar="PS",
        help="Time between frames in ps. Needed for all formats but DCD by LAMMPS.",
    ),
    click.option(
        "--skip-ps", type=float, default=0.0, metavar="PS", help="Leave out the first PS ps."
    ),
    click.option(
        "--format", "file_format", type=click.Choice(FORMAT_NAMES), help="[default: by the name]"
    ),
    click.option(
        "--wrapped/--unwrapped",
        default=None,
        help="Whether atoms were put back into the cell. [default: as the format says]",
    ),
)


def trajectory_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how trajectory files are read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def temperature_of_each(files: Sequence[Path], temperatures: Sequence[float]) -> list[float]:
    """Return one temperature in K per file: one for all, or one for each.

    Raises
    ------
    InputError
        If the numbers do not match, or a temperature is not above 0 K.
    """
    for temperature in temperatures:
        if not 0 < temperature < float("inf"):
            raise InputError(
                f"--temperature {temperature:g} is no temperature: give that of the simulation, "
                "above 0 K"
            )
    if len(temperatures) not in (1, len(files)):
        raise InputError(
            f"{len(temperatures)} temperatures do not fit {len(files)} files: give --temperature "
            "once for all or once for each file, in their order"
        )
    return list(temperatures) * (len(files) if len(temperatures) == 1 else 1)


def read_trajectory(
    files: Sequence[Path],
    temperature: float | None,
    *,
    species: Sequence[str] | None,
    structure: Path | None,
    time_step_ps: float | None,
    skip_ps: float,
    file_format: str | None,
    wrapped: bool | None,
) -> "Trajectory":
    """Return the trajectory of the successive files of one simulation, as the options say."""
    from atomate2_argyrodite.transport import Trajectory
    from atomate2_argyrodite.transport.formats import open_source

    if species is not None and structure is not None:
        raise InputError("--species and --structure say the same: give one of them")
    named: Sequence[str] | Mapping[int, str] | None = species
    if species is not None and open_source(files, file_format).types is not None:
        named = dict(enumerate(species, start=1))
    trajectory = Trajectory.from_file(
        files,
        species=named,
        structure=structure,
        time_step_ps=time_step_ps,
        temperature=temperature,
        file_format=file_format,
        wrapped=wrapped,
    )
    return trajectory.after(skip_ps) if skip_ps else trajectory


@dataclass(frozen=True)
class _CountedFrames:
    """A source that tells how many frames were read."""

    inner: "FrameSource"
    tell: Callable[[int], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def blocks(self, frames_per_block: int) -> "Iterator[FrameBlock]":
        """Yield the frames of the source."""
        for block in self.inner.blocks(frames_per_block):
            self.tell(len(block))
            yield block


@contextmanager
def reading_progress() -> "Iterator[Callable[[Trajectory, str], Trajectory]]":
    """Yield a function that makes a trajectory show on a terminal how far it has been read."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}: {task.completed:,.0f} frames read"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as progress:
        yield lambda trajectory, name: _counted(trajectory, progress, name)


def _counted(trajectory: "Trajectory", progress: "Progress", name: str) -> "Trajectory":
    task = progress.add_task(name, total=None)
    source = _CountedFrames(trajectory.source, lambda frames: progress.advance(task, frames))
    return replace(trajectory, source=source)
