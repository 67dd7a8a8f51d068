"""``argyrodite mechanism``: cages, jumps, density of Li and motion of PS4 in a trajectory."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.fitting_options import FILE, SpeciesCommand
from atomate2_argyrodite.cli.options import (
    document_record,
    force_option,
    json_option,
    make_folder,
    refuse_existing,
)
from atomate2_argyrodite.cli.structure_options import Indices
from atomate2_argyrodite.cli.trajectory_options import (
    read_trajectory,
    reading_progress,
    temperature_of_each,
    trajectory_options,
)

if TYPE_CHECKING:
    from atomate2_argyrodite.conductivity.mechanism_schemas import MechanismDocument
    from atomate2_argyrodite.transport import Trajectory

DENSITY_FILES = ("density.cube", "density.vasp")


@click.command(
    "mechanism",
    cls=SpeciesCommand,
    epilog="Example: argyrodite mechanism run.dcd --structure cell.data -T 600 --fold 3,3,3 "
    "-o mechanism",
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("-T", "--temperature", type=float, required=True, metavar="K", help="In K.")
@trajectory_options
@click.option("--mobile", default="Li", show_default=True, help="The species that diffuses.")
@click.option(
    "--fold",
    type=Indices(),
    default=(1, 1, 1),
    help="Cells of a supercell that are folded into one density. [default: 1,1,1]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for density.cube, density.vasp (CHGCAR) and the figures.",
)
@json_option
@force_option
def command(
    files: tuple[Path, ...],
    temperature: float,
    mobile: str,
    fold: tuple[int, int, int],
    output: Path | None,
    as_json: bool,
    force: bool,
    **reading: Any,
) -> None:
    """Analyse how ions move in FILES, successive files of one simulation.

    Cages and sites of an argyrodite are found from its framework; jumps are counted within 48h
    doublets, within cages and between cages. Of other crystals density and diffusivity remain.
    """
    from atomate2_argyrodite.conductivity.mechanism import analysed_mechanism

    (kelvin,) = temperature_of_each(files[:1], [temperature])
    trajectory = read_trajectory(files, kelvin, **reading)
    _make(output, force)
    with reading_progress() as shown:
        document = analysed_mechanism(
            shown(trajectory, "in several passes"), mobile=mobile, repeats=fold
        )
        if output is not None:
            _write(document, trajectory, mobile, fold, output, quiet=as_json)
    if as_json:
        click.echo(json.dumps(document_record(document)))
    else:
        _print(document)


def _make(folder: Path | None, force: bool) -> None:
    if folder is None:
        return
    refuse_existing([folder / name for name in DENSITY_FILES], force)
    make_folder(folder)


def _write(
    document: "MechanismDocument",
    trajectory: "Trajectory",
    mobile: str,
    fold: tuple[int, int, int],
    folder: Path,
    *,
    quiet: bool,
) -> None:
    from atomate2_argyrodite.conductivity.mechanism import DENSITY_SPACING_ANGSTROM
    from atomate2_argyrodite.report.figures_mechanism import mechanism_pictures
    from atomate2_argyrodite.transport.density import ion_density

    density = ion_density(trajectory, mobile, spacing=DENSITY_SPACING_ANGSTROM, repeats=fold)
    written = [density.write(folder / name) for name in DENSITY_FILES]
    for picture in mechanism_pictures(document):
        target = folder / f"{picture.name}.png"
        target.write_bytes(picture.png)
        written.append(target)
    if not quiet:
        click.echo(f"Wrote {', '.join(map(str, written))}")


def _print(document: "MechanismDocument") -> None:
    from atomate2_argyrodite.report.numbers import number, with_interval

    click.echo(
        f"{document.composition}, {document.n_ions} mobile ions, {document.duration_ps:g} ps at "
        f"{document.temperature_kelvin:g} K"
    )
    for jump in document.jumps or ():
        rate = with_interval(jump.rate_per_ns, jump.rate_interval_95_per_ns)
        click.echo(
            f"{jump.kind.replace('_', '-') + ' jumps':17} {jump.count:7}   {rate} per ion and ns, "
            f"{number(jump.distance_angstrom)} Å"
        )
    if document.jumps:
        cages = ", ".join(
            f"{number(count)} around {anion}" for anion, count in document.lithium_per_cage.items()
        )
        click.echo(
            f"{document.n_cages} cages; Li per cage: {cages}; mean stay "
            f"{number(document.cage_residence_ps)} ps; on sites "
            f"{100 * (document.fraction_in_cores or 0):.0f} % of the time"
        )
    if document.correlation_factor is not None:
        click.echo(
            f"Tracer D {number(document.tracer_diffusivity_cm2_per_s)} cm² s⁻¹ is "
            f"{number(document.correlation_factor, 2)} of that of uncorrelated jumps between cages"
        )
    _print_tetrahedra(document)
    for warning in document.warnings:
        click.echo(f"Note: {warning}")


def _print_tetrahedra(document: "MechanismDocument") -> None:
    from atomate2_argyrodite.report.numbers import number, with_interval

    units = document.tetrahedra
    if units is None:
        return
    rate = with_interval(units.turn_rate_per_ns, units.turn_rate_interval_95_per_ns)
    click.echo(
        f"{units.n_units} PS4 units librate by {number(units.libration_amplitude_degrees)}° (rms); "
        f"{units.turned_units} of them turned, {units.turns_by_120_degrees} times by 120° and "
        f"{units.turns_by_180_degrees} times by 180°: {rate} per unit and ns"
    )
