"""Pair distribution function of the mobile ions in one slab."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.structures.geometry import neighbour_pairs
from atomate2_argyrodite.transport.boundary_profile import Snapshot
from atomate2_argyrodite.transport.slabs import BoundarySlabs

FloatArray = NDArray[np.float64]
REACH_ANGSTROM = 8.0
_BIN_ANGSTROM = 0.1


@dataclass(frozen=True, eq=False)
class PairDistribution:
    """g(r) between the ions of a slab and all ions of their species.

    Parameters
    ----------
    distances
        Middles of the bins in Å, shape (bins,).
    values
        Neighbours per volume over the mean number of ions per volume of the whole cell.
    errors
        Standard errors by the spread between frames; they say nothing of what changes more slowly.
    n_ions
        Mean number of ions in the slab.
    neighbours
        Mean number of neighbours within `REACH_ANGSTROM`.
    """

    distances: FloatArray
    values: FloatArray
    errors: FloatArray
    n_ions: float
    neighbours: float


def slab_pair_distribution(
    frames: Sequence[Snapshot],
    ions: NDArray[np.intp],
    slabs: BoundarySlabs,
    mean_cell: FloatArray,
    slab: int = 0,
) -> PairDistribution | None:
    """Return g(r) of the ions in a slab, None where no frame has one there.

    The other ion of a pair may be anywhere, so that the surface of the slab takes no neighbours
    away; periodic images count. The density that g is relative to is that of the whole cell, so a
    slab with more ions than it should hold shows a higher curve.

    Parameters
    ----------
    frames
        Frames to average over.
    ions
        Indices of the ions.
    slabs, mean_cell
        Division and mean cell.
    slab
        Index of the slab.
    """
    edges = np.arange(0.0, REACH_ANGSTROM + _BIN_ANGSTROM / 2, _BIN_ANGSTROM)
    shells = 4 / 3 * np.pi * np.diff(edges**3)
    curves, counts, neighbours = [], [], []
    for frame in frames:
        inside = ions[slabs.locate(frame.fractions[ions], mean_cell) == slab]
        if not inside.size:
            continue
        distances = neighbour_pairs(
            frame.positions[ions], frame.cell, REACH_ANGSTROM, frame.positions[inside]
        )[2]
        distances = distances[distances > 1e-6]  # an ion is no neighbour of itself
        histogram = np.histogram(distances, edges)[0] / inside.size
        curves.append(histogram / (shells * len(ions) / abs(np.linalg.det(frame.cell))))
        counts.append(inside.size)
        neighbours.append(histogram.sum())
    if not curves:
        return None
    spread = np.std(curves, axis=0, ddof=1) if len(curves) > 1 else np.full(len(shells), np.nan)
    return PairDistribution(
        distances=(edges[1:] + edges[:-1]) / 2,
        values=np.mean(curves, axis=0),
        errors=spread / np.sqrt(len(curves)),
        n_ions=float(np.mean(counts)),
        neighbours=float(np.mean(neighbours)),
    )
