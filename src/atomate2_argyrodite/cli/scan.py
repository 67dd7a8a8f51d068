"""``argyrodite scan``: accuracy against cost of potentials over level and cutoff."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from atomate2_argyrodite.cli.fitting_options import (
    FILE,
    SpeciesCommand,
    chosen_threads,
    read_all,
    species_option,
    threads_option,
)
from atomate2_argyrodite.cli.options import (
    FiniteRange,
    force_option,
    json_option,
    make_folder,
    seed_option,
)
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from atomate2_argyrodite.training.scan_schemas import ScanPoint


@click.command(
    "scan",
    cls=SpeciesCommand,
    epilog="Example: argyrodite scan training.cfg --species Li P S Cl --level 8 --level 12 "
    "--cutoff 5 --cutoff 6 -o scan",
)
@click.argument("training", nargs=-1, required=True, type=FILE)
@click.option(
    "--level",
    "levels",
    multiple=True,
    type=int,
    default=(8, 12, 16),
    show_default=True,
    help="Even, 2 to 28; repeatable.",
)
@click.option(
    "--cutoff",
    "cutoffs",
    multiple=True,
    type=float,
    default=(5.0, 6.0),
    show_default=True,
    metavar="Å",
    help="Repeatable.",
)
@species_option
@click.option(
    "--validation",
    default=0.1,
    show_default=True,
    type=FiniteRange(0.0, 1.0, max_open=True),
    help="Fraction of TRAINING to judge by: whole trajectories, where configurations name theirs.",
)
@click.option(
    "--split",
    default="trajectory",
    show_default=True,
    type=click.Choice(["trajectory", "frame"]),
    help="Set aside whole trajectories (where configurations name theirs), or single frames.",
)
@click.option(
    "--iterations",
    default=500,
    show_default=True,
    type=click.IntRange(min=1),
    help="Most iterations of each fit.",
)
@seed_option
@threads_option
@json_option
@click.option(
    "-o",
    "--output",
    default="scan",
    show_default=True,
    type=FILE,
    help="Folder for scan.json, scan.png and the potentials.",
)
@force_option
def command(
    training: tuple[Path, ...],
    levels: tuple[int, ...],
    cutoffs: tuple[float, ...],
    species: list[str] | None,
    validation: float,
    split: str,
    iterations: int,
    seed: int,
    threads: int | None,
    as_json: bool,
    output: Path,
    force: bool,
) -> None:
    """Fit potentials of several levels and cutoffs to TRAINING, and measure each in LAMMPS.

    Repeat --level and --cutoff for more values. The cost is measured on the first configuration.
    """
    from atomate2_argyrodite.mtp import fit_potential, starting_potential
    from atomate2_argyrodite.mtp.cfg_writer import species_of
    from atomate2_argyrodite.mtp.training_data import check_frames
    from atomate2_argyrodite.training.data import split_frames
    from atomate2_argyrodite.training.scan import scan_grid, scan_point, write_figure

    grid = scan_grid(levels, cutoffs)
    if output.exists() and not force:
        raise InputError(f"{output} exists already: choose another folder or add --force")
    frames = read_all(training, species)
    check_frames(frames)
    fitted, judged = split_frames(frames, validation, split, seed)
    elements = species or species_of(fitted)
    starts = [starting_potential(fitted, level, cutoff, elements, seed) for level, cutoff in grid]
    make_folder(output)
    points: list[ScanPoint] = []
    for (level, cutoff), start in zip(grid, starts, strict=True):
        begun = time.perf_counter()
        result = fit_potential(
            start,
            fitted,
            judged,
            maximum_iterations=iterations,
            threads=chosen_threads(threads),
        )
        result.potential.to_file(output / f"level{level}_{cutoff:g}A.mtp")
        points.append(scan_point(level, result, frames[0], time.perf_counter() - begun))
        record = [point.model_dump() for point in points]
        (output / "scan.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
        if not as_json:
            click.echo(_line(points[-1]))
    write_figure(output / "scan.png", points)
    click.echo(
        json.dumps(record) if as_json else f"Wrote {output}: scan.json, scan.png, .mtp files"
    )


def _line(point: "ScanPoint") -> str:
    cost = point.microseconds_per_atom_step
    return (
        f"level {point.level}, {point.cutoff_angstrom:g} Å, {point.n_parameters} parameters: "
        f"MAE {point.errors.energy_mae_mev_per_atom:.3g} meV/atom "
        f"{point.errors.force_mae_ev_per_angstrom:.3g} eV/Å, "
        + (f"{cost:.3g} µs per atom and step" if cost is not None else point.cost_outcome)
    )
