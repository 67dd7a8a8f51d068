"""A planted frame is found among many, and its copies are not taken with it."""

from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.active_learning.extraction import excerpts_of
from atomate2_argyrodite.active_learning.selection import nearly_same, select_candidates
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.structures import grain_boundary, site_disorder_configurations
from mtp.conftest import random_potential, rattled

FAMILY = site_disorder_configurations("Cl", 10.0)
CRYSTAL = FAMILY[0].structure


def frame(amplitude: float, seed: int) -> LabelledConfiguration:
    return LabelledConfiguration.from_structure(rattled(CRYSTAL, amplitude, seed=seed))


@pytest.fixture(scope="module")
def training() -> list[LabelledConfiguration]:
    return [frame(0.06, seed) for seed in range(40)]


@pytest.fixture(scope="module")
def active_set(training: list[LabelledConfiguration]) -> ActiveSet:
    return ActiveSet.from_configurations(random_potential(8), training)


def planted() -> LabelledConfiguration:
    """A crystal in which one Li has left its place by 1 Å."""
    crystal = frame(0.06, 3)
    positions = crystal.positions.copy()
    positions[np.flatnonzero(crystal.numbers == 3)[5]] += [0.7, 0.5, 0.5]
    return replace(crystal, positions=positions)


def test_a_planted_frame_is_selected_and_its_duplicates_are_not(
    active_set: ActiveSet, training: list[LabelledConfiguration]
) -> None:
    odd = planted()
    shifted = replace(odd, positions=odd.positions + 0.02)  # as a whole: the same crystal
    candidates = [*training[:20], odd, *training[20:], odd, shifted]
    assert active_set.grade([odd])[0] > 2.1
    selection = select_candidates(active_set, candidates, 10)
    assert len(selection.indices) == 1
    assert selection.indices[0] in (20, 41, 42)


def test_near_copies_are_counted_and_left_out(active_set: ActiveSet) -> None:
    rng = np.random.default_rng(0)
    odd = planted()
    near = [
        replace(odd, positions=odd.positions + 0.03 * rng.standard_normal(odd.positions.shape))
        for _ in range(4)
    ]
    everything = select_candidates(active_set, near, 10, minimum_displacement=0.0)
    assert everything.n_duplicates == 0
    assert len(everything.indices) == everything.n_chosen > 1
    distinct = select_candidates(active_set, near, 10, minimum_displacement=0.1)
    assert len(distinct.indices) == 1
    assert distinct.n_duplicates == distinct.n_chosen - 1
    best = max(range(4), key=lambda k: active_set.grade([near[k]])[0])
    assert distinct.indices == [best]


def test_required_frames_come_first_and_the_cap_holds(active_set: ActiveSet) -> None:
    hot = [frame(0.3, seed) for seed in range(5)]
    lost = frame(0.06, 2).with_metadata(required=True)
    selection = select_candidates(active_set, [*hot, lost], 3)
    assert len(selection.indices) == 3
    assert 5 in selection.indices
    assert selection.n_chosen > 3


def test_frames_are_compared_across_cells_and_faces() -> None:
    one = frame(0.05, 1)
    wrapped = replace(one, positions=one.positions + one.cell[0] - 2 * one.cell[2])
    assert nearly_same(one, wrapped, 1e-9)
    swollen = replace(one, positions=1.02 * one.positions, cell=1.02 * one.cell)
    assert nearly_same(one, swollen, 1e-9)
    assert not nearly_same(one, frame(0.05, 2), 0.05)
    assert nearly_same(one, frame(0.05, 2), 0.3)
    other = site_disorder_configurations("Br", 10.0)[0].structure
    assert not nearly_same(one, LabelledConfiguration.from_structure(other), 100.0)


def test_an_excerpt_keeps_the_grade_of_its_atom(active_set: ActiveSet) -> None:
    boundary = LabelledConfiguration.from_structure(
        rattled(grain_boundary(FAMILY[2]), 0.05, seed=4), metadata={"configuration": "boundary"}
    )
    small = frame(0.05, 1)
    piece, same = excerpts_of([boundary, small], active_set, above_atoms=200)
    assert same is small
    assert len(piece) < 200
    assert piece.metadata["excerpt_of_atoms"] == 520
    worst = active_set.grade([boundary])[0]
    assert active_set.grade_atoms(piece)[0] == pytest.approx(worst, rel=1e-9)
    assert piece.metadata["configuration"] == "boundary"
    assert excerpts_of([boundary], active_set, None) == [boundary]
