"""Duplicates and outliers are found where they were put, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.mtp import LabelledConfiguration, review_data

ELEMENT_ENERGIES = {3: -1.9, 15: -5.4, 17: -1.8}


def sample(count: int, seed: int = 0) -> list[LabelledConfiguration]:
    """Configurations of several compositions; thermal energies of 5 meV/atom, forces of 0.5."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        numbers = rng.choice(list(ELEMENT_ENERGIES), 12)
        energy = sum(ELEMENT_ENERGIES[z] for z in numbers) + 12 * 0.005 * rng.standard_normal()
        found.append(
            LabelledConfiguration(
                numbers=numbers,
                positions=rng.uniform(0, 8, (12, 3)),
                cell=8.0 * np.eye(3),
                energy=float(energy),
                forces=0.5 * rng.standard_normal((12, 3)),
            )
        )
    return found


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_data_are_not_suspected(seed: int) -> None:
    review = review_data(sample(60, seed))
    assert review.warnings == []


def test_duplicates_and_contradictions() -> None:
    frames = sample(20)
    frames.append(replace(frames[3], energy=frames[3].energy))
    frames.append(replace(frames[7], energy=frames[7].energy + 0.2))
    frames.append(replace(frames[9], positions=frames[9].positions + 1e-3))
    review = review_data(frames)
    assert review.duplicates == ((3, 20), (7, 21))
    assert review.contradictions == ((7, 21),)
    assert "2 groups of equal configurations: 3, 20; 7, 21" in review.warnings[0]
    assert "different energies: 7, 21" in review.warnings[1]


@pytest.mark.parametrize("shift", [2.0, -5.0, 1e4])
def test_one_odd_energy_is_found_in_a_mixed_set(shift: float) -> None:
    frames = sample(60)
    frames[17] = replace(frames[17], energy=frames[17].energy + 12 * shift)
    assert review_data(frames).energy_outliers == (17,)


def test_one_odd_force_is_found() -> None:
    frames = sample(60)
    forces = frames[5].forces.copy()
    forces[2, 1] = 80.0
    frames[5] = replace(frames[5], forces=forces)
    assert review_data(frames).force_outliers == (5,)


def test_few_or_unlabelled_configurations_are_not_judged() -> None:
    few = sample(5)
    few[0] = replace(few[0], energy=1e3)
    assert review_data(few).warnings == []
    assert review_data([frame.without_labels() for frame in sample(20)]).warnings == []
    assert review_data([]).warnings == []
