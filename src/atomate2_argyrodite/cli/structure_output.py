"""What ``argyrodite structures`` writes: files, figures, one line on each."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from atomate2_argyrodite.cli.options import make_folder, refuse_existing, working
from atomate2_argyrodite.errors import InputError

if TYPE_CHECKING:
    from pymatgen.core import Structure

_SUFFIXES = {"cif": ".cif", "poscar": ".vasp", "lammps": ".data", "json": ".json"}


def check_target(target: Mapping[str, Any]) -> None:
    """Refuse what cannot be written, before anything is built."""
    from atomate2_argyrodite.structures.figures import check_figure_path
    from atomate2_argyrodite.structures.files import checked_format

    checked_format(target["output"], target["file_format"])
    if not target["output"].parent.is_dir():
        raise InputError(
            f"folder {str(target['output'].parent)!r} does not exist: create it or change -o"
        )
    if target["figure"] is not None:
        check_figure_path(target["figure"])
    written = (target["output"], target["figure"])
    refuse_existing([path for path in written if path is not None], target["force"])


def write_file(build: "Callable[[int], Structure]", target: Mapping[str, Any]) -> None:
    """Build a structure, asking first if it is large, and write file and figure."""
    from atomate2_argyrodite.structures import AtomCountError, structure_figure, write_structure

    try:
        with working("Building the structure"):
            structure = build(target["max_atoms"])
    except AtomCountError as error:
        if not target["yes"]:
            _ask(error.count, error.maximum)
        with working(f"Building {error.count:,} atoms"):
            structure = build(error.count)
    write_structure(structure, target["output"], file_format=target["file_format"])
    click.echo(f"Wrote {target['output']}: {_summary(structure)}")
    if target["figure"] is not None:
        structure_figure(structure, target["figure"])
        click.echo(f"Wrote {target['figure']}")


def _ask(count: int, maximum: int) -> None:
    """Ask whether to build many atoms.

    Raises
    ------
    InputError
        If nobody is there to answer, or the answer is no.
    """
    if not sys.stdin.isatty():
        raise InputError(
            f"the structure would have {count:,} atoms, more than the limit of {maximum:,}: make "
            "it smaller, raise --max-atoms or add --yes"
        )
    if not click.confirm(f"The structure would have {count:,} atoms. Build it?"):
        raise InputError("nothing was built: make the structure smaller")


def write_folder(
    structures: "Mapping[str, Structure]",
    folder: Path,
    file_format: str | None,
    figures: bool,
    force: bool,
    *,
    quiet: bool = False,
) -> None:
    """Write each structure to a file of its name, with a figure if wanted."""
    from atomate2_argyrodite.structures import structure_figure, write_structure
    from atomate2_argyrodite.structures.files import checked_format

    chosen = checked_format(folder, file_format or "cif")
    paths = {name: folder / f"{name}{_SUFFIXES[chosen]}" for name in structures}
    pictures = {name: folder / f"{name}.png" for name in structures if figures}
    refuse_existing([*paths.values(), *pictures.values()], force)
    make_folder(folder)
    for name, path in paths.items():
        write_structure(structures[name], path, file_format=chosen)
        click.echo(f"Wrote {path}: {_summary(structures[name])}", err=quiet)
    for name, picture in pictures.items():
        structure_figure(structures[name], picture, title=name)
        click.echo(f"Wrote {picture}", err=quiet)


def _summary(structure: "Structure") -> str:
    """Return size and what later analysis needs, in one line."""
    edges = " x ".join(f"{length:.3f}" for length in structure.lattice.abc)
    parts = [f"{structure.composition.reduced_formula}, {len(structure):,} atoms, {edges} Å"]
    for name in ("boundary_planes", "surface_planes"):
        if name in structure.properties:
            heights = ", ".join(
                f"{f * structure.lattice.c:.3f}" for f in structure.properties[name]
            )
            parts.append(f"{name.replace('_', ' ')} at z = {heights} Å")
    if "counts" in structure.properties:
        counts = structure.properties["counts"]
        parts.append(", ".join(f"{n} {label}" for label, n in counts.items() if n))
    return "; ".join(parts)
