"""``argyrodite grade``: extrapolation grades, and the choice of what to label."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from atomate2_argyrodite.cli.fitting_options import (
    FILE,
    SpeciesCommand,
    check_output,
    chosen_threads,
    force_option,
    json_option,
    read_all,
    species_option,
    threads_option,
)
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration

_SHOWN = 10
_STEPS = (1.0, 2.1, 10.0)  # interpolation ends; MLIP's defaults to save and to break


@click.command(
    "grade",
    cls=SpeciesCommand,
    epilog="Example: argyrodite grade potential.mtp training.cfg candidates.cfg --select 20 "
    "-o selected.cfg",
)
@click.argument("potential", type=FILE)
@click.argument("training", type=FILE)
@click.argument("candidates", nargs=-1, required=True, type=FILE)
@species_option
@click.option(
    "--mode",
    default="neighbourhood",
    show_default=True,
    type=click.Choice(["neighbourhood", "configuration"]),
    help="Grade each atom, or each configuration as a whole.",
)
@click.option(
    "--select",
    type=click.IntRange(min=1),
    metavar="N",
    help="Choose at most N of CANDIDATES to label, by MaxVol.",
)
@threads_option
@json_option
@click.option(
    "-o",
    "--output",
    type=FILE,
    help="File for the selected, or else all, candidates with their grade: .cfg, .extxyz, .npz.",
)
@force_option
def command(
    potential: Path,
    training: Path,
    candidates: tuple[Path, ...],
    species: list[str] | None,
    mode: Literal["neighbourhood", "configuration"],
    select: int | None,
    threads: int | None,
    as_json: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Grade CANDIDATES by how far POTENTIAL, trained on TRAINING, extrapolates to them.

    At most 1 is interpolation. With --select, the candidates that extend the active set the most
    are written: those are worth labelling.
    """
    from atomate2_argyrodite.mtp import ActiveSet, MomentTensorPotential, write_configurations

    check_output(output, force)
    if select is not None and output is None and not as_json:
        raise InputError("--select needs -o, a file for the selected configurations, or --json")
    model = MomentTensorPotential.from_file(potential, species)
    known = read_all([training], model.species)
    frames = read_all(candidates, model.species)
    count = chosen_threads(threads)
    active = ActiveSet.from_configurations(model, known, mode, count)
    grades = active.grade(frames, count).tolist()
    selected = None if select is None else active.select(frames, select, count)
    written = list(range(len(frames))) if selected is None else selected
    if output is not None and written:
        graded = [_graded(active, frames[k], grades[k]) for k in written]
        write_configurations(output, graded, model.species)
    if as_json:
        record = {"potential_id": model.potential_id, "grades": grades, "selected": selected}
        click.echo(json.dumps(record))
        return
    _print(grades)
    if output is not None:
        click.echo(
            f"Wrote {output}: {len(written)} of {len(frames)} candidates"
            if written
            else "Nothing was written: no candidate extends the active set"
        )


def _graded(
    active: "ActiveSet", configuration: "LabelledConfiguration", grade: float
) -> "LabelledConfiguration":
    """Return a configuration with its grade, and those of its atoms, under MLIP's names."""
    if active.mode == "configuration":
        return configuration.with_metadata(MV_grade=grade)
    atoms = active.grade_atoms(configuration).tolist()
    return configuration.with_metadata(MV_grade=grade, nbh_grades=atoms)


def _print(grades: list[float]) -> None:
    above = ", ".join(f"{sum(g > step for g in grades)} above {step:g}" for step in _STEPS)
    click.echo(f"{len(grades)} candidates; {above}")
    largest = sorted(range(len(grades)), key=lambda k: -grades[k])[:_SHOWN]
    for index in largest:
        click.echo(f"candidate {index}: grade {grades[index]:.4g}")
    if len(grades) > _SHOWN:
        click.echo(f"... and {len(grades) - _SHOWN} with smaller grades (counted from 0)")
