"""``argyrodite structures``: write the crystals of the method to files and figures."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.completion import complete_crystal
from atomate2_argyrodite.cli.options import json_option, seed_option
from atomate2_argyrodite.cli.structure_options import (
    Amounts,
    Indices,
    crystal_options,
    file_options,
    folder_options,
    read_crystal,
    read_family,
    split_options,
)
from atomate2_argyrodite.cli.structure_output import check_target, write_file, write_folder
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from pymatgen.core import Structure

    from atomate2_argyrodite.structures import SiteDisorderConfiguration


@click.group(
    "structures",
    epilog="Example: argyrodite structures boundary 50-P222_1 -o boundary.json --figure gb.png",
)
def command() -> None:
    """Write crystals, slabs and grain boundaries as CIF, POSCAR, LAMMPS data or JSON.

    CRYSTAL is the label of a configuration, such as 0-F-43m or 50-P222_1, or a file that holds a
    cubic argyrodite, such as a random structure written before (JSON is read fastest).
    """


@command.command(
    "configurations",
    epilog="Example: argyrodite structures configurations --halide Br -o crystals --format poscar",
)
@click.argument("labels", nargs=-1)
@crystal_options
@seed_option
@folder_options
@json_option
def configurations_command(
    labels: tuple[str, ...],
    output: Path | None,
    file_format: str | None,
    figures: bool,
    force: bool,
    as_json: bool,
    **family: Any,
) -> None:
    """List the site-disordered crystals, and write those with LABELS (default: all) to -o."""
    from atomate2_argyrodite.structures import find_configuration

    found = read_family(**family)
    chosen = [find_configuration(found, label) for label in labels] or found
    if as_json:
        click.echo(json.dumps([_record(crystal) for crystal in chosen]))
    else:
        _print_family(chosen)
    if output is not None:
        structures = {c.label: c.structure for c in chosen}
        write_folder(structures, output, file_format, figures, force, quiet=as_json)


def _print_family(crystals: "Sequence[SiteDisorderConfiguration]") -> None:
    for c in crystals:
        click.echo(
            f"{c.label:14} {c.composition:18} {100 * c.halide_fraction_4c:3.0f} % X at 4c  "
            f"{c.space_group_symbol:8} multiplicity {c.multiplicity:3}  {len(c.structure)} atoms  "
            f"a = {c.lattice_constant:.3f} Å"
        )


def _record(crystal: "SiteDisorderConfiguration") -> dict[str, Any]:
    return {
        "label": crystal.label,
        "composition": crystal.composition,
        "halide_fraction_4c": crystal.halide_fraction_4c,
        "space_group": crystal.space_group_symbol,
        "multiplicity": crystal.multiplicity,
        "n_atoms": len(crystal.structure),
        "lattice_constant_angstrom": crystal.lattice_constant,
    }


@command.command(
    "strained",
    epilog="Example: argyrodite structures strained 0-F-43m --strain -0.02 -o strained",
)
@click.argument("crystal", shell_complete=complete_crystal)
@crystal_options
@click.option(
    "--strain", "strains", type=float, multiple=True, help="Repeatable. [default: -0.05 0 0.05]"
)
@click.option(
    "--kind",
    default="isotropic",
    show_default=True,
    help="isotropic, uniaxial, shear or random.",
)
@seed_option
@folder_options
def strained_command(
    crystal: str,
    strains: tuple[float, ...],
    kind: str,
    seed: int,
    output: Path | None,
    file_format: str | None,
    figures: bool,
    force: bool,
    **family: Any,
) -> None:
    """Write strained copies of CRYSTAL to the folder -o (default: this one)."""
    from atomate2_argyrodite.structures import strained_structures
    from atomate2_argyrodite.structures.strain import PAPER_STRAINS

    chosen = strains or PAPER_STRAINS
    structure = read_crystal(crystal, seed=seed, **family)
    strained = strained_structures(structure, chosen, kind, seed)
    each = len(strained) // len(chosen)
    stem = Path(crystal).stem if Path(crystal).is_file() else crystal
    named = {
        f"{stem}_{kind}_{chosen[n // each]:+g}" + (f"_{n % each + 1}" if each > 1 else ""): s
        for n, s in enumerate(strained)
    }
    if len(named) < len(strained):
        raise InputError(f"strains {list(chosen)} repeat themselves: name each once")
    write_folder(named, output or Path(), file_format, figures, force)


@command.command(
    "random",
    epilog="Example: argyrodite structures random -e 50-P222_1=0,25-R3m=4 -o random.json",
)
@crystal_options
@click.option("-w", "--weights", type=Amounts(), help="Of the crystals by label.")
@click.option(
    "-e",
    "--energies",
    type=Amounts(),
    help="Relative energies in meV/atom by label instead; others are left out.",
)
@click.option(
    "-T", "--temperature", default=300.0, show_default=True, help="In K, of the energies."
)
@click.option("--no-multiplicity", is_flag=True, help="Weights by energies alone.")
@click.option("--repeats", default=3, show_default=True, help="Cells along each edge.")
@seed_option
@file_options
def random_command(
    weights: dict[str, float] | None,
    energies: dict[str, float] | None,
    temperature: float,
    no_multiplicity: bool,
    repeats: int,
    seed: int,
    **options: Any,
) -> None:
    """Draw a random structure: a supercell of crystals by their weights or energies."""
    from atomate2_argyrodite.structures import find_configuration, random_supercell

    target, family = split_options(options)
    check_target(target)
    found = read_family(seed=seed, **family)
    if (weights is None) == (energies is None):
        raise InputError("a random structure needs either --weights or --energies")
    shares = weights if weights is not None else {}
    if energies is not None:
        shares = _boltzmann(found, energies, temperature, not no_multiplicity)
    for label in shares:
        find_configuration(found, label)
    values = [shares.get(c.label, 0.0) for c in found]
    write_file(
        lambda limit: random_supercell(
            found, values, repeats=repeats, seed=seed, maximum_atoms=limit
        ),
        target,
    )


@command.command(
    "slab", epilog="Example: argyrodite structures slab 0-F-43m --plane 0,2,1 -o slab.vasp"
)
@click.argument("crystal", shell_complete=complete_crystal)
@crystal_options
@seed_option
@click.option("--plane", type=Indices(), default=(0, 2, 1), help="[default: 0,2,1]")
@click.option(
    "--thickness", default=15.0, show_default=True, metavar="Å", help="Least of the slab."
)
@click.option("--vacuum", default=15.0, show_default=True, metavar="Å", help="Above it.")
@click.option("--termination", default=0, show_default=True, help="0 is the best.")
@file_options
def slab_command(
    crystal: str,
    seed: int,
    plane: tuple[int, int, int],
    thickness: float,
    vacuum: float,
    termination: int,
    **options: Any,
) -> None:
    """Cut a stoichiometric slab of CRYSTAL with whole PS4 units."""
    from atomate2_argyrodite.structures import surface_slab

    target, family = split_options(options)
    check_target(target)
    structure = read_crystal(crystal, seed=seed, **family)
    write_file(
        lambda limit: surface_slab(
            structure,
            plane,
            thickness=thickness,
            vacuum=vacuum,
            termination=termination,
            maximum_atoms=limit,
        ),
        target,
    )


@command.command(
    "boundary",
    epilog="Example: argyrodite structures boundary random.json --sigma 5 --axis 1,0,0 "
    "--plane 0,2,1 -o boundary.data",
)
@click.argument("crystal", shell_complete=complete_crystal)
@crystal_options
@seed_option
@click.option("--sigma", default=5, show_default=True, help="One site in SIGMA coincides.")
@click.option("--axis", type=Indices(), default=(1, 0, 0), help="[default: 1,0,0]")
@click.option(
    "--plane",
    type=Indices(),
    default=(0, 2, 1),
    help="Contains the axis (tilt) or is normal to it (twist). [default: 0,2,1]",
)
@click.option("--angle", type=float, metavar="DEGREES", help="Where one sigma has several.")
@click.option("--grain-thickness", type=float, metavar="Å", help="[default: one period]")
@click.option(
    "--shift", default=0, show_default=True, help="Which shift of the grains; 0 overlaps least."
)
@file_options
def boundary_command(
    crystal: str,
    seed: int,
    sigma: int,
    axis: tuple[int, int, int],
    plane: tuple[int, int, int],
    angle: float | None,
    grain_thickness: float | None,
    shift: int,
    **options: Any,
) -> None:
    """Build a bicrystal of CRYSTAL with two equal grain boundaries."""
    target, family = split_options(options)
    check_target(target)
    structure = read_crystal(crystal, seed=seed, **family)

    def build(limit: int) -> "Structure":
        from atomate2_argyrodite.structures import screened_boundaries

        found = screened_boundaries(
            structure,
            sigma,
            axis,
            plane,
            angle=angle,
            grain_thickness=grain_thickness,
            maximum_atoms=limit,
            count=1,
            first=shift,
        )
        return found[0]

    write_file(build, target)


def _boltzmann(
    found: "Sequence[SiteDisorderConfiguration]",
    energies: Mapping[str, float],
    temperature: float,
    count_multiplicities: bool,
) -> dict[str, float]:
    """Return weights by label from energies in meV/atom by label."""
    from atomate2_argyrodite.structures import boltzmann_weights, find_configuration

    chosen = [find_configuration(found, label) for label in energies]
    counts = [c.multiplicity for c in chosen] if count_multiplicities else None
    values = [energy / 1000 for energy in energies.values()]
    return dict(zip(energies, boltzmann_weights(values, temperature, counts), strict=True))
