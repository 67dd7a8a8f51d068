"""Which candidates are labelled: what MaxVol adds to the active set, without near-copies."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration

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
    for index in ranked:
        if len(kept) == maximum:
            break
        frame = candidates[index]
        if any(nearly_same(frame, candidates[k], minimum_displacement) for k in kept):
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
    difference = _fractional(first) - _fractional(second)
    difference -= difference.round()
    displacement = difference @ first.cell
    displacement -= displacement.mean(axis=0)
    return bool(np.sqrt((displacement**2).sum(axis=1).mean()) < minimum_displacement)


def _fractional(frame: LabelledConfiguration) -> np.ndarray:
    return np.asarray(frame.positions @ np.linalg.inv(frame.cell))
