"""Starts of fits: seeds, growth from level to level."""

import numpy as np
import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    best_start,
    fit_potential,
    grown_potential,
    starting_potential,
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
