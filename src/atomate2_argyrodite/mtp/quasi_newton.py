"""BFGS whose whole state is explicit, so that it starts from a known curvature and can be resumed.

SciPy's own BFGS starts from the identity and multiplies dense matrices at each iteration; this one
takes an inverse Hessian and updates it by two outer products (Nocedal and Wright, Numerical
Optimization, eq. 6.17). The line search is SciPy's, for the strong Wolfe conditions.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import line_search

FloatArray = NDArray[np.float64]
Function = Callable[[FloatArray], tuple[float, FloatArray]]

_LARGEST_STEP = 50


@dataclass(frozen=True, eq=False)
class QuasiNewtonResult:
    """Where a minimisation ended.

    Parameters
    ----------
    point
        Variables, shape (n,).
    value
        Function value there.
    iterations
        Iterations that lowered the value.
    """

    point: FloatArray
    value: float
    iterations: int


def minimise(
    function: Function, start: FloatArray, inverse_hessian: FloatArray, iterations: int
) -> QuasiNewtonResult:
    """Minimise `function`, which returns value and gradient, by at most `iterations` of BFGS.

    Parameters
    ----------
    function
        Value and gradient, shape (n,); a value that is not finite is avoided.
    start
        First point, shape (n,).
    inverse_hessian
        Approximation of the inverse Hessian at `start`, positive definite, shape (n, n).
    iterations
        Most iterations. They end earlier where no step lowers the value.
    """
    evaluate = _Remembered(function)
    inverse = inverse_hessian.copy()
    point, value, previous = start, evaluate.value(start), None
    for iteration in range(iterations):
        gradient = evaluate.gradient(point)
        direction = -inverse @ gradient
        length = _step_length(evaluate, point, direction, gradient, value, previous)
        if length is None:
            return QuasiNewtonResult(point, value, iteration)
        step = length * direction
        previous, point = value, point + step
        value = evaluate.value(point)
        _update(inverse, step, evaluate.gradient(point) - gradient)
    return QuasiNewtonResult(point, value, iterations)


class _Remembered:
    """A function and its latest values: a line search asks for value and gradient separately."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._known: dict[bytes, tuple[float, FloatArray]] = {}

    def _at(self, point: FloatArray) -> tuple[float, FloatArray]:
        key = point.tobytes()
        if key not in self._known:
            while len(self._known) > 2:
                del self._known[next(iter(self._known))]
            self._known[key] = self._function(point)
        return self._known[key]

    def value(self, point: FloatArray) -> float:
        return self._at(point)[0]

    def gradient(self, point: FloatArray) -> FloatArray:
        return self._at(point)[1]


def _step_length(
    evaluate: _Remembered,
    point: FloatArray,
    direction: FloatArray,
    gradient: FloatArray,
    value: float,
    previous: float | None,
) -> float | None:
    """Return a step that lowers the value, or None if there is none."""
    if not float(gradient @ direction) < 0.0:
        return None
    with warnings.catch_warnings(), np.errstate(invalid="ignore", over="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # that no step was found
        length, _, _, reached, *_ = line_search(
            evaluate.value,
            evaluate.gradient,
            point,
            direction,
            gradient,
            value,
            previous,
            amax=_LARGEST_STEP,
        )
    if length is None or not reached < value:
        return None
    return float(length)


def _update(inverse: FloatArray, step: FloatArray, change: FloatArray) -> None:
    """Put one pair of step and change of the gradient into the inverse Hessian."""
    curvature = float(step @ change)
    if not curvature > 0.0:
        return
    image = inverse @ change
    mixed = np.outer(step, image)
    inverse -= (mixed + mixed.T) / curvature
    inverse += np.outer(step, step) * ((1.0 + float(change @ image) / curvature) / curvature)
