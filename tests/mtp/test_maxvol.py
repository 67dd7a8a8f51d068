"""Submatrices of maximal volume: guarantees that hold for any matrix."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomate2_argyrodite.mtp.maxvol import EXCHANGE_TOLERANCE, UNSEEN, MaximumVolume


def names(count: int) -> np.ndarray:
    return np.stack([np.arange(count), np.zeros(count, dtype=np.int64)], axis=1)


def converged(pool: np.ndarray, chunk: int = 7) -> MaximumVolume:
    """Start with a part of the pool, then offer all of it in chunks until nothing changes."""
    members = names(len(pool))
    volume = MaximumVolume.started(pool[:chunk], members[:chunk])
    while sum(
        volume.offer(pool[k : k + chunk], members[k : k + chunk])
        for k in range(0, len(pool), chunk)
    ):
        pass
    return volume


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(8, 40))
def test_no_row_has_a_coefficient_above_the_tolerance(seed: int, size: int, count: int) -> None:
    pool = np.random.default_rng(seed).standard_normal((count, size))
    volume = converged(pool)
    assert volume.is_seen.all()
    assert volume.rows == pytest.approx(pool[volume.members[:, 0]])
    assert np.abs(pool @ volume.inverse).max() <= EXCHANGE_TOLERANCE
    assert volume.inverse @ volume.rows == pytest.approx(np.eye(size), abs=1e-9)


def test_the_volume_is_close_to_the_largest_of_all() -> None:
    """A matrix without gainful exchange has at least n^(-n/2) of the largest volume."""
    pool = np.random.default_rng(3).standard_normal((14, 3))
    found = abs(np.linalg.det(converged(pool).rows))
    best = max(abs(np.linalg.det(pool[list(k)])) for k in itertools.combinations(range(14), 3))
    assert best * 3**-1.5 / EXCHANGE_TOLERANCE**3 <= found <= best * (1 + 1e-12)


def test_each_exchange_multiplies_the_volume() -> None:
    rng = np.random.default_rng(5)
    volume = MaximumVolume(np.eye(4), names(4))
    before = 1.0
    for _ in range(20):
        row = 2.0 * rng.standard_normal((1, 4))
        gain = np.abs(row @ volume.inverse).max()
        done = volume.offer(row, names(1))
        after = abs(np.linalg.det(volume.rows))
        assert after == pytest.approx(before * (gain if done else 1.0))
        before = after


def test_unseen_directions_are_filled_and_then_taken() -> None:
    pool = np.zeros((6, 3))
    pool[:, :2] = np.random.default_rng(1).standard_normal((6, 2))
    volume = converged(pool)
    assert volume.is_seen.sum() == 2
    assert (volume.members[~volume.is_seen] == UNSEEN).all()
    assert np.abs([0.0, 0.0, 0.01] @ volume.inverse).max() > 10.0
    assert volume.offer(np.array([[0.0, 0.0, 0.5]]), names(1)) == 1
    assert volume.is_seen.all()


def test_duplicates_and_zeros_change_nothing() -> None:
    pool = np.random.default_rng(2).standard_normal((12, 4))
    volume = converged(pool)
    before = volume.rows.copy()
    again = np.vstack([pool, pool, np.zeros((2, 4))])
    assert volume.offer(again, names(len(again))) == 0
    assert (volume.rows == before).all()


def test_a_start_without_any_direction_is_not_singular() -> None:
    volume = MaximumVolume.started(np.zeros((3, 2)), names(3))
    assert not volume.is_seen.any()
    assert np.isfinite(volume.inverse).all()
