"""``argyrodite md``: molecular dynamics of one crystal with LAMMPS, in a folder that resumes."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.completion import complete_crystal
from atomate2_argyrodite.cli.fitting_options import (
    FILE,
    SpeciesCommand,
    species_option,
)
from atomate2_argyrodite.cli.options import FiniteRange, json_option, seed_option
from atomate2_argyrodite.cli.structure_options import (
    Indices,
    crystal_options,
    read_crystal,
)
from atomate2_argyrodite.errors import InputError, RunError

if TYPE_CHECKING:
    from atomate2_argyrodite.engines.lammps import MolecularDynamicsResult
    from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
    from atomate2_argyrodite.engines.lammps_watch import RunProgress
    from atomate2_argyrodite.engines.pair_styles import PairStyle
    from atomate2_argyrodite.mtp import LabelledConfiguration

_RECORD = "run.json"


@click.command(
    "md",
    cls=SpeciesCommand,
    epilog="Example: argyrodite md 50-P222_1 potential.mtp -T 600 --production-ps 200 -o run-600K",
)
@click.argument("crystal", shell_complete=complete_crystal)
@click.argument("potential", type=FILE)
@crystal_options
@species_option
@click.option("-T", "--temperature", type=float, required=True, metavar="K", help="In K.")
@click.option("--production-ps", type=float, required=True, metavar="PS", help="Time of NPT in ps.")
@click.option("--ramp-ps", default=100.0, show_default=True, metavar="PS", help="NVT ramp before.")
@click.option("--supercell", type=Indices(), default=(3, 3, 3), help="[default: 3,3,3]")
@click.option("--time-step-fs", default=2.0, show_default=True, metavar="FS", help="Time step.")
@click.option(
    "--frame-interval-ps",
    default=0.2,
    show_default=True,
    metavar="PS",
    help="Time between two frames of the trajectory.",
)
@click.option(
    "--checkpoint-interval-ps",
    default=50.0,
    show_default=True,
    metavar="PS",
    help="What a kill can cost.",
)
@click.option(
    "--pressure-gpa", default=0.0, show_default=True, metavar="GPA", help="Of the NPT run."
)
@click.option(
    "--barostat", default="aniso", show_default=True, help="Cell that follows: iso, aniso or tri."
)
@click.option(
    "--ps4",
    default="free",
    show_default=True,
    help="free, rigid (units move and turn) or fixed (they do not).",
)
@click.option(
    "--pair-style",
    default="mtp",
    show_default=True,
    help="mtp, or with another LAMMPS (ARGYRODITE_LAMMPS_COMMAND) mlip-2, mlip-3, ml-mtp.",
)
@seed_option
@click.option(
    "--timeout-s",
    type=FiniteRange(min=0.0, min_open=True),
    metavar="S",
    help="Stop after S s; the same command goes on.",
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the run. If it holds this run already, that goes on.",
)
@json_option
def command(
    crystal: str,
    potential: Path,
    species: list[str] | None,
    supercell: tuple[int, int, int],
    pair_style: str,
    seed: int,
    timeout_s: float | None,
    output: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """Simulate CRYSTAL with POTENTIAL: an NVT ramp, then NPT at one temperature.

    CRYSTAL is a label, such as 50-P222_1, or a file (CIF, POSCAR, JSON). Velocities are drawn once;
    an interrupted run goes on from its last checkpoint when the same command is given again. A run
    that loses its crystal is ended, and its cause told.
    """
    settings, family = _settings(options, seed)
    style = _pair_style(pair_style, potential, species)
    configuration = _supercell(read_crystal(crystal, seed=seed, **family), supercell)
    _claim(output, configuration, style, settings)
    with _progress(settings.production_ps, quiet=as_json) as tell:
        result = _run(output, configuration, style, settings, timeout_s, tell)
    record = _summary(result, settings)
    click.echo(json.dumps(record) if as_json else _in_words(record, output))
    if not result.is_complete:
        raise RunError(f"the run in {output} is not complete: {result.outcome}")


def _settings(
    options: Mapping[str, Any], seed: int
) -> "tuple[MolecularDynamicsSettings, dict[str, Any]]":
    """Return the protocol, and the options of the crystal."""
    from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings

    family_names = ("halide", "halides", "centres", "lattice_constant", "lithium")
    protocol = {name: value for name, value in options.items() if name not in family_names}
    settings = MolecularDynamicsSettings(
        temperature_kelvin=protocol.pop("temperature"),
        coupling=protocol.pop("barostat"),
        seed=seed + 1,  # LAMMPS wants it above 0
        **protocol,
    )
    return settings, {name: options[name] for name in family_names}


def _pair_style(kind: str, potential: Path, species: list[str] | None) -> "PairStyle":
    from atomate2_argyrodite.engines.pair_styles import PairStyle
    from atomate2_argyrodite.mtp import MomentTensorPotential

    model = MomentTensorPotential.from_file(potential, species)
    return PairStyle.named(kind, model.to_text(), model.species)


def _supercell(crystal: Any, repeats: tuple[int, int, int]) -> "LabelledConfiguration":
    from atomate2_argyrodite.conductivity.molecular_dynamics import supercell_of

    return supercell_of(crystal, repeats)


def _claim(
    folder: Path,
    configuration: "LabelledConfiguration",
    style: "PairStyle",
    settings: "MolecularDynamicsSettings",
) -> None:
    """Make the folder that of this run, and of no other.

    Raises
    ------
    InputError
        If it holds another run, or other files, or cannot be written.
    """
    from atomate2_argyrodite.conductivity.molecular_dynamics import digest_of

    record = folder / _RECORD
    identity = {"digest": digest_of(configuration, style, settings), "settings": asdict(settings)}
    if record.is_file():
        if _digest_in(record) != identity["digest"]:
            raise InputError(
                f"{folder} holds another run (crystal, potential or settings differ): choose "
                "another folder with -o"
            )
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InputError(f"folder {str(folder)!r} is not empty: choose a new one with -o")
        record.write_text(json.dumps(identity, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"folder {str(folder)!r} cannot be written ({error.strerror}): change -o"
        ) from None


def _digest_in(record: Path) -> str | None:
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        return None
    return found.get("digest") if isinstance(found, dict) else None


def _run(
    folder: Path,
    configuration: "LabelledConfiguration",
    style: "PairStyle",
    settings: "MolecularDynamicsSettings",
    timeout_s: float | None,
    tell: "Callable[[RunProgress], None]",
) -> "MolecularDynamicsResult":
    from atomate2_argyrodite.engines.lammps import run_molecular_dynamics
    from atomate2_argyrodite.settings import load_settings

    return run_molecular_dynamics(
        folder,
        configuration,
        style,
        settings,
        timeout_s=timeout_s,
        installation=load_settings(),
        tell=tell,
    )


@contextmanager
def _progress(production_ps: float, *, quiet: bool) -> "Iterator[Callable[[RunProgress], None]]":
    """Yield what shows the progress of a run on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} ps; {task.description}"),
        TimeRemainingColumn(),
    )
    hidden = quiet or not sys.stderr.isatty()
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=hidden
    ) as progress:
        task = progress.add_task("ramp", total=production_ps)

        def tell(state: "RunProgress") -> None:
            words = f"{state.temperature_kelvin:.0f} K, {state.volume_angstrom3:.0f} Å^3"
            progress.update(task, completed=state.time_ps, description=words)

        yield tell


def _summary(
    result: "MolecularDynamicsResult", settings: "MolecularDynamicsSettings"
) -> dict[str, Any]:
    means = {
        f"mean_{name}": float(values.mean())
        for name, values in result.thermo.items()
        if name != "time_ps" and len(values)
    }
    return {
        "outcome": result.outcome,
        "is_complete": result.is_complete,
        "production_ps": result.production_ps,
        "frame_interval_ps": settings.interval(settings.frame_interval_ps) * settings.time_step_ps,
        "n_atoms": len(result.species),
        **means,
        "microseconds_per_atom_step": result.microseconds_per_atom_step,
        "trajectory": str(result.trajectory) if result.trajectory else None,
        "lammps_version": result.lammps_version,
    }


def _in_words(record: Mapping[str, Any], folder: Path) -> str:
    lines = [f"{record['production_ps']:g} ps of {record['n_atoms']} atoms: {record['outcome']}"]
    if "mean_temperature_kelvin" in record:
        lines.append(
            f"Means: {record['mean_temperature_kelvin']:.1f} K, "
            f"{record['mean_pressure_gpa']:.3f} GPa, {record['mean_volume_angstrom3']:.1f} Å^3"
        )
    if record["microseconds_per_atom_step"] is not None:
        lines.append(f"{record['microseconds_per_atom_step']:.2f} µs of CPU per atom and step")
    if record["trajectory"] is not None:
        structure = folder / "configuration.data"
        lines.append(
            f"Analyse: argyrodite diffusion {record['trajectory']} --structure {structure} -T ..."
        )
    return "\n".join(lines)
