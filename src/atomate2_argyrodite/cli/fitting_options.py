"""Options, arguments and output that commands on potentials and labels share."""

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.options import refuse_existing, refuse_inputs
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from atomate2_argyrodite.mtp import LabelledConfiguration, PredictionErrors

_SYMBOL = re.compile("[A-Z][a-z]?")
FILE = click.Path(path_type=Path)


class SpeciesCommand(click.Command):
    """A command that takes ``--species Li P S Cl`` as well as ``--species Li,P,S,Cl``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Join the symbols that follow ``--species``."""
        joined: list[str] = []
        while args:
            joined.append(args[0])
            args = args[1:]
            if joined[-1] == "--species":
                symbols = list(takewhile(_SYMBOL.fullmatch, args))
                args = args[len(symbols) :]
                joined += [",".join(symbols)] if symbols else []
        return super().parse_args(ctx, joined)


class Species(click.ParamType):  # type: ignore[type-arg]
    """Element symbols: ``Li,P,S,Cl``."""

    name = "SYMBOLS"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> list[str]:
        """Return the symbols."""
        if not isinstance(value, str):
            return list(value)
        symbols = value.replace(",", " ").split()
        if not symbols:
            raise InputError(f"--species {value!r} names no element: write for example Li P S Cl")
        return symbols


species_option = click.option(
    "--species",
    type=Species(),
    metavar="SYMBOLS",
    help="Elements in the order of the type indices of potentials and .cfg files that do not "
    "name them, e.g. Li P S Cl.",
)
threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Results do not depend on it. [default: ARGYRODITE_THREADS, else 1]",
)


def chosen_threads(threads: int | None) -> int:
    """Return `threads`, or what the settings say."""
    from atomate2_argyrodite.settings import load_settings

    return threads or load_settings().threads


def check_output(
    path: Path | None,
    force: bool,
    *,
    configurations: bool = True,
    inputs: Iterable[Path | None] = (),
) -> None:
    """Refuse a file that cannot or must not be written, before anything is computed."""
    from atomate2_argyrodite.mtp.configuration_files import check_written_suffix

    if path is None:
        return
    if configurations:
        check_written_suffix(path)
    if not path.absolute().parent.is_dir():
        raise InputError(f"folder {str(path.parent)!r} does not exist: create it or change -o")
    if path.is_dir():
        raise InputError(f"{path} is a folder: name a file")
    refuse_inputs([path], inputs)
    refuse_existing([path], force)


def read_all(paths: Iterable[Path], species: Sequence[str] | None) -> "list[LabelledConfiguration]":
    """Return the configurations of all files, in order."""
    from atomate2_argyrodite.mtp import read_configurations

    return [c for path in paths for c in read_configurations(path, species)]


def error_rows(errors: "PredictionErrors") -> dict[str, str]:
    """Return MAE and RMSE by quantity, as text with units."""
    rows = {
        "energy / meV/atom": (errors.energy_mae_mev_per_atom, errors.energy_rmse_mev_per_atom),
        "force / eV/Å": (errors.force_mae_ev_per_angstrom, errors.force_rmse_ev_per_angstrom),
        "stress / GPa": (errors.stress_mae_gpa, errors.stress_rmse_gpa),
    }
    return {
        name: "-" if mae is None or rmse is None else f"{mae:.4g} / {rmse:.4g}"
        for name, (mae, rmse) in rows.items()
    }


def print_errors(sets: "dict[str, PredictionErrors]") -> None:
    """Print a table with one column for each set."""
    from rich.table import Table

    from atomate2_argyrodite.cli.options import output_console

    table = Table(title="Errors: MAE / RMSE")
    table.add_column("")
    columns = {}
    for name, errors in sets.items():
        table.add_column(f"{name} ({errors.n_configurations})")
        columns[name] = error_rows(errors)
    for quantity in next(iter(columns.values())):
        table.add_row(quantity, *(column[quantity] for column in columns.values()))
    output_console().print(table)
