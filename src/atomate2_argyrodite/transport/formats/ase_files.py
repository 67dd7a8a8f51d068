"""Trajectories that ASE reads (extended XYZ, ASE's own binary), and structures held in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atomate2_argyrodite.errors import TrajectoryError
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

    def read() -> Iterator[Frame]:
        # By index: ASE's and pymatgen's trajectories load one frame at a time that way.
        return (frame_of(structures[index]) for index in range(len(structures)))

    return StreamedFrames(read, "the list of structures", species_of(structures[0]))


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
    def read() -> Iterator[Frame]:
        return (frame_of(atoms) for atoms in _iterate(paths, ase_format))

    for first in _iterate(paths, ase_format):
        return StreamedFrames(read, str(paths[0]), species_of(first))
    raise TrajectoryError(f"{paths[0]} holds no frame: the run ended before its first one")


def open_extxyz(paths: Sequence[Path]) -> StreamedFrames:
    """Open successive extended XYZ files of one simulation; each frame needs its ``Lattice``."""
    return _open(paths, "extxyz")


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
