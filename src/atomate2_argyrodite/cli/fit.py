"""``argyrodite fit``: fit a moment tensor potential to files of labelled configurations."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.fitting_options import (
    FILE,
    SpeciesCommand,
    check_output,
    chosen_threads,
    print_errors,
    read_all,
    species_option,
    threads_option,
)
from atomate2_argyrodite.cli.options import (
    FiniteRange,
    force_option,
    json_option,
    seed_option,
)
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from atomate2_argyrodite.mtp import (
        FitProgress,
        FitResult,
        LabelledConfiguration,
        MomentTensorPotential,
    )

_LEVEL = 8
_CUTOFF = 5.0


@click.command(
    "fit",
    cls=SpeciesCommand,
    epilog="Example: argyrodite fit training.cfg --level 8 --cutoff 5 --species Li P S Cl "
    "--validation 0.1 -o potential.mtp",
)
@click.argument("training", nargs=-1, required=True, type=FILE)
@click.option(
    "--level",
    type=int,
    help=f"Even, 2 to 28; with --start, the higher level to grow to. [default: {_LEVEL}]",
)
@click.option("--cutoff", type=float, metavar="Å", help=f"[default: {_CUTOFF}]")
@species_option
@click.option(
    "--validation",
    default="0.1",
    show_default=True,
    metavar="FILE|FRACTION",
    help="Labelled configurations to judge by, or what fraction of TRAINING to set aside.",
)
@click.option(
    "--split",
    default="trajectory",
    show_default=True,
    type=click.Choice(["trajectory", "frame"]),
    help="Set aside whole trajectories (where configurations name theirs), or single frames.",
)
@click.option(
    "--weights",
    nargs=3,
    type=float,
    default=(100.0, 1.0, 0.0),
    show_default=True,
    metavar="E F S",
    help="Of energy, forces and stress, in MLIP's meaning.",
)
@click.option("--start", type=FILE, metavar="POTENTIAL", help="Potential to continue from.")
@click.option(
    "--starts",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Random starts, of which the best after 50 iterations goes on.",
)
@click.option(
    "--iterations",
    default=500,
    show_default=True,
    type=click.IntRange(min=1),
    help="Most iterations of the fit.",
)
@click.option(
    "--tolerance",
    default=0.005,
    show_default=True,
    type=FiniteRange(min=0.0),
    help="Relative gain in validation loss (in loss, without validation set) that 50 iterations "
    "must reach to count.",
)
@click.option(
    "--patience",
    default=4,
    show_default=True,
    type=click.IntRange(min=1),
    help="How many times 50 iterations without gain end the fit.",
)
@click.option(
    "--checkpoint",
    type=FILE,
    help="File (.npz) to continue from if it is there; written every 50 iterations.",
)
@seed_option
@threads_option
@click.option(
    "-o", "--output", default="potential.mtp", show_default=True, type=FILE, help="File to write."
)
@json_option
@force_option
def command(
    training: tuple[Path, ...],
    level: int | None,
    cutoff: float | None,
    species: list[str] | None,
    validation: str,
    split: str,
    weights: tuple[float, float, float],
    start: Path | None,
    starts: int,
    iterations: int,
    tolerance: float,
    patience: int,
    checkpoint: Path | None,
    seed: int,
    threads: int | None,
    output: Path,
    as_json: bool,
    force: bool,
) -> None:
    """Fit a potential to TRAINING: files in MLIP's .cfg, extxyz, .npz, or of any kind ASE reads."""
    from atomate2_argyrodite.mtp import FitWeights, MomentTensorPotential, best_start, fit_potential
    from atomate2_argyrodite.mtp.training_data import fit_warnings

    inputs = [*training, Path(validation)]
    check_output(output, force, configurations=False, inputs=inputs)
    check_output(checkpoint, force=True, configurations=False, inputs=inputs)
    checked_weights = FitWeights(*weights)
    begun = None
    if start is not None:
        _refuse_shape(cutoff, starts)
        begun = MomentTensorPotential.from_file(start, species)
    elements = species or (list(begun.species) if begun else None)
    fitted, judged = _sets(training, validation, elements, split, seed)
    _warn_of_leaks(fitted, judged)
    if begun is None:
        candidates = [
            _untrained(fitted, level, cutoff, elements, seed + shift) for shift in range(starts)
        ]
    else:
        candidates = [_grown(begun, level, seed)]
    _announce(candidates[0], fitted, judged, to_stderr=as_json)
    for warning in fit_warnings(candidates[0], fitted, checked_weights):
        click.echo(f"Warning: {warning}", err=True)
    count = chosen_threads(threads)
    result = fit_potential(
        best_start(candidates, fitted, judged, checked_weights, threads=count),
        fitted,
        judged,
        checked_weights,
        maximum_iterations=iterations,
        tolerance=tolerance,
        patience=patience,
        threads=count,
        checkpoint=checkpoint,
        progress=partial(_print_progress, to_stderr=as_json),
    )
    result.potential.to_file(output)
    click.echo(json.dumps(_record(result, output))) if as_json else _print_result(result, output)


def _record(result: "FitResult", output: Path) -> dict[str, Any]:
    sets = {"training": result.training_errors, "validation": result.validation_errors}
    return {
        "potential": str(output),
        "potential_id": result.potential.potential_id,
        "converged": result.converged,
        "errors": {name: asdict(errors) for name, errors in sets.items() if errors is not None},
    }


def _print_result(result: "FitResult", output: Path) -> None:
    sets = {"training": result.training_errors, "validation": result.validation_errors}
    print_errors({name: errors for name, errors in sets.items() if errors is not None})
    if not result.converged:
        click.echo("The loss was still falling: raise --iterations, or continue with --start.")
    click.echo(f"Wrote {output}: potential {result.potential.potential_id}")


def _refuse_shape(cutoff: float | None, starts: int) -> None:
    if cutoff is not None or starts > 1:
        raise InputError("--start keeps the cutoff and is one start: leave out --cutoff, --starts")


def _grown(start: "MomentTensorPotential", level: int | None, seed: int) -> "MomentTensorPotential":
    from atomate2_argyrodite.mtp import grown_potential

    return start if level is None else grown_potential(start, level, seed=seed)


def _print_progress(reached: "FitProgress", *, to_stderr: bool) -> None:
    text = (
        f"iteration {reached.iteration}: loss {reached.loss:.6g}, "
        f"RMSE {reached.energy_rmse_mev_per_atom:.4g} meV/atom "
        f"{reached.force_rmse_ev_per_angstrom:.4g} eV/Å"
    )
    if reached.validation_loss is not None:
        text += (
            f"; validation loss {reached.validation_loss:.6g}, "
            f"RMSE {reached.validation_energy_rmse_mev_per_atom:.4g} meV/atom "
            f"{reached.validation_force_rmse_ev_per_angstrom:.4g} eV/Å"
        )
    click.echo(text, err=to_stderr)


def _sets(
    training: Sequence[Path],
    validation: str,
    species: Sequence[str] | None,
    split: str,
    seed: int,
) -> "tuple[list[LabelledConfiguration], list[LabelledConfiguration]]":
    """Return the configurations to fit and those to judge by."""
    from atomate2_argyrodite.training.data import split_frames

    try:
        fraction = float(validation)
    except ValueError:
        fitted, judged = read_all(training, species), read_all([Path(validation)], species)
        _review([*fitted, *judged])
        return fitted, judged
    if not 0.0 <= fraction < 1.0:
        raise InputError(f"--validation {validation} must be a file, or at least 0 and below 1")
    frames = read_all(training, species)
    _review(frames)
    if fraction > 0.0 and len(frames) < 2:
        raise InputError(
            "there is 1 configuration, so none can be set aside: add data or --validation 0"
        )
    return split_frames(frames, fraction, split, seed)


def _untrained(
    training: "Sequence[LabelledConfiguration]",
    level: int | None,
    cutoff: float | None,
    species: Sequence[str] | None,
    seed: int,
) -> "MomentTensorPotential":
    from atomate2_argyrodite.mtp import starting_potential
    from atomate2_argyrodite.mtp.cfg_writer import species_of

    return starting_potential(
        training,
        _LEVEL if level is None else level,
        _CUTOFF if cutoff is None else cutoff,
        species or species_of(training),
        seed,
    )


def _review(configurations: "Sequence[LabelledConfiguration]") -> None:
    """Refuse absurd data and tell of odd ones, counted through the files; nothing is dropped."""
    from atomate2_argyrodite.mtp import review_data
    from atomate2_argyrodite.mtp.training_data import check_frames

    check_frames(configurations)
    for warning in review_data(configurations).warnings:
        click.echo(f"Warning: {warning} (counted from 0 through the files)", err=True)


def _warn_of_leaks(
    training: "Sequence[LabelledConfiguration]", validation: "Sequence[LabelledConfiguration]"
) -> None:
    """Say whether the validation set repeats configurations of the training set."""
    from atomate2_argyrodite.mtp import review_data

    groups = review_data([*training, *validation]).duplicates
    shared = sum(group[0] < len(training) <= group[-1] for group in groups)
    if shared:
        click.echo(
            f"Warning: {shared} configurations of the validation set are in the training set too: "
            "its errors flatter the potential",
            err=True,
        )


def _announce(
    potential: "MomentTensorPotential",
    training: "Sequence[LabelledConfiguration]",
    validation: "Sequence[LabelledConfiguration]",
    *,
    to_stderr: bool,
) -> None:
    """Say what is fitted to what."""
    click.echo(
        f"{len(training)} training and {len(validation)} validation configurations; species "
        f"{' '.join(potential.species)}, cutoff {potential.cutoff:g} Å, shortest distance "
        f"{potential.min_distance:g} Å, {len(potential.parameters)} parameters",
        err=to_stderr,
    )
