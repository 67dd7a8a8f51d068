"""``argyrodite boundary``: diffusion by distance from a grain boundary, in one's own trajectory."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.fitting_options import FILE, SpeciesCommand
from atomate2_argyrodite.cli.options import (
    document_record,
    force_option,
    json_option,
    make_folder,
    output_console,
    refuse_existing,
)
from atomate2_argyrodite.cli.trajectory_options import (
    read_trajectory,
    reading_progress,
    temperature_of_each,
    trajectory_options,
)
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from atomate2_argyrodite.conductivity.schemas import DiffusivityResult
    from atomate2_argyrodite.grain_boundary.dynamics_schemas import GrainBoundaryDocument
    from atomate2_argyrodite.transport.slabs import BoundarySlabs

_AXES = {"a": 0, "b": 1, "c": 2}


class Fractions(click.ParamType):  # type: ignore[type-arg]
    """Places along the normal in fractions of the cell: ``0,0.5``."""

    name = "FRACTIONS"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> tuple[float, ...]:
        """Return the numbers.

        Raises
        ------
        InputError
            If one is no number.
        """
        try:
            return tuple(float(word) for word in str(value).replace(",", " ").split())
        except ValueError:
            raise InputError(
                f"--planes {value!r} must list fractions of the cell: write for example 0,0.5"
            ) from None


@dataclass(frozen=True)
class _Division:
    """What the user says of the boundary."""

    planes: tuple[float, ...] | None
    normal: str
    thickness: float
    slabs: str


@click.command(
    "boundary",
    cls=SpeciesCommand,
    epilog="Example: argyrodite boundary run.dcd --structure bicrystal.json -T 350 -o boundary",
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("-T", "--temperature", type=float, required=True, metavar="K", help="In K.")
@trajectory_options
@click.option(
    "--planes",
    type=Fractions(),
    help="Where the boundary planes lie along the normal, as fractions of the cell of the "
    "structure, or of the first frame without one. [default: as a JSON structure of this package "
    "says]",
)
@click.option(
    "--normal",
    type=click.Choice(list(_AXES)),
    default="c",
    show_default=True,
    help="The cell vector that joins the planes.",
)
@click.option(
    "--thickness",
    default=10.0,
    show_default=True,
    metavar="ANGSTROM",
    help="Thickness of every slab but the last, on each side of a plane.",
)
@click.option(
    "--slabs",
    default="GB,Near_GB,Far_GB,Bulk",
    show_default=True,
    help="Names of the slabs from the plane inwards; fewer names for thin cells.",
)
@click.option(
    "--bulk",
    "bulk_files",
    multiple=True,
    type=FILE,
    help="Trajectory of the bulk under the same conditions, to compare with; may be repeated for "
    "replicas. Read with the same options, its species from --bulk-structure.",
)
@click.option(
    "--bulk-structure",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Structure file of the bulk, its atoms in the order of its trajectory.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for boundary.json and the figures.",
)
@json_option
@force_option
def command(
    files: tuple[Path, ...],
    temperature: float,
    planes: tuple[float, ...] | None,
    normal: str,
    thickness: float,
    slabs: str,
    bulk_files: tuple[Path, ...],
    bulk_structure: Path | None,
    output: Path | None,
    as_json: bool,
    force: bool,
    **reading: Any,
) -> None:
    """Analyse the diffusion of Li in FILES, successive files of one simulation of a bicrystal.

    Li is sorted into slabs by its distance from the nearer boundary plane: diffusivities along and
    across with intervals, the number of Li against time and whether its change is real, PS4 units
    and coordination, and what the simulation cannot resolve.
    """
    from atomate2_argyrodite.grain_boundary.dynamics import analysed_boundary

    (kelvin,) = temperature_of_each(files[:1], [temperature])
    division, reference = _division(_Division(planes, normal, thickness, slabs), reading)
    trajectory = read_trajectory(files, kelvin, **reading)
    _make(output, force)
    with reading_progress() as shown:
        document = analysed_boundary(
            trajectory,
            division,
            reference=reference,
            bulk=_bulk(bulk_files, bulk_structure, kelvin, reading),
            bulk_configuration="trajectory" if bulk_files else None,
            watch=shown,
        )
    if output is not None:
        _write(document, output, quiet=as_json)
    if as_json:
        click.echo(json.dumps(document_record(document)))
    else:
        _print(document)


def _division(
    asked: _Division, reading: dict[str, Any]
) -> "tuple[BoundarySlabs, NDArray[np.float64] | None]":
    """Return the slabs, and the fractional coordinates of the structure in which planes are."""
    import numpy as np

    from atomate2_argyrodite.transport.formats.ase_files import frame_of, read_structure
    from atomate2_argyrodite.transport.slabs import BoundarySlabs

    planes, reference = asked.planes, None
    if reading["structure"] is not None:
        structure = read_structure(reading["structure"])
        positions, cell = frame_of(structure)
        reference = positions @ np.linalg.inv(cell)
        known = getattr(structure, "properties", None) or {}
        planes = tuple(known.get("boundary_planes") or ()) if planes is None else planes
    if not planes:
        raise InputError(
            "the boundary planes are not known: give --planes, for example --planes 0,0.5, or with "
            "--structure a JSON file that 'argyrodite structures boundary' wrote"
        )
    names = tuple(name.strip() for name in asked.slabs.split(","))
    division = BoundarySlabs(planes, asked.thickness, names, _AXES[asked.normal])
    return division, reference


def _bulk(
    files: tuple[Path, ...], structure: Path | None, temperature: float, reading: dict[str, Any]
) -> "DiffusivityResult | None":
    if not files:
        if structure is not None:
            raise InputError("--bulk-structure is given without --bulk: name its trajectory")
        return None
    from atomate2_argyrodite.conductivity.analysis import diffusivity_result
    from atomate2_argyrodite.transport import diffusion

    options = {**reading, "structure": structure}
    if structure is not None:
        options["species"] = None
    runs = [read_trajectory([path], temperature, **options) for path in files]
    return diffusivity_result(diffusion(runs, "Li"))


def _make(folder: Path | None, force: bool) -> None:
    if folder is None:
        return
    refuse_existing([folder / "boundary.json"], force)
    make_folder(folder)


def _write(document: "GrainBoundaryDocument", folder: Path, *, quiet: bool) -> None:
    from atomate2_argyrodite.report.figures_grain_boundary import boundary_pictures

    record = folder / "boundary.json"
    record.write_text(json.dumps(document_record(document), indent=1) + "\n", encoding="utf-8")
    written = [record]
    for picture in boundary_pictures(document):
        target = folder / f"{picture.name}.png"
        target.write_bytes(picture.png)
        written.append(target)
    if not quiet:
        click.echo(f"Wrote {', '.join(map(str, written))}")


def _print(document: "GrainBoundaryDocument") -> None:
    from rich.table import Table

    from atomate2_argyrodite.report.sections_grain_boundary import (
        SLAB_COLUMNS,
        ratio_sentences,
        slab_rows,
    )

    title = (
        f"{document.composition}, {document.n_atoms:,} atoms, {document.duration_ps:g} ps at "
        f"{document.temperature_kelvin:g} K: D of Li in cm² s⁻¹, 95 % intervals"
    )
    table = Table(title=title)
    for name in SLAB_COLUMNS:
        table.add_column(name)
    for row in slab_rows(document):
        table.add_row(*row)
    output_console().print(table)
    for sentence in [*ratio_sentences(document), *document.unresolved]:
        click.echo(sentence)
    for warning in document.warnings:
        click.echo(f"Note: {warning}")
