"""What the tests of the .cfg reader and writer share."""

import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.mtp import LabelledConfiguration

from .conftest import random_potential


def labelled(structure: Structure) -> LabelledConfiguration:
    """The structure with labels of a random potential."""
    evaluation = random_potential(8).evaluate(structure)
    return LabelledConfiguration.from_structure(
        structure,
        energy=evaluation.energy,
        forces=evaluation.forces,
        stress=evaluation.stress,
    )


def same(before: LabelledConfiguration, after: LabelledConfiguration) -> None:
    """Everything but the stress, which is divided by the volume, to the last bit."""
    assert (before.numbers == after.numbers).all()
    assert (before.positions == after.positions).all()
    assert (before.cell == after.cell).all()
    assert before.energy == after.energy
    assert (before.forces is None) == (after.forces is None)
    if before.forces is not None:
        assert (before.forces == after.forces).all()
    assert (before.stress is None) == (after.stress is None)
    if before.stress is not None:
        assert after.stress == pytest.approx(0.5 * (before.stress + before.stress.T), rel=1e-14)
    assert after.metadata == before.metadata
