"""Excerpts of big frames: a small periodic piece around the atom that extrapolates most."""

from collections.abc import Sequence

import numpy as np

from atomate2_argyrodite.errors import StructureError
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.structures.excerpts import periodic_excerpt


def excerpts_of(
    frames: Sequence[LabelledConfiguration], active_set: ActiveSet, above_atoms: int | None
) -> list[LabelledConfiguration]:
    """Return frames, those of more atoms than `above_atoms` replaced by an excerpt.

    The atom in the middle is the one with the largest grade; in the excerpt it has the same
    neighbours within the cutoff, and so the same grade. Where there is no such piece the frame
    stays whole. None for `above_atoms` leaves all frames as they are.
    """
    if above_atoms is None:
        return list(frames)
    return [
        frame if len(frame) <= above_atoms else excerpt_of(frame, active_set) for frame in frames
    ]


def excerpt_of(frame: LabelledConfiguration, active_set: ActiveSet) -> LabelledConfiguration:
    """Return the piece of a frame around its worst atom, or the frame if there is none.

    Metadata gain ``excerpt_of_atoms``, the size of the whole, and ``excerpt_atom``, the index of
    the atom in the middle.
    """
    worst = int(np.argmax(active_set.grade_atoms(frame)))
    try:
        piece = periodic_excerpt(
            frame.numbers, frame.positions, frame.cell, worst, active_set.potential.cutoff
        )
    except StructureError:
        return frame
    return LabelledConfiguration(
        frame.numbers[piece.atoms],
        piece.positions,
        piece.cell,
        metadata={**frame.metadata, "excerpt_of_atoms": len(frame), "excerpt_atom": worst},
    )
