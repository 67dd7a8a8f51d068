"""``argyrodite diffusion``: diffusivity, conductivity and activation energy from trajectories."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.fitting_options import FILE, SpeciesCommand
from atomate2_argyrodite.cli.options import (
    force_option,
    json_option,
    output_console,
    refuse_existing,
)
from atomate2_argyrodite.cli.trajectory_options import (
    read_trajectory,
    reading_progress,
    temperature_of_each,
    trajectory_options,
)
from atomate2_argyrodite.errors import InputError, TrajectoryError

if TYPE_CHECKING:
    from atomate2_argyrodite.conductivity.schemas import ArrheniusResult, ConductivityDocument
    from atomate2_argyrodite.transport import Diffusivity, Trajectory


@click.command(
    "diffusion",
    cls=SpeciesCommand,
    epilog="Example: argyrodite diffusion 500.dcd 600.dcd -T 500 -T 600 --structure cell.data",
)
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option(
    "-T",
    "--temperature",
    "temperatures",
    type=float,
    multiple=True,
    required=True,
    metavar="K",
    help="In K: once for all FILES, or once for each. Files at one temperature are replicas.",
)
@trajectory_options
@click.option(
    "--continued",
    is_flag=True,
    help="FILES, in this order, are one simulation that was continued after restarts.",
)
@click.option("--mobile", default="Li", show_default=True, help="The species that diffuses.")
@click.option("--charge", default=1.0, show_default=True, help="Its charge in e.")
@click.option(
    "--kinisi", is_flag=True, help="Cross-check D by kinisi, where it is installed (slow)."
)
@json_option
@click.option(
    "--figures",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Draw the mean square displacement and the Arrhenius plot into FOLDER.",
)
@force_option
def command(
    files: tuple[Path, ...],
    temperatures: tuple[float, ...],
    continued: bool,
    mobile: str,
    charge: float,
    kinisi: bool,
    as_json: bool,
    figures: Path | None,
    force: bool,
    **reading: Any,
) -> None:
    """Analyse the diffusion in trajectory FILES of one crystal.

    Reads DCD, LAMMPS text dumps, XDATCAR, extended XYZ and ASE trajectories, wrapped or not. Where
    motion is not diffusive, an upper limit is given instead of a number.
    """
    if figures is not None:
        refuse_existing([figures / "msd_trajectory.png", figures / "arrhenius.png"], force)
    groups = _groups(files, temperatures, continued)
    replicas = {
        temperature: [read_trajectory(paths, temperature, **reading) for paths in simulations]
        for temperature, simulations in groups.items()
    }
    results = _diffusivities(replicas, mobile, charge)
    document = _document(results, replicas)
    checks = _checks(results, replicas, mobile) if kinisi else None
    if figures is not None:
        _draw(document, figures, quiet=as_json)
    if as_json:
        click.echo(json.dumps({**_record(document, mobile), "kinisi": checks}))
    else:
        _print(document)
        _print_checks(checks or [])


def _groups(
    files: Sequence[Path], temperatures: Sequence[float], continued: bool
) -> dict[float, list[list[Path]]]:
    """Return the files of every simulation by temperature."""
    by_file = temperature_of_each(files, temperatures)
    if continued:
        if len(set(by_file)) > 1:
            raise InputError("--continued files are one simulation: give one --temperature")
        return {by_file[0]: [list(files)]}
    if len({path.absolute() for path in files}) < len(files):
        raise InputError("a file is named twice: the same simulation is no replica of itself")
    groups = defaultdict(list)
    for path, temperature in zip(files, by_file, strict=True):
        groups[temperature].append([path])
    return dict(sorted(groups.items()))


def _diffusivities(
    replicas: "dict[float, list[Trajectory]]", mobile: str, charge: float
) -> "list[Diffusivity]":
    from atomate2_argyrodite.transport import diffusion

    results = []
    with reading_progress() as shown:
        for temperature, runs in replicas.items():
            try:
                counted = [shown(run, f"{temperature:g} K") for run in runs]
                results.append(diffusion(counted, mobile, charge))
            except TrajectoryError as error:
                raise TrajectoryError(f"at {temperature:g} K: {error}") from None
    return results


def _document(
    results: "Sequence[Diffusivity]", replicas: "dict[float, list[Trajectory]]"
) -> "ConductivityDocument":
    from pymatgen.core import Composition

    from atomate2_argyrodite.conductivity.analysis import document_of

    species = next(iter(replicas.values()))[0].species
    formulas = {
        Composition.from_dict({s: run.species.count(s) for s in set(run.species)}).reduced_formula
        for runs in replicas.values()
        for run in runs
    }
    if len(formulas) > 1:
        raise InputError(
            f"the files are of different crystals ({', '.join(sorted(formulas))}): analyse each by "
            "itself"
        )
    halides = sorted({"Cl", "Br", "I"} & set(species))
    return document_of(
        results,
        composition=formulas.pop(),
        configuration="trajectory",
        halide=halides[0] if len(halides) == 1 else None,
    )


def _checks(
    results: "Sequence[Diffusivity]", replicas: "dict[float, list[Trajectory]]", mobile: str
) -> list[dict[str, Any]]:
    """Return what kinisi finds in the first replica at every temperature with a diffusivity."""
    from dataclasses import asdict

    from atomate2_argyrodite.transport.kinisi_check import kinisi_diffusivity

    found = []
    for result, (temperature, runs) in zip(results, replicas.items(), strict=True):
        if result.is_diffusive and result.fit_window_ps is not None:
            start = result.fit_window_ps[0]
            check = kinisi_diffusivity(runs[0], mobile, start_ps=start)
            found.append({"temperature_kelvin": temperature, **asdict(check)})
    return found


def _print_checks(checks: list[dict[str, Any]]) -> None:
    from atomate2_argyrodite.report.numbers import with_interval

    for check in checks:
        value = with_interval(check["diffusivity_cm2_per_s"], check["interval_95_cm2_per_s"])
        click.echo(
            f"{check['temperature_kelvin']:g} K, kinisi {check['version']} on {check['n_frames']} "
            f"frames of the first replica: D {value} cm² s⁻¹"
        )


def _record(document: "ConductivityDocument", mobile: str) -> dict[str, Any]:
    """Return the JSON: every field with its unit in its name, and the curves of the MSD."""
    record = document.model_dump(
        mode="json",
        include={"composition", "results", "arrhenius", "arrhenius_reason", "warnings"},
    )
    curves = document.curves.to_arrays()
    record["curves"] = {name: values.tolist() for name, values in curves.items()}
    return {"mobile_species": mobile, **record}


def _draw(document: "ConductivityDocument", folder: Path, *, quiet: bool) -> None:
    from atomate2_argyrodite.report.figures_arrhenius import arrhenius_picture
    from atomate2_argyrodite.report.figures_transport import msd_picture

    pictures = [msd_picture(document)]
    if len(document.results) > 1:
        pictures.append(arrhenius_picture([document]))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            (folder / f"{picture.name}.png").write_bytes(picture.png)
    except OSError as error:
        raise InputError(
            f"folder {str(folder)!r} cannot be written ({error.strerror}): change --figures"
        ) from None
    if not quiet:
        click.echo(f"Wrote {', '.join(str(folder / f'{p.name}.png') for p in pictures)}")


def _print(document: "ConductivityDocument") -> None:
    from rich.table import Table

    from atomate2_argyrodite.report.numbers import diffusivity, number, with_error, with_interval

    table = Table(title=f"{document.composition}, 95 % intervals")
    columns = (
        "T / K",
        "D / cm² s⁻¹",
        "σ / mS cm⁻¹",
        "Haven ratio",
        "fit / ps",
        "hops",
        "simulated",
    )
    for name in columns:
        table.add_column(name)
    for result in document.results:
        sigma = with_interval(
            result.conductivity_ms_per_cm, result.conductivity_interval_95_ms_per_cm
        )
        limit = result.conductivity_upper_limit_ms_per_cm
        window = result.fit_window_ps
        table.add_row(
            f"{result.temperature_kelvin:g}",
            diffusivity(result),
            sigma if result.is_diffusive else f"< {number(limit, 2)}",
            with_error(result.haven_ratio, result.haven_ratio_standard_error),
            f"{number(window[0])} to {number(window[1])}" if window else "-",
            number(result.hops),
            f"{result.n_replicas} x {number(result.simulated_ps / result.n_replicas)} ps",
        )
    output_console().print(table)
    for result in document.results:
        if result.reason is not None:
            click.echo(f"{result.temperature_kelvin:g} K, upper limit only: {result.reason}")
    if document.arrhenius is None:
        click.echo(f"No activation energy: {document.arrhenius_reason}")
    else:
        _print_fit(document.arrhenius)
    for warning in document.warnings:
        click.echo(f"Note: {warning}")


def _print_fit(fit: "ArrheniusResult") -> None:
    from atomate2_argyrodite.report.numbers import activation_energy, number, room_conductivity

    click.echo(f"Activation energy {activation_energy(fit)} eV")
    click.echo(
        f"Conductivity at {fit.extrapolation_temperature_kelvin:g} K, extrapolated: "
        f"{room_conductivity(fit)} mS/cm (Nernst-Einstein, tracer D)"
    )
    for left in fit.leave_one_out:
        click.echo(
            f"  without {left.temperature_left_out_kelvin:g} K: "
            f"{number(left.activation_energy_ev)} eV, {number(left.conductivity_ms_per_cm)} mS/cm"
        )
