"""The loss against its formula, its gradient against finite differences, the linear solution."""

import numpy as np
import pytest
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import FitWeights, LabelledConfiguration
from atomate2_argyrodite.mtp.loss import FitProblem

from .conftest import random_potential, rattled


def labelled(structure: Structure, seed: int, stress: bool = True) -> LabelledConfiguration:
    rng = np.random.default_rng(seed)
    tensor = rng.standard_normal((3, 3)) * 0.01
    return LabelledConfiguration.from_structure(
        rattled(structure, seed=seed),
        energy=float(rng.standard_normal()),
        forces=rng.standard_normal((len(structure), 3)),
        stress=0.5 * (tensor + tensor.T) if stress else None,
    )


@pytest.fixture(scope="module")
def frames(cubic: Structure, triclinic: Structure, thin: Structure) -> list[LabelledConfiguration]:
    with_stress = [labelled(cubic, 0), labelled(triclinic, 1), labelled(thin, 2)]
    return [*with_stress, labelled(thin, 3, stress=False)]


def test_the_loss_is_its_formula(frames: list[LabelledConfiguration]) -> None:
    potential = random_potential(8)
    weights = FitWeights(energy=10.0, force=2.0, stress=0.3)
    own = np.array([1.0, 0.5, 2.0, 3.0])
    loss, _ = FitProblem(potential, frames, weights, own).loss_and_gradient(potential.parameters)
    expected = 0.0
    for frame, weight in zip(frames, own, strict=True):
        result = potential.evaluate(frame)
        term = 10.0 * (result.energy - (frame.energy or 0.0)) ** 2 / len(frame)
        term += 2.0 * ((result.forces - frame.forces) ** 2).sum()
        if frame.stress is not None:
            error = frame.volume * (result.stress - frame.stress)
            term += 0.3 * (error**2).sum() / len(frame)
        expected += weight * term / len(frames)
    assert loss == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("level", [2, 4, 6, 8, 10, 12, 16, 20])
@pytest.mark.parametrize(
    "weights", [FitWeights(100, 1, 0), FitWeights(1, 0, 5), FitWeights(0, 1, 1)]
)
def test_gradient_against_finite_differences(
    level: int, weights: FitWeights, frames: list[LabelledConfiguration]
) -> None:
    potential = random_potential(level, seed=level)
    problem = FitProblem(potential, frames, weights)
    parameters = potential.parameters
    _, gradient = problem.loss_and_gradient(parameters)
    count = potential.model.scalar_count
    rng = np.random.default_rng(0)
    chosen = [*rng.choice(len(parameters) - count, 12, replace=False), -1, -count, -count - 2]
    for index in chosen:
        step = 1e-5 * max(1e-2, abs(parameters[index]))
        ends = []
        for sign in (1, -1):
            moved = parameters.copy()
            moved[index] += sign * step
            ends.append(problem.loss_and_gradient(moved)[0])
        numerical = (ends[0] - ends[1]) / (2 * step)
        rounding = 1e-15 * ends[0] / step
        tolerance = 1e-6 * abs(gradient[index]) + 100 * rounding
        assert gradient[index] == pytest.approx(numerical, abs=tolerance)


def test_gradient_does_not_depend_on_threads(frames: list[LabelledConfiguration]) -> None:
    potential = random_potential(8)
    many = frames * 20
    results = [
        FitProblem(potential, many, FitWeights(1, 1, 1), threads=n).loss_and_gradient(
            potential.parameters
        )
        for n in (1, 4)
    ]
    assert results[0][0] == results[1][0]
    assert (results[0][1] == results[1][1]).all()


def test_the_linear_solution_is_the_minimum(cubic: Structure, triclinic: Structure) -> None:
    frames = [labelled(s, k) for k in range(4) for s in (cubic, triclinic)]
    potential = random_potential(8)
    problem = FitProblem(potential, frames, FitWeights(100, 1, 0.5))
    before, _ = problem.loss_and_gradient(potential.parameters)
    solved = problem.solve_linear(potential.parameters, 0.0)
    after, gradient = problem.loss_and_gradient(solved)
    linear = potential.model.scalar_count + len(potential.species)
    assert after < before
    assert (solved[:-linear] == potential.parameters[:-linear]).all()
    scale = np.abs(solved[-linear:])
    assert np.abs(gradient[-linear:] * scale).max() < 1e-6 * after


@pytest.mark.parametrize("values", [(-1.0, 1.0, 0.0), (np.nan, 1.0, 0.0), (0.0, 0.0, 1.0)])
def test_senseless_weights_are_refused(values: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="weight"):
        FitWeights(*values)
