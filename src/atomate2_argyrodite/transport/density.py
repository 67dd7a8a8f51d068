"""Density of the mobile ions on a grid: where they are, and by which way they go."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element
from scipy import constants

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.transport.mean_framework import MeanFramework
from atomate2_argyrodite.transport.trajectory import Trajectory

FloatArray = NDArray[np.float64]
MAXIMUM_VOXELS = 20_000_000
FORMATS = (".cube", ".chgcar", ".vasp")
_BOHR = constants.physical_constants["Bohr radius"][0] * 1e10


@dataclass(frozen=True, eq=False)
class IonDensity:
    """Density of one species, averaged over time (and over cells, where they were folded).

    Parameters
    ----------
    species
        The mobile species.
    values
        Ions per Å^3, shape (a, b, c), at the middles of the voxels.
    cell
        Cell vectors of the grid as rows in Å.
    symbols, fractional
        Atoms of the framework in that cell, shape (atoms, 3), for orientation.
    n_frames
        Frames that were averaged.
    """

    species: str
    values: FloatArray
    cell: FloatArray
    symbols: tuple[str, ...]
    fractional: FloatArray
    n_frames: int

    @property
    def volume(self) -> float:
        """Volume of the cell in Å^3."""
        return abs(float(np.linalg.det(self.cell)))

    @property
    def n_ions(self) -> float:
        """Ions in the cell: the integral of the density."""
        return float(self.values.mean() * self.volume)

    def projection(self, axis: int) -> FloatArray:
        """Return the density summed along a cell vector (0, 1, 2), in ions per Å^2."""
        # The thickness of the cell between the faces that the vector joins.
        height = 1 / float(np.linalg.norm(np.linalg.inv(self.cell)[:, axis]))
        return np.asarray(self.values.mean(axis=axis) * height)

    def write(self, path: Path | str) -> Path:
        """Write a Gaussian cube file (``.cube``) or a CHGCAR (``.chgcar``, ``.vasp``).

        Raises
        ------
        InputError
            If the name ends in none of these, or the file cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() not in FORMATS:
            raise InputError(
                f"density file {target.name!r} is of no known kind: end its name in "
                f"{', '.join(FORMATS)}"
            )
        try:
            with target.open("w", encoding="utf-8") as file:
                if target.suffix.lower() == ".cube":
                    self._write_cube(file)
                else:
                    self._write_chgcar(file)
        except OSError as error:
            raise InputError(
                f"{target} cannot be written ({error.strerror}): choose another place"
            ) from None
        return target

    def _write_cube(self, file: TextIO) -> None:
        """Lengths in bohr, densities per bohr^3, the third index fastest."""
        file.write(f"Density of {self.species}\nin ions per bohr^3\n")
        steps = self.cell / np.array(self.values.shape)[:, None] / _BOHR
        _write_row(file, len(self.symbols), steps.sum(axis=0) / 2)
        for count, step in zip(self.values.shape, steps, strict=True):
            _write_row(file, count, step)
        for symbol, place in zip(self.symbols, self.fractional @ self.cell / _BOHR, strict=True):
            z = Element(symbol).Z
            file.write(f"{z:5d} {z:12.6f}" + "".join(f" {x:12.6f}" for x in place) + "\n")
        for row in (self.values * _BOHR**3).reshape(-1, self.values.shape[2]):
            file.writelines(_lines(row, 6))

    def _write_chgcar(self, file: TextIO) -> None:
        """Density times volume, the first index fastest; grid points are voxels' corners."""
        kinds = list(dict.fromkeys(self.symbols))
        counts = [self.symbols.count(kind) for kind in kinds]
        order = sorted(range(len(self.symbols)), key=lambda k: kinds.index(self.symbols[k]))
        half = 0.5 / np.array(self.values.shape)  # voxels' middles are moved to grid points
        file.write(f"Density of {self.species}, ions\n1.0\n")
        file.writelines("".join(f" {x:.10f}" for x in vector) + "\n" for vector in self.cell)
        file.write(" ".join(kinds) + "\n" + " ".join(map(str, counts)) + "\nDirect\n")
        for place in (self.fractional[order] - half) % 1.0:
            file.write("".join(f" {x:.8f}" for x in place) + "\n")
        file.write("\n" + " ".join(map(str, self.values.shape)) + "\n")
        file.writelines(_lines(self.values.ravel(order="F") * self.volume, 5))


def ion_density(
    trajectory: Trajectory,
    species: str = "Li",
    *,
    spacing: float = 0.2,
    repeats: tuple[int, int, int] = (1, 1, 1),
) -> IonDensity:
    """Return the density of a species in the average crystal.

    Parameters
    ----------
    trajectory
        Any trajectory with a framework.
    species
        The mobile species.
    spacing
        Largest edge of a voxel in Å.
    repeats
        Cells along each vector of a supercell, which are folded into one.

    Raises
    ------
    TrajectoryError
        If the species is absent or nothing else is there.
    InputError
        If spacing or repeats make no sense, or the grid would be larger than `MAXIMUM_VOXELS`.
    """
    if not spacing > 0 or len(repeats) != 3 or min(repeats) < 1:
        raise InputError(
            f"a density needs a spacing above 0 Å and three repeats of at least 1, got {spacing!r} "
            f"and {list(repeats)}"
        )
    framework = MeanFramework.of(trajectory, species)
    folded = np.array(repeats)
    cell = framework.cell / folded[:, None]
    shape = np.maximum(1, np.ceil(np.linalg.norm(cell, axis=1) / spacing)).astype(int)
    if shape.prod() > MAXIMUM_VOXELS:
        raise InputError(
            f"a grid of {' x '.join(map(str, shape))} points is too fine (the limit is "
            f"{MAXIMUM_VOXELS:,}): raise the spacing above {spacing:g} Å, or fold the supercell"
        )
    counts, n_frames = _counts(framework, trajectory.indices(species), folded, shape)
    values = counts / (n_frames * abs(np.linalg.det(framework.cell)) / counts.size)
    first = (framework.fractional[framework.framework] % 1.0 * folded < 1).all(axis=1)
    atoms = framework.framework[first]
    return IonDensity(
        species=species,
        values=values,
        cell=cell,
        symbols=tuple(trajectory.species[k] for k in atoms),
        fractional=framework.fractional[atoms] * folded % 1.0,
        n_frames=n_frames,
    )


def _counts(
    framework: MeanFramework,
    ions: NDArray[np.intp],
    folded: NDArray[np.int_],
    shape: NDArray[np.int_],
) -> tuple[FloatArray, int]:
    """Return how often each voxel held an ion, and the number of frames."""
    counts, n_frames = np.zeros(int(shape.prod())), 0
    for _, fractional in framework.blocks():
        inside = fractional[:, ions] * folded % 1.0
        index = np.minimum((inside * shape).astype(np.intp), shape - 1)
        flat = np.ravel_multi_index(tuple(np.moveaxis(index, -1, 0)), tuple(shape))
        counts += np.bincount(flat.ravel(), minlength=counts.size)
        n_frames += len(fractional)
    return counts.reshape(shape), n_frames


def _write_row(file: TextIO, count: int, vector: FloatArray) -> None:
    file.write(f"{count:5d}" + "".join(f" {x:12.6f}" for x in vector) + "\n")


def _lines(values: FloatArray, columns: int) -> Iterator[str]:
    for start in range(0, len(values), columns):
        yield "".join(f" {x:.6E}" for x in values[start : start + columns]) + "\n"
