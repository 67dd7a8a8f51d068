"""``argyrodite evaluate``: predictions of a potential, and their errors."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.fitting_options import (
    FILE,
    SpeciesCommand,
    check_output,
    chosen_threads,
    error_rows,
    print_errors,
    read_all,
    species_option,
    threads_option,
)
from atomate2_argyrodite.cli.options import force_option, json_option

if TYPE_CHECKING:
    from atomate2_argyrodite.mtp import Evaluation, LabelledConfiguration, MomentTensorPotential

_GROUPS = {"configuration": "configuration", "temperature": "temperature_kelvin"}


@click.command(
    "evaluate",
    cls=SpeciesCommand,
    epilog="Example: argyrodite evaluate potential.mtp test.cfg -o predictions.extxyz",
)
@click.argument("potential", type=FILE)
@click.argument("configurations", nargs=-1, required=True, type=FILE)
@species_option
@threads_option
@json_option
@click.option(
    "-o",
    "--output",
    type=FILE,
    help="File for predicted energies, forces and stresses: .cfg, .extxyz, .xyz or .npz.",
)
@force_option
def command(
    potential: Path,
    configurations: tuple[Path, ...],
    species: list[str] | None,
    threads: int | None,
    as_json: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Evaluate POTENTIAL on CONFIGURATIONS, and compare with the labels that they have."""
    from atomate2_argyrodite.mtp import MomentTensorPotential, write_configurations

    check_output(output, force, inputs=[potential, *configurations])
    model = MomentTensorPotential.from_file(potential, species)
    frames = read_all(configurations, model.species)
    predictions = model.evaluate(frames, chosen_threads(threads))
    if output is not None:
        write_configurations(output, _predicted(model, frames, predictions), model.species)
    record = _record(model, frames, predictions, chosen_threads(threads))
    if as_json:
        click.echo(json.dumps(record))
        return
    _print(record)
    if output is not None:
        click.echo(f"Wrote {output}")


def _predicted(
    model: "MomentTensorPotential",
    frames: "Sequence[LabelledConfiguration]",
    predictions: "Sequence[Evaluation]",
) -> "list[LabelledConfiguration]":
    """Return the frames with the predictions for labels."""
    return [
        replace(
            frame,
            energy=prediction.energy,
            forces=prediction.forces,
            stress=prediction.stress,
            metadata={**frame.metadata, "potential_id": model.potential_id},
        )
        for frame, prediction in zip(frames, predictions, strict=True)
    ]


def _record(
    model: "MomentTensorPotential",
    frames: "Sequence[LabelledConfiguration]",
    predictions: "Sequence[Evaluation]",
    threads: int,
) -> dict[str, Any]:
    from atomate2_argyrodite.mtp import (
        errors_by_configuration,
        errors_by_group,
        force_error_distribution,
        force_errors_by_element,
        parity,
    )

    labelled = [index for index, frame in enumerate(frames) if frame.is_labelled]
    record: dict[str, Any] = {
        "potential_id": model.potential_id,
        "n_configurations": len(frames),
        "n_labelled": len(labelled),
        "errors": None,
        "force_errors_by_element": {},
        **{f"errors_by_{group}": {} for group in _GROUPS},
        "force_error_distribution": None,
        "configurations": [
            {"n_atoms": len(f), "energy_ev": p.energy}
            for f, p in zip(frames, predictions, strict=True)
        ],
    }
    if labelled:
        chosen = [frames[index] for index in labelled]
        compared = parity(model, chosen, threads)
        record["errors"] = asdict(compared.errors)
        record["force_errors_by_element"] = {
            symbol: asdict(errors)
            for symbol, errors in force_errors_by_element(compared, chosen).items()
        }
        record["force_error_distribution"] = asdict(force_error_distribution(compared))
        for group, key in _GROUPS.items():
            parts = errors_by_group(compared, chosen, key)
            record[f"errors_by_{group}"] = {k: asdict(part) for k, part in parts.items()}
        for index, errors in zip(labelled, errors_by_configuration(compared, chosen), strict=True):
            record["configurations"][index]["errors"] = asdict(errors)
    return record


def _print(record: Mapping[str, Any]) -> None:
    from atomate2_argyrodite.mtp import PredictionErrors, verdict

    energies = [c["energy_ev"] / c["n_atoms"] for c in record["configurations"]]
    click.echo(
        f"{record['n_configurations']} configurations, {record['n_labelled']} of them labelled; "
        f"predicted energies from {min(energies):.6g} to {max(energies):.6g} eV/atom"
    )
    if record["errors"] is None:
        return
    errors = PredictionErrors(**record["errors"])
    print_errors({"labelled": errors})
    for symbol, of_element in record["force_errors_by_element"].items():
        click.echo(
            f"forces on {symbol:2} ({of_element['n_atoms']} atoms): MAE {of_element['mae']:.4g}, "
            f"RMSE {of_element['rmse']:.4g}, largest {of_element['largest']:.4g} eV/Å"
        )
    for group in _GROUPS:
        for value, part in record[f"errors_by_{group}"].items():
            rows = error_rows(PredictionErrors(**part))
            click.echo(
                f"{group} {value} ({part['n_configurations']}): MAE / RMSE "
                + "; ".join(f"{name} {row}" for name, row in rows.items() if row != "-")
            )
    quantiles = record["force_error_distribution"]
    click.echo(
        "force errors in eV/Å: "
        + ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in quantiles.items())
    )
    click.echo(f"Of the method's thresholds: {verdict(errors)}")
