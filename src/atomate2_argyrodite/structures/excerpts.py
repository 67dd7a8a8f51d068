"""Small periodic pieces of big cells: one atom keeps its neighbours, the whole its stoichiometry.

A calculation by density functional theory of some thousand atoms to learn the surroundings of one
is a waste. A piece holds whole PS4 units and every kind of ion in the proportion of the cell; its
faces are artificial, and further apart than in the crystal where ions would come too close.
"""

from dataclasses import dataclass
from math import lcm

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.structures.geometry import (
    minimum_distances,
    neighbour_pairs,
    tetrahedral_bonds,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LONGEST_BOND = 3.2  # Å, P-S: units of frames worth a label are whole within it
_SULPHURS = 4
_LARGEST_DENOMINATOR = 4
_EDGE_STEP, _EDGE_STEPS = 1.0, 9  # Å: how the piece grows until it is right
_GAP_STEP, _GAP_STEPS = 0.25, 17  # Å: how its faces move apart until no ions are too close
_MARGIN = 2.0  # Å of the first piece beyond the neighbours of the atom
_CONTACT_FACTOR = 0.95  # of the shortest distance in the frame, which is that of one instant
_CONTACT_CUTOFF = 4.0  # Å
_SAME = 1e-5  # Å


@dataclass(frozen=True, eq=False)
class Excerpt:
    """A periodic piece of a configuration.

    Parameters
    ----------
    atoms
        Index of each of its atoms in the whole, shape (n,); that in the middle first.
    positions
        In Å, shape (n, 3), the middle at the origin.
    cell
        Lattice vectors in Å as rows, parallel to those of the whole.
    """

    atoms: IntArray
    positions: FloatArray
    cell: FloatArray


def periodic_excerpt(
    numbers: IntArray, positions: FloatArray, cell: FloatArray, atom: int, radius: float = 5.0
) -> Excerpt:
    """Return a piece in which `atom` has exactly the neighbours within `radius` that it has.

    Parameters
    ----------
    numbers, positions, cell
        Atomic numbers (N,), positions (N, 3) and cell (3, 3) in Å of an argyrodite.
    atom
        Index of the atom in the middle.
    radius
        In Å; the cutoff of the potential.

    Raises
    ------
    StructureError
        If there is no such piece smaller than the whole.
    """
    units = _Units.of(numbers, positions, cell)
    limits = _contact_limits(numbers, positions, cell)
    around = _neighbours(positions, cell, atom, radius)
    for step in range(_EDGE_STEPS):
        edge = 2.0 * (radius + _MARGIN) + step * _EDGE_STEP
        is_cut = _heights(cell) > edge + _EDGE_STEP
        piece = _piece(units, positions, cell, atom, edge, is_cut) if is_cut.any() else None
        if piece is None:
            continue
        apart = _without_contacts(piece, numbers, limits, is_cut)
        if apart is None or len(apart.atoms) >= len(numbers):
            continue
        found = _neighbours(apart.positions, apart.cell, 0, radius)
        if found.shape == around.shape and np.abs(found - around).max(initial=0.0) < _SAME:
            return apart
    raise StructureError(
        f"no stoichiometric piece of the {len(numbers)} atoms keeps the neighbours of atom {atom} "
        f"within {radius:g} Å: label the whole"
    )


@dataclass(frozen=True, eq=False)
class _Units:
    """Unit of each atom, named by its first atom (P, or the ion itself), and its kind."""

    head_of_atom: IntArray
    heads: IntArray
    kinds: IntArray
    cell_counts: dict[int, int]

    @classmethod
    def of(cls, numbers: IntArray, positions: FloatArray, cell: FloatArray) -> "_Units":
        centres, sulphurs, vectors = tetrahedral_bonds(numbers, positions, cell, _LONGEST_BOND)
        head = np.arange(len(numbers))
        lengths = np.linalg.norm(vectors, axis=1)
        held = np.zeros(len(numbers), dtype=np.int64)
        for bond in np.argsort(lengths, kind="stable"):
            sulphur, centre = sulphurs[bond], centres[bond]
            if head[sulphur] == sulphur and held[centre] < _SULPHURS:
                head[sulphur] = centre
                held[centre] += 1
        heads = np.unique(head)
        if (held[np.unique(centres)] != _SULPHURS).any() or not len(centres):
            raise StructureError(
                "a PS4 unit of the frame is torn apart: no piece holds whole units"
            )
        kinds = numbers[heads]
        values, counts = np.unique(kinds, return_counts=True)
        return cls(head, heads, kinds, dict(zip(values.tolist(), counts.tolist(), strict=True)))

    @property
    def group_kind(self) -> int:
        """Atomic number of the middle of PS4 units, by whose number a piece is proportioned."""
        sizes = np.bincount(self.head_of_atom, minlength=int(self.heads.max()) + 1)
        return int(self.kinds[sizes[self.heads] > 1][0])


def _heights(cell: FloatArray) -> FloatArray:
    """Distances between opposite faces of a cell in Å."""
    return np.asarray(1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0))


def _piece(
    units: _Units,
    positions: FloatArray,
    cell: FloatArray,
    atom: int,
    edge: float,
    is_cut: NDArray[np.bool_],
) -> Excerpt | None:
    """Return the piece of about `edge` (Å) around an atom, or None if it holds no whole formula."""
    inverse, heights = np.linalg.inv(cell), _heights(cell)
    middle = positions[atom]
    relative = (positions[units.heads] - middle) @ inverse
    shift = -np.rint(relative)
    outwards = np.abs(relative + shift) * heights
    measure = np.where(is_cut, outwards, 0.0).max(axis=1)
    chosen = _proportioned(units, measure, edge / 2)
    if chosen is None:
        return None
    moved = dict(zip(units.heads[chosen].tolist(), shift[chosen], strict=True))
    atoms = np.flatnonzero(np.isin(units.head_of_atom, units.heads[chosen]))
    heads = units.head_of_atom[atoms]
    at_head = positions[heads] - middle + np.array([moved[int(h)] for h in heads]) @ cell
    from_head = (positions[atoms] - positions[heads]) @ inverse
    placed = at_head + (from_head - np.rint(from_head)) @ cell
    first = int(np.flatnonzero(atoms == atom)[0]) if atom in atoms else -1
    if first < 0:
        return None
    order = np.r_[first, np.delete(np.arange(len(atoms)), first)]
    scale = np.where(is_cut, edge / heights, 1.0)
    placed = placed[order] - placed[first]
    return Excerpt(atoms[order], placed, cell * scale[:, None])


def _proportioned(units: _Units, measure: FloatArray, half: float) -> IntArray | None:
    """Return the innermost units of each kind, in the proportion of the cell."""
    groups = units.group_kind
    total = units.cell_counts[groups]
    inside = int(((units.kinds == groups) & (measure <= half)).sum())
    ratios = {kind: count / total for kind, count in units.cell_counts.items()}
    step = _common_denominator(list(ratios.values()))
    n = inside - inside % step
    if n == 0:
        return None
    chosen = []
    for kind, ratio in ratios.items():
        own = np.flatnonzero(units.kinds == kind)
        chosen.append(own[np.argsort(measure[own], kind="stable")[: round(ratio * n)]])
    return np.sort(np.concatenate(chosen))


def _common_denominator(ratios: list[float]) -> int:
    denominators = []
    for ratio in ratios:
        exact = [
            d
            for d in range(1, _LARGEST_DENOMINATOR + 1)
            if abs(d * ratio - round(d * ratio)) < 1e-9
        ]
        if not exact:
            raise StructureError(
                "the formula of the cell needs too many units for a small stoichiometric piece"
            )
        denominators.append(exact[0])
    return lcm(*denominators)


def _contact_limits(
    numbers: IntArray, positions: FloatArray, cell: FloatArray
) -> dict[tuple[int, int], float]:
    """Return the closest that two elements may come in a piece, in Å."""
    found = minimum_distances(numbers, positions, cell, _CONTACT_CUTOFF)
    return {
        (Element(a).Z, Element(b).Z): _CONTACT_FACTOR * distance
        for (a, b), distance in found.items()
    }


def _without_contacts(
    piece: Excerpt,
    numbers: IntArray,
    limits: dict[tuple[int, int], float],
    is_cut: NDArray[np.bool_],
) -> Excerpt | None:
    """Return the piece with its faces as far apart as its ions need, or None."""
    lengths = np.linalg.norm(piece.cell, axis=1)
    for step in range(_GAP_STEPS):
        stretch = np.where(is_cut, step * _GAP_STEP / lengths, 0.0)
        cell = piece.cell * (1.0 + stretch)[:, None]
        if not _has_contacts(piece, cell, numbers[piece.atoms], limits):
            return Excerpt(piece.atoms, piece.positions, cell)
    return None


def _has_contacts(
    piece: Excerpt, cell: FloatArray, numbers: IntArray, limits: dict[tuple[int, int], float]
) -> bool:
    i, j, distances, _ = neighbour_pairs(piece.positions, cell, _CONTACT_CUTOFF)
    table = np.full((120, 120), _CONTACT_FACTOR * _CONTACT_CUTOFF)
    for (a, b), limit in limits.items():
        table[a, b] = table[b, a] = limit
    return bool((distances < table[numbers[i], numbers[j]]).any())


def _neighbours(positions: FloatArray, cell: FloatArray, atom: int, radius: float) -> FloatArray:
    """Return the vectors to the neighbours of an atom, sorted, in Å."""
    _, _, distances, vectors = neighbour_pairs(positions, cell, radius, positions[[atom]])
    vectors = vectors[distances > _SAME].round(6)
    return vectors[np.lexsort(vectors.T)]
