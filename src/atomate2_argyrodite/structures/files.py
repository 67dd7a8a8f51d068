"""Structures to files: CIF, POSCAR, LAMMPS data, and JSON with all properties."""

from collections.abc import Sequence
from pathlib import Path

from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from pymatgen.io.cif import CifWriter

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.structures.prototype import ELEMENT_ORDER

FORMATS = ("cif", "poscar", "lammps", "json")
_FORMAT_OF_SUFFIX = {
    ".cif": "cif",
    ".vasp": "poscar",
    ".poscar": "poscar",
    ".data": "lammps",
    ".lmp": "lammps",
    ".json": "json",
}


def write_structure(
    structure: Structure,
    path: str | Path,
    *,
    file_format: str | None = None,
    species: Sequence[str] | None = None,
) -> Path:
    """Write a structure to a file.

    Parameters
    ----------
    structure
        Any structure.
    path
        Where to; an existing file is replaced.
    file_format
        ``cif``, ``poscar``, ``lammps`` (data file, ``atom_style atomic``, metal units) or ``json``
        (pymatgen's, the only one that keeps ``properties`` such as the boundary planes). By
        default it follows from the name: ``*.cif``, ``*.vasp``, ``*.poscar`` or ``POSCAR*``,
        ``*.data`` or ``*.lmp``, ``*.json``.
    species
        For LAMMPS, the elements in the order of their atom types, as in ``pair_coeff``; by default
        those of the structure in the order Li, P, Sb, Si, Ge, Sn, S, Cl, Br, I.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    InputError
        If the format is unknown, the folder does not exist, or `species` lacks an element.
    """
    target = Path(path)
    chosen = checked_format(target, file_format)
    if not target.parent.is_dir():
        raise InputError(f"folder {str(target.parent)!r} does not exist: create it first")
    if chosen == "lammps":
        _write_lammps(structure, target, species)
    elif chosen == "poscar":
        _write_poscar(structure, target)
    else:
        text = str(CifWriter(structure)) if chosen == "cif" else structure.to_json()
        target.write_text(text, encoding="utf-8")
    return target


def checked_format(path: Path, file_format: str | None = None) -> str:
    """Return the stated format, or the one that follows from the name (see `write_structure`).

    Raises
    ------
    InputError
        If there is no such format.
    """
    chosen = file_format or _format_of_name(path)
    if chosen not in FORMATS:
        raise InputError(f"format {chosen!r} is unknown: choose one of {', '.join(FORMATS)}")
    return chosen


def _format_of_name(path: Path) -> str:
    if path.name.upper().startswith(("POSCAR", "CONTCAR")):
        return "poscar"
    try:
        return _FORMAT_OF_SUFFIX[path.suffix.lower()]
    except KeyError:
        raise InputError(
            f"no format is known for the name {path.name!r}: end it in "
            f"{', '.join(_FORMAT_OF_SUFFIX)} or state the format"
        ) from None


def _write_lammps(structure: Structure, path: Path, species: Sequence[str] | None) -> None:
    from ase.io.lammpsdata import write_lammps_data

    present = set(structure.symbol_set)
    order = list(species) if species else [e for e in ELEMENT_ORDER if e in present]
    missing = sorted(present - set(order))
    if missing:
        raise InputError(f"species {order} lack {', '.join(missing)}, which the structure holds")
    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    with path.open("w", encoding="utf-8") as file:
        write_lammps_data(file, atoms, specorder=order, masses=True, atom_style="atomic")


def _write_poscar(structure: Structure, path: Path) -> None:
    # ASE's writer: pymatgen's takes time with the square of the number of atoms
    from ase.io.vasp import write_vasp

    atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
    write_vasp(path, atoms, direct=True)
