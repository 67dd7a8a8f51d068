"""Squared displacements of ions sorted by slab, ion by ion, by two rules for those that cross."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
SlabRule = Literal["start", "residence"]
"""``start``: a displacement counts for the slab in which it begins, wherever the ion goes;
``residence``: it counts if the ion, in every frame from its begin to its end, is in that slab or
less than `JUMP_ANGSTROM` outside it."""
JUMP_ANGSTROM = 3.0
"""How far an ion may step out of a slab and still reside in it. Ions jump by 2 to 4 Å between
cages and vibrate at the border; were every step over it a departure, jumps outwards would be left
out and jumps inwards not, and slow motion across the slab look slower by the length of a jump over
the thickness of the slab."""
RULES: tuple[SlabRule, ...] = get_args(SlabRule)
_ORIGINS_PER_LAG = 8
_ORIGINS_OF_CURVES = 1000


def frames_of_departure(
    slabs: NDArray[np.int8], distances: FloatArray, limits: Sequence[tuple[float, float]]
) -> NDArray[np.intp]:
    """Return the first later frame in which an ion has left the slab that it is in.

    Parameters
    ----------
    slabs
        Index of the slab of every ion and frame, shape (ions, frames).
    distances
        Distance from the nearer plane in Å, of the same shape.
    limits
        Between which distances each slab lies; the last one has no far limit.

    Returns
    -------
    ndarray
        Shape (ions, frames); the number of frames where an ion does not leave any more.
    """
    n_frames = slabs.shape[1]
    found = np.empty(slabs.shape, dtype=np.intp)
    for index, (low, high) in enumerate(limits):
        outside = distances < low - JUMP_ANGSTROM
        if index < len(limits) - 1:
            outside |= distances > high + JUMP_ANGSTROM
        times = np.where(outside, np.arange(n_frames), n_frames)
        departures = np.minimum.accumulate(times[:, ::-1], axis=1)[:, ::-1]
        np.copyto(found, departures, where=slabs == index)
    return found


@dataclass
class SlabSums:
    """Sums over time origins for one lag.

    Origins are spaced by an eighth of the lag: those in between say nearly the same. Lags that are
    only drawn have fewer.

    Parameters
    ----------
    lag
        Lag in frames.
    n_slabs
        Number of slabs.
    keeps_ions
        Whether the sums of single ions are kept, as errors need them.
    """

    lag: int
    n_slabs: int
    keeps_ions: bool
    squares: dict[SlabRule, list[FloatArray]] = field(default_factory=dict)
    counts: dict[SlabRule, list[FloatArray]] = field(default_factory=dict)

    def add(
        self, positions: FloatArray, slabs: NDArray[np.int8], departures: NDArray[np.intp]
    ) -> None:
        """Take in a group of ions.

        Parameters
        ----------
        positions
            Positions in the frame of the slabs in Å, shape (ions, 3, frames).
        slabs, departures
            Index of the slab and frame of departure, shape (ions, frames).
        """
        n_frames = positions.shape[-1]
        last, stride = n_frames - self.lag, self.stride(n_frames)
        squares = positions[:, :, self.lag :: stride] - positions[:, :, :last:stride]
        squares *= squares
        begins = slabs[:, None, :last:stride] == np.arange(self.n_slabs, dtype=np.int8)[:, None]
        stays = departures[:, :last:stride] > np.arange(self.lag, n_frames, stride)
        for rule in RULES:
            chosen = begins & stays[:, None] if rule == "residence" else begins
            counts = np.count_nonzero(chosen, axis=-1).astype(np.float64)
            weights = chosen.astype(np.float64)
            self._keep(rule, np.matmul(weights, squares.transpose(0, 2, 1)), counts)

    def stride(self, n_frames: int) -> int:
        """Return the number of frames between time origins."""
        if self.keeps_ions:
            return max(1, self.lag // _ORIGINS_PER_LAG)
        return max(1, self.lag // 2, n_frames // _ORIGINS_OF_CURVES)

    def _keep(self, rule: SlabRule, squares: FloatArray, counts: FloatArray) -> None:
        if self.keeps_ions or rule not in self.squares:
            kept = self.keeps_ions
            self.squares.setdefault(rule, []).append(squares if kept else squares.sum(axis=0)[None])
            self.counts.setdefault(rule, []).append(counts if kept else counts.sum(axis=0)[None])
            return
        self.squares[rule][0] += squares.sum(axis=0)
        self.counts[rule][0] += counts.sum(axis=0)

    def ion_squares(self, rule: SlabRule) -> FloatArray:
        """Return sums of squared displacements in Å^2, shape (ions, slabs, 3)."""
        return np.concatenate(self.squares[rule])

    def ion_counts(self, rule: SlabRule) -> FloatArray:
        """Return numbers of displacements, shape (ions, slabs)."""
        return np.concatenate(self.counts[rule])

    def mean_squares(self, rule: SlabRule) -> FloatArray:
        """Return mean squared displacements in Å^2, shape (slabs, 3); NaN where there is none."""
        with np.errstate(invalid="ignore"):
            return np.asarray(
                self.ion_squares(rule).sum(axis=0) / self.ion_counts(rule).sum(axis=0)[:, None]
            )

    def staying(self) -> FloatArray:
        """Return the part of each slab's ions that did not leave it, shape (slabs,)."""
        stayed = self.ion_counts("residence").sum(axis=0)
        began = self.ion_counts("start").sum(axis=0)
        with np.errstate(invalid="ignore"):
            return np.asarray(stayed / began)


def lag_sums(lags: Sequence[int], fitted: Sequence[int], n_slabs: int) -> list[SlabSums]:
    """Return empty sums for every lag; those of fitted lags keep single ions."""
    return [SlabSums(int(lag), n_slabs, int(lag) in set(map(int, fitted))) for lag in lags]
