"""Options and output that several commands share."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console

from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:  # commands that need no document start without its packages
    from atomate2_argyrodite.documents import ArgyroditeDocument

_WIDTH_WITHOUT_TERMINAL = 160
_MAXIMUM_SEED = 2**31 - 2  # LAMMPS takes the next number, below 2^31
Command = TypeVar("Command", bound=Callable[..., Any])


def store_option(command: Command) -> Command:
    """Add ``--store``."""
    return click.option(
        "--store",
        metavar="WHERE",
        help="Folder (embedded store), mongodb:// URI, 'jobflow' or 'memory'. "
        "[default: ARGYRODITE_STORE, else argyrodite_store]",
    )(command)


def work_directory_option(command: Command) -> Command:
    """Add ``--work-dir``."""
    return click.option(
        "--work-dir",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder for the files of jobs. "
        "[default: ARGYRODITE_WORK_DIRECTORY, else argyrodite_runs]",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
seed_option = click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(min=0, max=_MAXIMUM_SEED),
    metavar="INTEGER",
    help="Of random choices.",
)
force_option = click.option("--force", is_flag=True, help="Overwrite files that exist.")


class FiniteRange(click.FloatRange):
    """A range of numbers; click's own lets NaN through."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"{value} is not a finite number", param, ctx)
        return number


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that something takes a while; elsewhere nothing is written."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status(f"{what} ..."):
        yield


def refuse_existing(paths: Iterable[Path], force: bool) -> None:
    """Refuse to overwrite files, unless that was asked for.

    Raises
    ------
    InputError
        If one of `paths` is there and `force` is not set.
    """
    existing = [str(path) for path in paths if path.exists()]
    if existing and not force:
        raise InputError(
            f"{', '.join(existing)} exists already: choose another name or add --force"
        )


def refuse_inputs(paths: Iterable[Path | None], inputs: Iterable[Path | None]) -> None:
    """Refuse to write what a command reads, ``--force`` or not: labels cost more than its result.

    Raises
    ------
    InputError
        If one of `paths` is one of `inputs`.
    """
    read = [path for path in inputs if path is not None and path.exists()]
    for path in paths:
        if path is not None and path.exists() and any(path.samefile(other) for other in read):
            raise InputError(f"{path} is read by this command: write to another file")


def make_folder(folder: Path) -> None:
    """Make the folder of ``-o``.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"folder {str(folder)!r} cannot be created ({error.strerror}): change -o"
        ) from None


def document_record(document: "ArgyroditeDocument") -> dict[str, Any]:
    """Return what a document found, as JSON: without its arrays and what only a store needs."""
    skipped = {"arrays", "schema_version", "stage", "campaign", "software_versions", "created_at"}
    return document.model_dump(mode="json", exclude=skipped, exclude_none=True)


def output_console(*, stderr: bool = False) -> Console:
    """Return a console for results; where there is no terminal, lines are wide and uncoloured."""
    console = Console(stderr=stderr)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, width=_WIDTH_WITHOUT_TERMINAL)
