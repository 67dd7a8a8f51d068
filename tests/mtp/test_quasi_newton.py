"""BFGS on functions whose minimum is known."""

import numpy as np
import pytest
from scipy.optimize import rosen, rosen_der

from atomate2_argyrodite.mtp.quasi_newton import minimise


def test_the_true_curvature_ends_a_quadratic_in_one_iteration() -> None:
    rng = np.random.default_rng(0)
    root = rng.standard_normal((30, 30))
    hessian = root @ root.T + 0.01 * np.eye(30)
    target = rng.standard_normal(30)

    def function(x: np.ndarray) -> tuple[float, np.ndarray]:
        gradient = hessian @ (x - target)
        return float(0.5 * (x - target) @ gradient), gradient

    result = minimise(function, np.zeros(30), np.linalg.inv(hessian), 1)
    assert result.iterations == 1
    assert np.abs(result.point - target).max() < 1e-8


@pytest.mark.parametrize("size", [2, 10])
def test_rosenbrock_is_minimised(size: int) -> None:
    def function(x: np.ndarray) -> tuple[float, np.ndarray]:
        return float(rosen(x)), np.asarray(rosen_der(x))

    result = minimise(function, np.full(size, -1.2), np.eye(size) / 100, 300)
    assert result.value < 1e-12
    assert result.iterations < 300
    assert np.abs(result.point - 1.0).max() < 1e-5


def test_values_that_are_not_finite_are_avoided() -> None:
    def function(x: np.ndarray) -> tuple[float, np.ndarray]:
        if x[0] <= 0.0:
            return np.inf, np.zeros(1)
        return float(x[0] - np.log(x[0])), np.array([1.0 - 1.0 / x[0]])

    result = minimise(function, np.array([3.0]), np.array([[20.0]]), 50)
    assert result.point[0] == pytest.approx(1.0, abs=1e-5)


def test_a_minimum_is_left_where_it_is() -> None:
    result = minimise(lambda x: (float(x @ x), 2 * x), np.zeros(3), np.eye(3), 10)
    assert result.iterations == 0
    assert (result.point == 0.0).all()
