"""Options and output that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

_WIDTH_WITHOUT_TERMINAL = 160
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


def output_console() -> Console:
    """Return a console for results; where there is no terminal, lines are wide and uncoloured."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH_WITHOUT_TERMINAL)
