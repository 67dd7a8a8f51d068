"""``argyrodite select``: choose from a pool what to label, before there is a potential."""

import json
from pathlib import Path
from typing import Literal

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
from atomate2_argyrodite.cli.options import force_option, json_option, seed_option
from atomate2_argyrodite.errors import InputError


@click.command(
    "select",
    cls=SpeciesCommand,
    epilog="Example: argyrodite select snapshots.extxyz --count 200 -o to_label.extxyz",
)
@click.argument("pool", nargs=-1, required=True, type=FILE)
@click.option("--count", required=True, type=click.IntRange(min=1), help="How many to choose.")
@click.option(
    "--method",
    default="direct",
    show_default=True,
    type=click.Choice(["direct", "maxvol", "random"]),
    help="One of each cluster of descriptors (needs the package maml), those with neighbourhoods "
    "that span the largest volume, or any.",
)
@click.option(
    "--potential",
    type=FILE,
    help="Potential whose basis functions describe the configurations. [default: a random one of "
    "level 8, 5 Å]",
)
@seed_option
@species_option
@threads_option
@json_option
@click.option(
    "-o",
    "--output",
    type=FILE,
    help="File for the chosen configurations: .cfg, .extxyz, .xyz or .npz.",
)
@force_option
def command(
    pool: tuple[Path, ...],
    count: int,
    method: Literal["direct", "maxvol", "random"],
    potential: Path | None,
    seed: int,
    species: list[str] | None,
    threads: int | None,
    as_json: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Choose configurations of POOL that are worth a label.

    Labels are not needed and not looked at. Where a trained potential exists, `grade --select`
    finds what it lacks.
    """
    from atomate2_argyrodite.mtp import (
        MomentTensorPotential,
        choose_configurations,
        write_configurations,
    )

    check_output(output, force, inputs=[*pool, potential])
    if output is None and not as_json:
        raise InputError("name a file for the chosen configurations with -o, or ask for --json")
    model = None if potential is None else MomentTensorPotential.from_file(potential, species)
    elements = species if model is None else model.species
    frames = read_all(pool, elements)
    chosen = choose_configurations(
        frames, count, method, potential=model, seed=seed, threads=chosen_threads(threads)
    )
    if output is not None:
        write_configurations(output, [frames[k] for k in chosen], elements)
    if as_json:
        click.echo(json.dumps({"method": method, "selected": chosen}))
    elif output is not None:
        click.echo(f"Wrote {output}: {count} of {len(frames)} configurations, chosen by {method}")
