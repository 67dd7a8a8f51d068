"""Overlaps between rigid units, and their removal by moving whole units apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element
from scipy.optimize import minimize

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures.geometry import neighbour_pairs
from atomate2_argyrodite.structures.units import RigidUnits

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Å; half the distance at which two ions of the kind are in contact: about 10 % below the sums of
# Shannon's radii (Acta Cryst. A 1976, 32, 751), as thermal motion at some hundred kelvin allows
_CONTACT_RADII = {"Li": 0.58, "S": 1.64, "Cl": 1.62, "Br": 1.75, "I": 1.95}
_LITHIUM_CONTACT = 2.3  # Å; Li repel each other more than their size says
_LITHIUM_CENTRE_CONTACT = 2.8  # Å, Li to P; anions are kept from P by its own sulphurs
_SKIN = 0.6  # Å; pairs this much beyond contact are listed, so that the list outlives some motion
_TARGET = 1.01  # aim beyond contact, so that the remaining overlap is negligible
_ALLOWED_OVERLAP = 0.15  # Å
_ROUNDS = 40


@dataclass(frozen=True, eq=False)
class ContactDistances:
    """Shortest distance in Å that two atoms of different units may have.

    Parameters
    ----------
    table
        Shape (120, 120), by atomic number; 0 where a pair does not matter.
    """

    table: FloatArray

    @classmethod
    def of_crystal(cls, crystal: RigidUnits) -> "ContactDistances":
        """Return the contacts of ions, nowhere larger than what `crystal` itself has."""
        table = np.zeros((120, 120))
        for (first, r), (second, q) in _pairs(_CONTACT_RADII):
            table[Element(first).Z, Element(second).Z] = r + q
        lithium = Element("Li").Z
        table[lithium, lithium] = _LITHIUM_CONTACT
        for centre in ("P", "Si", "Ge", "Sn", "Sb"):
            table[lithium, Element(centre).Z] = _LITHIUM_CENTRE_CONTACT
            table[Element(centre).Z, lithium] = _LITHIUM_CENTRE_CONTACT
        contacts = cls(table)
        i, j, distances, _ = contacts.close_pairs(crystal)
        np.minimum.at(table, (crystal.numbers[i], crystal.numbers[j]), distances)
        return cls(np.minimum(table, table.T))

    @property
    def largest(self) -> float:
        """The largest contact distance in Å."""
        return float(self.table.max())

    def close_pairs(
        self, units: RigidUnits, skin: float = 0.0
    ) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
        """Return each pair of atoms of different units within contact plus `skin`, once.

        Returns
        -------
        tuple
            Both indices (K,), the distance in Å (K,) and the vector from first to second (K, 3).
        """
        i, j, distances, vectors = neighbour_pairs(units.positions, units.cell, self.largest + skin)
        contact = self.table[units.numbers[i], units.numbers[j]]
        image = units.unit_of_atom[i] == units.unit_of_atom[j]
        keep = (i < j) & (contact > 0) & (distances < contact + skin) & ~image
        return i[keep], j[keep], distances[keep], vectors[keep]

    def overlap_between(
        self,
        first: tuple[IntArray, FloatArray],
        second: tuple[IntArray, FloatArray],
        cell: FloatArray,
    ) -> float:
        """Return the sum of squared overlaps in Å^2 between two sets of atoms.

        Parameters
        ----------
        first, second
            Atomic numbers and positions of either set.
        cell
            Their common cell.
        """
        i, j, distances, _ = neighbour_pairs(second[1], cell, self.largest, first[1])
        overlap = self.table[first[0][i], second[0][j]] - distances
        return float((overlap[overlap > 0] ** 2).sum())


def _pairs(values: dict[str, float]) -> list[tuple[tuple[str, float], tuple[str, float]]]:
    return [(a, b) for a in values.items() for b in values.items()]


def resolve_contacts(units: RigidUnits, contacts: ContactDistances) -> RigidUnits:
    """Return the units moved, as rigid bodies and no further than needed, out of each other.

    The sum of squared overlaps is minimised over the positions of the units; no atom is added or
    removed and no PS4 changes its shape or turns.

    Raises
    ------
    StructureError
        If overlaps of more than 0.15 Å cannot be removed.
    """
    for _ in range(_ROUNDS):
        i, j, distances, vectors = contacts.close_pairs(units, _SKIN)
        target = _TARGET * contacts.table[units.numbers[i], units.numbers[j]]
        if not len(i) or (target - distances).max() <= (_TARGET - 1.0) * contacts.largest:
            return units
        pairs = _UnitPairs.of(units, i, j, vectors, target)
        units = units.moved(units.centres + pairs.relaxation(len(units.centres)))
    i, j, distances, _ = contacts.close_pairs(units)
    worst = float((contacts.table[units.numbers[i], units.numbers[j]] - distances).max(initial=0.0))
    if worst > _ALLOWED_OVERLAP:
        raise StructureError(
            f"two ions still overlap by {worst:.2f} Å: choose another shift, termination or plane"
        )
    return units


@dataclass(frozen=True, eq=False)
class _UnitPairs:
    """Pairs of atoms with the units that carry them, over which overlaps are minimised."""

    first: IntArray
    second: IntArray
    vectors: FloatArray
    target: FloatArray

    @classmethod
    def of(
        cls, units: RigidUnits, i: IntArray, j: IntArray, vectors: FloatArray, target: FloatArray
    ) -> "_UnitPairs":
        return cls(units.unit_of_atom[i], units.unit_of_atom[j], vectors, target)

    def relaxation(self, count: int) -> FloatArray:
        """Return displacements of `count` units, none beyond half the skin, shape (count, 3)."""
        bound = _SKIN / (2 * np.sqrt(3.0))
        result = minimize(
            self._energy,
            np.zeros(3 * count),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-bound, bound)] * (3 * count),
            options={"maxiter": 60, "gtol": 1e-4},
        )
        return np.asarray(result.x.reshape(-1, 3))

    def _energy(self, flat: FloatArray) -> tuple[float, FloatArray]:
        moved = flat.reshape(-1, 3)
        vectors = self.vectors + moved[self.second] - moved[self.first]
        distances = np.maximum(np.linalg.norm(vectors, axis=1), 1e-6)
        overlap = np.maximum(self.target - distances, 0.0)
        pull = (2 * overlap / distances)[:, None] * vectors
        gradient = np.zeros_like(moved)
        np.add.at(gradient, self.first, pull)
        np.add.at(gradient, self.second, -pull)
        return float((overlap**2).sum()), gradient.ravel()
