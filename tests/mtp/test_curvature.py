"""The Gauss-Newton curvature against residuals by finite differences."""

import numpy as np
import pytest

from atomate2_argyrodite.mtp import FitWeights, LabelledConfiguration
from atomate2_argyrodite.mtp.curvature import LEAST_DAMPING, Curvature, curvature_sample
from atomate2_argyrodite.mtp.loss import FitProblem

from .conftest import random_potential


def test_the_inverse_hessian_is_that_of_the_squared_jacobian(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    potential = random_potential(4, seed=2)
    problem = FitProblem(potential, argyrodite_frames[:3], FitWeights(100, 1, 0.1))
    parameters = potential.parameters
    curvature = Curvature.of(problem, parameters)
    inverse, units = curvature.inverse_hessian(LEAST_DAMPING), curvature.units
    columns = []
    for index, unit in enumerate(units):
        step = np.zeros_like(parameters)
        step[index] = 1e-6 * max(abs(parameters[index]), 1e-2)
        ends = [problem.residuals(parameters + sign * step) for sign in (1, -1)]
        columns.append(unit * (ends[0] - ends[1]) / (2 * step[index]))
    jacobian = np.array(columns).T
    seen = (jacobian**2).sum(axis=0) > 0.5
    assert seen.sum() > 0.8 * len(parameters)
    assert (jacobian[:, seen] ** 2).sum(axis=0) == pytest.approx(1.0, rel=1e-4)
    assert curvature.matrix == pytest.approx(jacobian.T @ jacobian, abs=1e-4)
    damped = 2.0 * (curvature.matrix + LEAST_DAMPING * np.eye(len(parameters)))
    vector = damped @ np.ones(len(parameters))
    rounding = np.finfo(float).eps * np.linalg.cond(damped) * np.linalg.norm(vector)
    assert rounding < 1e-3
    assert np.linalg.norm(damped @ (inverse @ vector) - vector) < 10 * rounding
    assert (np.linalg.eigvalsh(inverse) > 0.0).all()


def test_the_sample_grows_with_the_parameters(
    argyrodite_frames: list[LabelledConfiguration],
) -> None:
    many = argyrodite_frames * 50
    assert len(curvature_sample(many, 20)) == 8
    assert len(curvature_sample(many, 273)) == 11  # 6 x 273 / 157
    assert len(curvature_sample(many, 100_000)) == 64
    assert curvature_sample(argyrodite_frames, 1000) == argyrodite_frames
