"""``argyrodite grade``: extrapolation grades, and the choice of what to label."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from atomate2_argyrodite.cli.fitting_options import (
    FILE,
    SpeciesCommand,
    check_output,
    chosen_threads,
    read_all,
    species_option,
    threads_option,
)
from atomate2_argyrodite.cli.options import force_option, json_option
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration, MomentTensorPotential
    from atomate2_argyrodite.mtp.active_set import Mode

ACTIVE_SET_SUFFIX = ".mtpas"
_SHOWN = 10
_STEPS = (1.0, 2.1, 10.0)  # interpolation ends; MLIP's defaults to save and to break


@click.command(
    "grade",
    cls=SpeciesCommand,
    epilog="Example: argyrodite grade potential.mtp training.cfg candidates.cfg --select 20 "
    "-o selected.cfg    or, for pair_style mtp/extrapolation of LAMMPS:    argyrodite grade "
    "potential.mtp training.cfg --save-active-set potential.mtpas",
)
@click.argument("potential", type=FILE)
@click.argument("training", type=FILE)
@click.argument("candidates", nargs=-1, type=FILE)
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
@click.option(
    "--save-active-set",
    type=FILE,
    metavar="FILE",
    help="Write the active set, for LAMMPS and as TRAINING of later calls; end it in .mtpas.",
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
    mode: "Mode",
    select: int | None,
    save_active_set: Path | None,
    threads: int | None,
    as_json: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Grade CANDIDATES by how far POTENTIAL, trained on TRAINING, extrapolates to them.

    At most 1 is interpolation. With --select, the candidates that extend the active set the most
    are written: those are worth labelling. TRAINING holds configurations, or is an active set
    (.mtpas) that --save-active-set wrote.
    """
    from atomate2_argyrodite.mtp import MomentTensorPotential, write_configurations

    inputs = [potential, training, *candidates]
    check_output(output, force, inputs=inputs)
    check_output(save_active_set, force, configurations=False, inputs=inputs)
    if save_active_set is not None and save_active_set.suffix != ACTIVE_SET_SUFFIX:
        raise InputError(f"{save_active_set} must end in {ACTIVE_SET_SUFFIX}")
    if not candidates and save_active_set is None:
        raise InputError("name CANDIDATES to grade, or --save-active-set FILE")
    if select is not None and output is None and not as_json:
        raise InputError("--select needs -o, a file for the selected configurations, or --json")
    model = MomentTensorPotential.from_file(potential, species)
    count = chosen_threads(threads)
    frames = read_all(candidates, model.species) if candidates else []
    active = _active_set(model, training, mode, count)
    if save_active_set is not None:
        active.to_file(save_active_set)
        click.echo(f"Wrote {save_active_set}: {_described(active)}", err=as_json)
    if not frames:
        return
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


def _active_set(
    model: "MomentTensorPotential", training: Path, mode: "Mode", threads: int
) -> "ActiveSet":
    """Read an active set, or select that of a training set."""
    from atomate2_argyrodite.mtp import ActiveSet

    if training.suffix != ACTIVE_SET_SUFFIX:
        known = read_all([training], model.species)
        return ActiveSet.from_configurations(model, known, mode, threads)
    active = ActiveSet.from_file(model, training)
    if active.mode != mode:
        raise InputError(f"{training} is for --mode {active.mode}, not {mode}")
    return active


def _described(active: "ActiveSet") -> str:
    what = "neighbourhoods" if active.mode == "neighbourhood" else "configurations"
    return f"{len(active.members)} {what} span {len(active.members)} of {len(active.rows)} features"


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
