"""Options of ``argyrodite structures``: crystals by composition, label or file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import click

from atomate2_argyrodite.cli.options import force_option
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from pymatgen.core import Structure

    from atomate2_argyrodite.structures import SiteDisorderConfiguration

DEFAULT_LIMIT = 20_000
"""Atoms; the 14,040 of the large boundary of the method are below it."""
_LEAST, _MOST = 1.0, 1e5
"""Å^3 per atom: what lies outside is in nanometres or metres, or no crystal."""
_FILE_SUFFIXES = (".cif", ".vasp", ".poscar", ".data", ".lmp", ".json")


class Indices(click.ParamType):  # type: ignore[type-arg]
    """Three Miller indices: ``0,2,1``."""

    name = "H,K,L"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> tuple[int, int, int]:
        """Return three integers."""
        if not isinstance(value, str):
            return tuple(value)
        try:
            h, k, l = map(int, value.replace(",", " ").split())  # noqa: E741
        except ValueError:
            raise InputError(f"{value!r} is not three whole numbers: write 0,2,1") from None
        return h, k, l


class Amounts(click.ParamType):  # type: ignore[type-arg]
    """Numbers by name: ``Cl=0.5,Br=0.5``."""

    name = "NAME=NUMBER,..."

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> dict[str, float]:
        """Return the numbers by name."""
        if not isinstance(value, str):
            return dict(value)
        amounts = {}
        for part in value.split(","):
            name, _, number = part.partition("=")
            if name.strip() in amounts:
                raise InputError(f"{value!r} names {name.strip()} twice: give one number for each")
            try:
                amounts[name.strip()] = float(number)
            except ValueError:
                raise InputError(
                    f"{part!r} is not a name and a number: write for example Cl=0.5,Br=0.5"
                ) from None
        return amounts


def _apply(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


crystal_options = _apply(
    click.option("--halide", default="Cl", show_default=True, help="Cl, Br or I of Li6PS5X."),
    click.option(
        "--halides",
        type=Amounts(),
        help="Halides per formula unit instead, together up to 2, e.g. Cl=0.5,Br=0.5 or Cl=1.5.",
    ),
    click.option("--centres", type=Amounts(), help="On 4b, together 1, e.g. P=0.5,Ge=0.5."),
    click.option("--lattice-constant", type=float, metavar="Å", help="[default: of the halide]"),
    click.option(
        "--lithium", default="24g", show_default=True, metavar="SITE", help="24g or 48h (Li6PS5X)."
    ),
)
format_option = click.option(
    "--format", "file_format", metavar="NAME", help="cif, poscar, lammps or json."
)
file_options = _apply(
    click.option(
        "-o",
        "--output",
        required=True,
        type=click.Path(dir_okay=False, path_type=Path),
        help="File to write: .cif, .vasp, .data (LAMMPS) or .json, which keeps all properties.",
    ),
    format_option,
    click.option(
        "--figure",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Figure to write: .png, .pdf or .svg.",
    ),
    force_option,
    click.option(
        "--max-atoms",
        default=DEFAULT_LIMIT,
        show_default=True,
        type=click.IntRange(min=1),
        help="Ask before building more.",
    ),
    click.option("--yes", is_flag=True, help="Build it without asking, however large."),
)
folder_options = _apply(
    click.option(
        "-o",
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder to write the files to; created if needed.",
    ),
    format_option,
    click.option("--figures", is_flag=True, help="Write a PNG beside each file."),
    force_option,
)


def split_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options of the file and those of the crystal."""
    names = ("output", "file_format", "figure", "force", "max_atoms", "yes")
    target = {name: options[name] for name in names}
    return target, {name: value for name, value in options.items() if name not in names}


def read_family(
    halide: str,
    halides: dict[str, float] | None,
    centres: dict[str, float] | None,
    lattice_constant: float | None,
    lithium: str,
    seed: int,
) -> "list[SiteDisorderConfiguration]":
    """Return the configurations of the composition that the options name."""
    from atomate2_argyrodite.structures import (
        composition_configurations,
        site_disorder_configurations,
    )

    if halides is None and centres is None:
        return site_disorder_configurations(halide, lattice_constant, lithium=lithium, seed=seed)
    if lithium != "24g":
        raise InputError(
            f"--lithium {lithium} is for Li6PS5X alone: leave --halides, --centres out"
        )
    return composition_configurations(halides or {halide: 1.0}, centres, lattice_constant)


def read_crystal(text: str, **family: Any) -> "Structure":
    """Return the crystal of a file or a label."""
    from pymatgen.core import Structure

    from atomate2_argyrodite.structures import find_configuration

    if not Path(text).is_file():
        if Path(text).suffix.lower() in _FILE_SUFFIXES or "/" in text:
            what = "is no file" if Path(text).exists() else "does not exist"
            raise InputError(f"file {text!r} {what}: name a crystal's file or its label")
        return find_configuration(read_family(**family), text).structure
    try:
        with catch_warnings():
            simplefilter("ignore")  # what cannot be used is refused, here or below
            structure = Structure.from_file(text)
    except Exception as error:  # noqa: BLE001 - pymatgen raises whatever its parsers meet
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"file {text!r} cannot be read as a structure ({reason}): give CIF, POSCAR or JSON"
        ) from None
    _check_crystal(structure, text)
    return structure


def _check_crystal(structure: "Structure", name: str) -> None:
    """Refuse what no command can use: positions or a cell that are none, partial occupancies."""
    from math import isfinite

    volume = abs(structure.volume) / max(1, len(structure))
    if not (isfinite(float(structure.frac_coords.sum())) and _LEAST <= volume <= _MOST):
        raise InputError(
            f"file {name!r} holds {len(structure)} atoms in {volume:.3g} Å^3 each, or positions "
            "that are not numbers: give a crystal with lengths in Å"
        )
    if not structure.is_ordered:
        raise InputError(
            f"file {name!r} has partially occupied sites ({structure.composition.formula}): "
            "order it first, or name a configuration"
        )
