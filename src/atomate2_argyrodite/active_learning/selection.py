"""Which candidates are labelled: what MaxVol adds to the active set, without near-copies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration

FloatArray = NDArray[np.float64]

MINIMUM_DISPLACEMENT = 0.1
"""Å, root mean square over the atoms: frames that are closer are nearly the same. In argyrodites at
500 K thermal motion gets there in 10 fs."""


@dataclass(frozen=True)
class Selection:
    """Indices of the selected candidates in rising order, and how they came about.

    Parameters
    ----------
    indices
        Into the candidates.
    n_chosen
        Candidates that MaxVol (or a lost PS4 unit) asked for.
    n_duplicates
        Of these, left out as nearly the same as one with a larger grade.
    """

    indices: list[int]
    n_chosen: int
    n_duplicates: int


def select_candidates(
    active_set: ActiveSet,
    candidates: Sequence[LabelledConfiguration],
    maximum: int,
    *,
    minimum_displacement: float = MINIMUM_DISPLACEMENT,
    threads: int = 1,
) -> Selection:
    """Choose which candidates are labelled.

    Those marked ``required`` come first, then those that MaxVol adds to the active set, the largest
    grade first; of frames of one crystal that are nearly the same only the first is kept.

    Parameters
    ----------
    active_set
        Of the current potential.
    candidates
        Unlabelled frames; metadata ``grade`` is used where present.
    maximum
        Most frames.
    minimum_displacement
        In Å, see `MINIMUM_DISPLACEMENT`.
    threads
        Threads for the features.
    """
    required = [k for k, frame in enumerate(candidates) if frame.metadata.get("required")]
    chosen = [k for k in active_set.select(candidates, threads=threads) if k not in set(required)]
    grades = active_set.grade([candidates[k] for k in chosen], threads)
    ranked = [*required, *(chosen[k] for k in np.argsort(-grades, kind="stable"))]
    kept: list[int] = []
    n_duplicates = 0
    fractional = {index: _fractional(candidates[index]) for index in ranked}
    for index in ranked:
        if len(kept) == maximum:
            break
        frame = candidates[index]
        is_copy = any(
            np.array_equal(frame.numbers, candidates[k].numbers)
            and _displacement(fractional[index], fractional[k], frame.cell) < minimum_displacement
            for k in kept
        )
        if is_copy:
            n_duplicates += 1
        else:
            kept.append(index)
    return Selection(sorted(kept), len(ranked), n_duplicates)


def nearly_same(
    first: LabelledConfiguration, second: LabelledConfiguration, minimum_displacement: float
) -> bool:
    """Say whether the atoms of two frames, in one order, are closer than told, in Å.

    Compared are fractional coordinates, each atom with its nearest image, apart from a common
    shift; frames of different crystals or atoms are never the same.
    """
    if not np.array_equal(first.numbers, second.numbers):
        return False
    displacement = _displacement(_fractional(first), _fractional(second), first.cell)
    return displacement < minimum_displacement


def _fractional(frame: LabelledConfiguration) -> FloatArray:
    return np.asarray(frame.positions @ np.linalg.inv(frame.cell))


def _displacement(first: FloatArray, second: FloatArray, cell: FloatArray) -> float:
    """Root mean square over the atoms, in Å, after a common shift."""
    difference = first - second
    difference -= difference.round()
    displacement = difference @ cell
    displacement -= displacement.mean(axis=0)
    return float(np.sqrt((displacement**2).sum(axis=1).mean()))
