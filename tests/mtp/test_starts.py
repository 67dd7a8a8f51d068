"""Starts of fits: seeds, growth from level to level."""

from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    best_start,
    fit_potential,
    grown_potential,
    starting_potential,
    without_unseen_pairs,
)
from atomate2_argyrodite.mtp.training_data import shortest_distance

from .conftest import SPECIES


def test_the_radial_basis_begins_at_the_shortest_distance(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    start = starting_potential(argyrodite_frames, 6, 5.0, SPECIES, radial_basis_size=10)
    shortest = shortest_distance(argyrodite_frames)
    assert shortest - 1e-3 < start.min_distance <= shortest
    assert start.model.radial_basis_size == 10


@pytest.mark.parametrize(("level", "size"), [(10, 8), (16, 8), (8, 10)])
def test_growth_begins_where_the_lower_level_ended(
    argyrodite_frames: list[LabelledConfiguration], level: int, size: int
) -> None:
    training = argyrodite_frames
    low = fit_potential(
        starting_potential(training, 8, 5.0, SPECIES), training, maximum_iterations=50
    )
    grown = grown_potential(low.potential, level, radial_basis_size=size, seed=4)
    high = fit_potential(grown, training, maximum_iterations=1)
    assert high.losses[0] <= low.losses[-1] * (1 + 1e-3)
    assert grown.min_distance == low.potential.min_distance
    count = low.potential.model.radial_funcs_count
    shape = (4, 4, -1, size)
    radial = grown.parameters[: 16 * grown.model.radial_funcs_count * size].reshape(shape)
    known = low.potential.parameters[: 16 * count * 8].reshape(4, 4, count, 8)
    assert (radial[:, :, :count, :8] == known).all()
    assert (radial[:, :, :count, 8:] == 0.0).all()


def test_growth_does_not_shrink(argyrodite_frames: list[LabelledConfiguration]) -> None:
    start = starting_potential(argyrodite_frames, 10, 5.0, SPECIES)
    with pytest.raises(InputError, match="choose a higher level"):
        grown_potential(start, 8)
    with pytest.raises(InputError, match="level 10 with 6"):
        grown_potential(start, 10, radial_basis_size=6)


def test_the_best_start_has_the_lowest_validation_loss(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    training, validation = argyrodite_frames[:4], argyrodite_frames[4:]
    starts = [starting_potential(training, 6, 5.0, SPECIES, seed=seed) for seed in range(4)]
    chosen = best_start(starts, training, validation, iterations=10)
    results = [fit_potential(s, training, validation, maximum_iterations=10) for s in starts]
    lowest = min(results, key=lambda result: float(np.min(result.validation_losses)))
    assert chosen.potential_id == lowest.potential.potential_id
    assert len({result.potential.potential_id for result in results}) == 4
    assert best_start(starts[:1], training) is starts[0]
    with pytest.raises(InputError, match="at least one"):
        best_start([], training)


def test_pairs_that_no_frame_shows_do_not_interact(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    """No two P come within 5 Å in the bulk; at a boundary they do, and must not be pulled."""
    start = starting_potential(argyrodite_frames, 8, 5.0, SPECIES)
    cleared = without_unseen_pairs(start, argyrodite_frames)
    count, p = len(SPECIES), SPECIES.index("P")
    n_radial = len(start.parameters) - count - start.model.scalar_count
    before, after = (
        potential.parameters[:n_radial].reshape(count, count, -1) for potential in (start, cleared)
    )
    unseen = ~(after != 0.0).any(axis=2)
    assert unseen[p, p]
    assert not unseen[p, SPECIES.index("S")]
    np.testing.assert_array_equal(before[~unseen], after[~unseen])
    fitted = fit_potential(cleared, argyrodite_frames, maximum_iterations=20).potential
    alone, pair = (two_phosphorus(distance) for distance in (9.0, 4.3))
    apart, together = fitted.evaluate([alone, pair])
    assert together.energy == pytest.approx(apart.energy, abs=1e-12)
    assert np.abs(together.forces).max() == 0.0
    other = fit_potential(start, argyrodite_frames, maximum_iterations=20).potential
    assert np.abs(other.evaluate(pair).forces).max() > 0.01


def test_what_is_learned_later_begins_from_none(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    fitted = fit_potential(
        without_unseen_pairs(
            starting_potential(argyrodite_frames, 6, 5.0, SPECIES), argyrodite_frames
        ),
        argyrodite_frames,
        maximum_iterations=20,
    ).potential
    again = without_unseen_pairs(fitted, argyrodite_frames)
    assert again.potential_id == fitted.potential_id
    close = [
        replace(
            two_phosphorus(d),
            energy=8.0 / d,
            forces=np.array([[-8 / d**2, 0, 0], [8 / d**2, 0, 0]]),
        )
        for d in (3.6, 4.0, 4.4)
    ]
    learned = fit_potential(fitted, [*argyrodite_frames, *close], maximum_iterations=60).potential
    force = learned.evaluate(close[1]).forces[1, 0]
    assert force == pytest.approx(0.5, rel=0.5)


def two_phosphorus(distance: float) -> LabelledConfiguration:
    """Two P and nothing else."""
    return LabelledConfiguration(
        np.array([15, 15]), np.array([[0.0, 0, 0], [distance, 0, 0]]), 30.0 * np.eye(3)
    )
