"""Trajectories that ASE reads (extended XYZ, ASE's own binary), and structures held in memory."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atomate2_argyrodite.errors import TrajectoryError
from atomate2_argyrodite.transport.formats.text import opened_text
from atomate2_argyrodite.transport.frames import Frame, StreamedFrames


def frame_of(structure: Any) -> Frame:
    """Return positions and cell of an ASE Atoms or a pymatgen Structure.

    Raises
    ------
    TrajectoryError
        If it is neither, or is not periodic in three dimensions.
    """
    if hasattr(structure, "cart_coords"):
        return np.asarray(structure.cart_coords), np.asarray(structure.lattice.matrix)
    if not hasattr(structure, "get_positions"):
        raise TrajectoryError(
            f"a frame is a {type(structure).__name__}: give ASE Atoms or pymatgen Structures"
        )
    return np.asarray(structure.get_positions()), np.asarray(structure.cell)


def species_of(structure: Any) -> list[str]:
    """Return the chemical symbols of an ASE Atoms or a pymatgen Structure."""
    if hasattr(structure, "cart_coords"):
        if not structure.is_ordered:
            raise TrajectoryError(
                f"{structure.composition.formula} has partially occupied sites: give the structure "
                "that was simulated"
            )
        return [site.specie.symbol for site in structure]
    return list(structure.get_chemical_symbols())


def open_structures(structures: Sequence[Any]) -> StreamedFrames:
    """Use a sequence of ASE Atoms or pymatgen Structures, or a trajectory of them, as frames.

    Raises
    ------
    TrajectoryError
        If it is empty.
    """
    if len(structures) == 0:
        raise TrajectoryError("no structure is given: pass at least one frame")

    origin, species = "the list of structures", species_of(structures[0])

    def read() -> Iterator[Frame]:
        # By index: ASE's and pymatgen's trajectories load one frame at a time that way.
        each = (structures[index] for index in range(len(structures)))
        return _frames_of(each, species, origin)

    return StreamedFrames(read, origin, species)


def _frames_of(structures: Iterable[Any], species: list[str], origin: str) -> Iterator[Frame]:
    """Yield the frames of structures, all of which must have the same atoms in the same order."""
    for number, structure in enumerate(structures):
        found = species_of(structure)
        if len(found) == len(species) and found != species:
            at = int(np.argmax(np.array(found) != np.array(species)))
            raise TrajectoryError(
                f"atom {at} of frame {number} of {origin} is {found[at]}, in the first frame "
                f"{species[at]}: write the atoms of every frame in one order"
            )
        yield frame_of(structure)


def _iterate(paths: Sequence[Path], ase_format: str) -> Iterator[Any]:
    from ase.io import iread

    for path in paths:
        try:
            yield from iread(path, index=":", format=ase_format)
        except Exception as error:  # ASE raises whatever its parsers meet
            raise TrajectoryError(
                f"{path} cannot be read as {ase_format!r} by ASE ({type(error).__name__}: "
                f"{error}): it is corrupted, cut, or of another format"
            ) from error


def _open(paths: Sequence[Path], ase_format: str) -> StreamedFrames:
    origin = str(paths[0])
    first = next(_iterate(paths, ase_format), None)
    if first is None:
        raise TrajectoryError(f"{origin} holds no frame: the run ended before its first one")
    species = species_of(first)
    if not species:
        raise TrajectoryError(f"{origin} holds no atoms: give a trajectory of a crystal")

    def read() -> Iterator[Frame]:
        return _frames_of(_iterate(paths, ase_format), species, origin)

    return StreamedFrames(read, origin, species)


def open_extxyz(paths: Sequence[Path]) -> StreamedFrames:
    """Open successive extended XYZ files of one simulation; each frame needs its ``Lattice``."""
    for path in paths:
        _check_counts(path)
    return _open(paths, "extxyz")


def _check_counts(path: Path) -> None:
    """Refuse a file that ends before the atoms that a frame announces: ASE would count up to them.

    All other faults are left to ASE.
    """
    with opened_text(path) as file:
        header, number = file.readline(), 0
        while header.strip():
            try:
                count = int(header)
            except ValueError:
                return
            for _ in range(count + 1):  # a comment and the atoms
                if not file.readline():
                    raise TrajectoryError(
                        f"frame {number} of {path} announces {count} atoms, and the file ends "
                        "before them: it is corrupted, or cut"
                    )
            header, number = file.readline(), number + 1
            while header.lstrip().startswith("VEC"):
                header = file.readline()


def open_ase_trajectory(paths: Sequence[Path]) -> StreamedFrames:
    """Open successive binary trajectories of ASE (``.traj``) of one simulation."""
    return _open(paths, "traj")


def read_structure(path: Path) -> Any:
    """Return the structure in a file: ASE Atoms, or a pymatgen Structure from pymatgen's JSON.

    LAMMPS data files (``.data``, ``.lmp``) are sorted by atom id; elements follow from the masses.

    Raises
    ------
    TrajectoryError
        If the file cannot be read.
    """
    try:
        if path.suffix.lower() == ".json":
            from pymatgen.core import Structure

            return Structure.from_file(path)
        from ase.io import read

        is_lammps = path.suffix in {".data", ".lmp"}
        return read(path, format="lammps-data" if is_lammps else None)
    except Exception as error:
        raise TrajectoryError(
            f"{path} cannot be read as a structure ({type(error).__name__}: {error}): give a file "
            "such as POSCAR, CIF, extended XYZ or a LAMMPS data file"
        ) from error


def read_species(path: Path) -> list[str]:
    """Return the chemical symbols of the atoms of a structure file, in its order.

    Raises
    ------
    TrajectoryError
        If the file cannot be read (see `read_structure`).
    """
    return species_of(read_structure(path))
