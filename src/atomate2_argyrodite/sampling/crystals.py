"""Which crystal a run begins with: strained as it was built, or after a relaxation."""

from dataclasses import replace

import numpy as np
from jobflow.core.reference import ResolvedReference
from numpy.typing import NDArray

from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.sampling.runs import SamplingTask
from atomate2_argyrodite.sampling.schemas import Cell, StrainedCrystal
from atomate2_argyrodite.stability.schemas import RelaxedCrystalDocument
from atomate2_argyrodite.structures import strained_structures


def strained_crystal(
    task: SamplingTask, relaxed: ResolvedReference | None
) -> tuple[SamplingTask, StrainedCrystal]:
    """Return the task with the crystal to begin with, and the record of what was strained.

    Parameters
    ----------
    task
        Without a relaxed crystal its structure is strained already; with one it is the crystal as
        built, which was relaxed.
    relaxed
        Reference to a `RelaxedCrystalDocument` with its value (see `with_value`), or None.

    Raises
    ------
    RunError
        If the relaxation broke PS4 units: what follows would be no argyrodite's.
    """
    if relaxed is None:
        strained = task.structure.lattice.matrix
        built = strained / (1 + task.strain)
        return task, StrainedCrystal(
            built_cell_angstrom=_rows(built), cell_angstrom=_rows(strained)
        )
    document: RelaxedCrystalDocument = relaxed.value
    if not document.crystal.tetrahedra.are_intact:
        raise RunError(
            f"the relaxation of {task.configuration} by protocol "
            f"{document.crystal.relaxation.protocol.value!r} broke PS4 units: relax it by another "
            "protocol, or sample it as built"
        )
    (frame,) = configurations_from_arrays(document.frames.to_arrays())
    (crystal,) = strained_structures(frame.structure, (task.strain,))
    record = StrainedCrystal(
        built_cell_angstrom=_rows(task.structure.lattice.matrix),
        relaxed_cell_angstrom=_rows(frame.cell),
        cell_angstrom=_rows(crystal.lattice.matrix),
        relaxation=document.crystal.relaxation,
        relaxation_uuid=relaxed.uuid,
    )
    return replace(task, structure=crystal), record


def _rows(cell: NDArray[np.float64]) -> Cell:
    a, b, c = ((float(x), float(y), float(z)) for x, y, z in cell)
    return a, b, c
