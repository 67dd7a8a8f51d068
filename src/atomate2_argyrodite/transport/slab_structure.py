"""PS4 units and coordination of anions and Li in every slab."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.structures.geometry import neighbour_pairs, tetrahedral_bonds
from atomate2_argyrodite.transport.boundary_profile import (
    FREE_SULPHUR,
    UNIT_SULPHUR,
    Snapshot,
)
from atomate2_argyrodite.transport.slabs import BoundarySlabs

FloatArray = NDArray[np.float64]
COORDINATION_ANGSTROM = 3.2
"""Li-anion distances that count as bonds: between the first and the second shell at 2.5 and 4 Å."""
_TETRAHEDRAL_DEGREES = float(np.degrees(np.arccos(-1 / 3)))


@dataclass(frozen=True)
class SlabStructure:
    """Structure of one slab, averaged over frames.

    Parameters
    ----------
    slab
        Its name.
    units
        Mean number of P (Si, Ge, Sn, Sb) in it.
    intact_fraction
        Part of them that hold exactly four S; None where there is none.
    bond_length
        Mean P-S bond in Å.
    angle_deviation_degrees
        Root mean square deviation of S-P-S angles from that of a regular tetrahedron.
    lithium_around
        Kind of anion -> mean number of mobile ions within `COORDINATION_ANGSTROM`.
    anions_around_lithium
        Mean number of anions within `COORDINATION_ANGSTROM` of a mobile ion.
    """

    slab: str
    units: float
    intact_fraction: float | None
    bond_length: float | None
    angle_deviation_degrees: float | None
    lithium_around: dict[str, float]
    anions_around_lithium: float | None


def slab_structures(
    frames: Sequence[Snapshot],
    kinds: NDArray[np.str_],
    numbers: NDArray[np.int64],
    ions: NDArray[np.intp],
    slabs: BoundarySlabs,
    mean_cell: FloatArray,
) -> list[SlabStructure]:
    """Return the structure of every slab.

    Parameters
    ----------
    frames
        Frames to average over.
    kinds, numbers
        Kind and atomic number of every atom.
    ions
        Indices of the mobile ions.
    slabs, mean_cell
        Division and mean cell.
    """
    sums = _Sums(len(slabs.names), kinds, numbers, ions)
    for frame in frames:
        sums.add(frame, slabs.locate(frame.fractions, mean_cell))
    return [sums.result(k, name, len(frames)) for k, name in enumerate(slabs.names)]


class _Sums:
    def __init__(
        self,
        n_slabs: int,
        kinds: NDArray[np.str_],
        numbers: NDArray[np.int64],
        ions: NDArray[np.intp],
    ) -> None:
        self._numbers, self._ions, self._n_slabs = numbers, ions, n_slabs
        anions = [k for k in np.unique(kinds) if k in (UNIT_SULPHUR, FREE_SULPHUR, "Cl", "Br", "I")]
        self._anions = {str(kind): np.flatnonzero(kinds == kind) for kind in anions}
        self._all_anions = np.sort(np.concatenate([np.zeros(0, np.intp), *self._anions.values()]))
        self._means: dict[str, FloatArray] = {}
        self._counts: dict[str, FloatArray] = {}

    def _take(self, name: str, slabs: NDArray[np.int8], values: FloatArray) -> None:
        zeros = np.zeros(self._n_slabs)
        total = np.bincount(slabs, values, self._n_slabs)
        count = np.bincount(slabs, minlength=self._n_slabs)
        self._means[name] = self._means.get(name, zeros) + total
        self._counts[name] = self._counts.get(name, zeros) + count

    def add(self, frame: Snapshot, slabs: NDArray[np.int8]) -> None:
        self._add_units(frame, slabs)
        for kind, anions in self._anions.items():
            around = self._neighbours(frame, anions, self._ions)
            self._take(kind, slabs[anions], around)
        around = self._neighbours(frame, self._ions, self._all_anions)
        self._take("mobile", slabs[self._ions], around)

    @staticmethod
    def _neighbours(
        frame: Snapshot, centres: NDArray[np.intp], others: NDArray[np.intp]
    ) -> FloatArray:
        found = neighbour_pairs(
            frame.positions[others], frame.cell, COORDINATION_ANGSTROM, frame.positions[centres]
        )[0]
        return np.bincount(found, minlength=len(centres)).astype(np.float64)

    def _add_units(self, frame: Snapshot, slabs: NDArray[np.int8]) -> None:
        centres, _, vectors = tetrahedral_bonds(self._numbers, frame.positions, frame.cell)
        central = np.flatnonzero(np.isin(self._numbers, [15, 14, 32, 50, 51]))
        per_centre = np.bincount(centres, minlength=len(self._numbers))[central]
        self._take("intact", slabs[central], (per_centre == 4).astype(np.float64))
        lengths = np.linalg.norm(vectors, axis=1)
        self._take("bond", slabs[centres], lengths)
        whole = np.flatnonzero(np.bincount(centres, minlength=len(self._numbers))[centres] == 4)
        bonds = (vectors / lengths[:, None])[whole].reshape(-1, 4, 3)
        first, second = np.triu_indices(4, 1)
        cosines = np.einsum("upa,upa->up", bonds[:, first], bonds[:, second])
        angles = np.degrees(np.arccos(np.clip(cosines, -1, 1))) - _TETRAHEDRAL_DEGREES
        self._take("angle", slabs[centres[whole][::4]], (angles**2).mean(axis=1))

    def _mean(self, name: str, index: int) -> float | None:
        if name not in self._counts or not self._counts[name][index]:
            return None
        return float(self._means[name][index] / self._counts[name][index])

    def result(self, index: int, name: str, n_frames: int) -> SlabStructure:
        around = {kind: self._mean(kind, index) for kind in self._anions}
        squares = self._mean("angle", index)
        return SlabStructure(
            slab=name,
            units=float(self._counts["intact"][index]) / max(1, n_frames),
            intact_fraction=self._mean("intact", index),
            bond_length=self._mean("bond", index),
            angle_deviation_degrees=None if squares is None else float(np.sqrt(squares)),
            lithium_around={kind: value for kind, value in around.items() if value is not None},
            anions_around_lithium=self._mean("mobile", index),
        )
