import numpy as np
import pytest

from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.sampling.snapshots import decorrelated, physical_snapshots
from atomate2_argyrodite.structures import site_disorder_configurations


@pytest.fixture(scope="module")
def crystal() -> LabelledConfiguration:
    return LabelledConfiguration.from_structure(site_disorder_configurations("Cl")[0].structure)


def run_of(*snapshots: LabelledConfiguration) -> list[LabelledConfiguration]:
    return [frame.with_metadata(step=100 * k) for k, frame in enumerate(snapshots)]


def moved(crystal: LabelledConfiguration, atom: int, shift: float) -> LabelledConfiguration:
    positions = crystal.positions.copy()
    positions[atom, 0] += shift
    return LabelledConfiguration(crystal.numbers, positions, crystal.cell, energy=-1.0)


def torn(crystal: LabelledConfiguration) -> LabelledConfiguration:
    return moved(crystal, int(np.flatnonzero(crystal.numbers == 15)[0]), 1.5)


def test_snapshots_with_broken_units_are_left_out_and_counted(
    crystal: LabelledConfiguration,
) -> None:
    phosphorus = int(np.flatnonzero(crystal.numbers == 15)[0])
    run = run_of(crystal, torn(crystal), moved(crystal, phosphorus, 0.1))
    review = physical_snapshots(run, {"configuration": "0-F-43m"})
    assert review.n_unphysical == 1
    assert [frame.metadata["step"] for frame in review.frames] == [0, 200]
    assert all(frame.metadata["configuration"] == "0-F-43m" for frame in review.frames)
    assert not any(frame.is_labelled for frame in review.frames)
    assert review.fault is None, "one stretched bond that comes back is a vibration"


def test_units_that_stay_broken_are_told_with_their_time_and_end_the_run(
    crystal: LabelledConfiguration,
) -> None:
    """2 fs steps, a snapshot every 0.2 ps: broken at 0.4 ps, lost for good 0.4 ps later."""
    run = run_of(crystal, crystal, torn(crystal), torn(crystal), torn(crystal), crystal)
    review = physical_snapshots(run, {}, time_step_fs=2.0)
    assert [frame.metadata["step"] for frame in review.frames] == [0, 100]
    assert review.n_unphysical == 4, "a unit that comes back later is no argyrodite's"
    assert review.fault == "PS4 units broke at 0.4 ps"
    assert review.lost_at_ps == pytest.approx(0.4)


def test_a_melt_is_told_although_its_units_are_whole(crystal: LabelledConfiguration) -> None:
    """Units that move apart as wholes, each 3 Å its own way."""
    positions = crystal.positions.copy()
    random = np.random.default_rng(0)
    for p in np.flatnonzero(crystal.numbers == 15):
        away = random.normal(size=3)
        near = np.linalg.norm(crystal.positions - crystal.positions[p], axis=1) < 2.3
        positions[near] += 3.0 * away / np.linalg.norm(away)
    melt = LabelledConfiguration(crystal.numbers, positions, crystal.cell)
    review = physical_snapshots(run_of(melt, melt), {}, start=crystal, time_step_fs=1.0)
    assert review.fault is not None
    assert "melted" in review.fault or "broke" in review.fault
    assert review.frames == []
    assert review.lost_at_ps == pytest.approx(0.0)


def test_snapshots_with_atoms_too_close_are_left_out(crystal: LabelledConfiguration) -> None:
    lithium = np.flatnonzero(crystal.numbers == 3)
    positions = crystal.positions.copy()
    positions[lithium[0]] = positions[lithium[1]] + 0.7
    close = LabelledConfiguration(crystal.numbers, positions, crystal.cell)
    review = physical_snapshots(run_of(close), {})
    assert (review.frames, review.n_unphysical) == ([], 1)


def test_a_run_without_snapshots_has_none() -> None:
    assert physical_snapshots([], {}).frames == []


def test_frames_nearer_than_the_correlation_are_left_out(crystal: LabelledConfiguration) -> None:
    frames = run_of(*[crystal] * 10)
    kept = decorrelated(frames, 250.0)
    assert [frame.metadata["step"] for frame in kept] == [0, 300, 600, 900]
    assert decorrelated(frames, 90.0) == frames
    assert decorrelated(frames, None) == frames
