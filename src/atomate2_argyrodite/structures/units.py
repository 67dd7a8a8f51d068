"""A crystal as rigid units (MS4 groups, single ions), so that no PS4 is ever cut."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element, Lattice, Structure
from pymatgen.util.coord import lattice_points_in_supercell

from atomate2_argyrodite.structures.chemistry import FORMAL_CHARGES
from atomate2_argyrodite.structures.geometry import structure_arrays, tetrahedral_bonds
from atomate2_argyrodite.structures.orientation import standard_frame

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_CHARGE_OF_NUMBER = {Element(symbol).Z: charge for symbol, charge in FORMAL_CHARGES.items()}


@dataclass(frozen=True, eq=False)
class RigidUnits:
    """N atoms that belong to M rigid units in a periodic cell.

    Parameters
    ----------
    numbers
        Atomic numbers, shape (N,).
    unit_of_atom
        Index of the unit of each atom, shape (N,).
    offsets
        Vector from the centre of its unit to each atom in Å, shape (N, 3).
    centres
        Position of each unit in Å, shape (M, 3); that of the P atom for a PS4 unit.
    cell
        Lattice vectors in Å as rows, shape (3, 3).
    """

    numbers: IntArray
    unit_of_atom: IntArray
    offsets: FloatArray
    centres: FloatArray
    cell: FloatArray

    @classmethod
    def from_structure(cls, structure: Structure) -> "RigidUnits":
        """Group the atoms of an argyrodite whose MS4 units are intact."""
        numbers, positions, cell = structure_arrays(structure)
        middles, sulphurs, vectors = tetrahedral_bonds(numbers, positions, cell)
        owner = np.arange(len(numbers))
        owner[sulphurs] = middles
        offsets = np.zeros((len(numbers), 3))
        offsets[sulphurs] = vectors
        heads, unit_of_atom = np.unique(owner, return_inverse=True)
        return cls(numbers, unit_of_atom, offsets, positions[heads], cell)

    @property
    def positions(self) -> FloatArray:
        """Positions of the atoms in Å, shape (N, 3), units unbroken by the cell's faces."""
        return self.centres[self.unit_of_atom] + self.offsets

    @cached_property
    def charges(self) -> FloatArray:
        """Formal charge of each unit in e, shape (M,): -3 for PS4."""
        of_atoms = np.array([_CHARGE_OF_NUMBER[int(n)] for n in self.numbers], dtype=np.float64)
        total = np.bincount(self.unit_of_atom, weights=of_atoms, minlength=len(self.centres))
        return total.astype(np.float64)

    @cached_property
    def is_lithium(self) -> NDArray[np.bool_]:
        """Whether each unit is a Li ion, shape (M,)."""
        lithium = np.zeros(len(self.centres), dtype=np.bool_)
        lithium[self.unit_of_atom[self.numbers == Element("Li").Z]] = True
        return lithium

    def oriented(self, matrix: IntArray) -> "RigidUnits":
        """Return a supercell turned so that its first two vectors span the xy plane.

        Parameters
        ----------
        matrix
            Supercell vectors in units of the cell's, as rows, shape (3, 3). The first comes to lie
            along x, the second in the xy plane; the third may lean.
        """
        frame = standard_frame(matrix @ self.cell)
        points = lattice_points_in_supercell(matrix) @ matrix @ self.cell
        centres = (points[:, None] + self.centres[None]).reshape(-1, 3) @ frame.T
        return self._tiled(
            len(points), centres, self.offsets @ frame.T, matrix @ self.cell @ frame.T
        )

    def stacked(self, layers: int) -> "RigidUnits":
        """Return `layers` copies of the cell on top of each other along its third vector."""
        steps = np.arange(layers)[:, None, None] * self.cell[2]
        centres = (steps + self.centres[None]).reshape(-1, 3)
        cell = self.cell * np.array([[1], [1], [layers]])
        return self._tiled(layers, centres, self.offsets, cell)

    def _tiled(
        self, times: int, centres: FloatArray, offsets: FloatArray, cell: FloatArray
    ) -> "RigidUnits":
        first = len(self.centres) * np.arange(times)[:, None]
        return RigidUnits(
            numbers=np.tile(self.numbers, times),
            unit_of_atom=(self.unit_of_atom[None] + first).ravel(),
            offsets=np.tile(offsets, (times, 1)),
            centres=centres,
            cell=cell,
        )

    def above(self, cuts: FloatArray) -> "RigidUnits":
        """Return the units shifted by the third vector so that each lies in one period above a cut.

        Parameters
        ----------
        cuts
            Height along z in Å of the lower end of the period, one for each unit, shape (M,).
        """
        steps = -np.floor((self.centres[:, 2] - cuts) / self.cell[2, 2] + 1e-9)
        return self.moved(self.centres + steps[:, None] * self.cell[2])

    def moved(self, centres: FloatArray, cell: FloatArray | None = None) -> "RigidUnits":
        """Return the same units at other places, and in another cell if one is given."""
        return RigidUnits(
            self.numbers,
            self.unit_of_atom,
            self.offsets,
            centres,
            self.cell if cell is None else cell,
        )

    def structure(self) -> Structure:
        """Return the atoms as a Structure, positions wrapped into the cell."""
        symbols = [Element.from_Z(int(n)).symbol for n in self.numbers]
        return Structure(
            Lattice(self.cell),
            symbols,
            self.positions,
            coords_are_cartesian=True,
            to_unit_cell=True,
        )


def joined(first: RigidUnits, second: RigidUnits, cell: FloatArray) -> RigidUnits:
    """Return the units of both in a common cell."""
    return RigidUnits(
        np.concatenate([first.numbers, second.numbers]),
        np.concatenate([first.unit_of_atom, second.unit_of_atom + len(first.centres)]),
        np.concatenate([first.offsets, second.offsets]),
        np.concatenate([first.centres, second.centres]),
        cell,
    )
