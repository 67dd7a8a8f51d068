"""The curvature of the loss from which BFGS starts: Gauss-Newton on a few frames.

The loss is a sum of squares ``|r(theta)|^2``, so its Hessian is close to ``2 J^T J`` with the
Jacobian J of r. The linear columns of J are exact, the radial ones are differences. A sample of
frames with a few times more labels than parameters suffices, so that J costs no more than some
iterations. With it 100 iterations of BFGS reach what took several hundred with a diagonal scaling.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.loss import FitProblem

FloatArray = NDArray[np.float64]

_LABELS_PER_PARAMETER = 6
_FEWEST_FRAMES, _MOST_FRAMES = 8, 64
_RELATIVE_STEP = 1e-7  # of the largest radial coefficient
LEAST_DAMPING = 1e-9
"""Of the scaled diagonal: with less, the noise of the sample counts; with more, BFGS is slower."""
MOST_DAMPING = 0.1
DAMPING_FACTOR = 100.0
"""What the damping is raised by where the quadratic model leads nowhere, as far from a minimum."""
_UNSEEN = 1e-12  # of the largest column: a parameter that the sample does not depend on


def curvature_sample(
    frames: Sequence[LabelledConfiguration], parameters: int
) -> list[LabelledConfiguration]:
    """Return evenly spaced frames with enough labels for `parameters`."""
    labels = sum(3 * len(frame) + 1 for frame in frames) / len(frames)
    wanted = int(np.ceil(_LABELS_PER_PARAMETER * parameters / labels))
    count = min(len(frames), max(_FEWEST_FRAMES, min(wanted, _MOST_FRAMES)))
    chosen = np.linspace(0, len(frames) - 1, count).round().astype(int)
    return [frames[k] for k in chosen]


@dataclass(frozen=True, eq=False)
class Curvature:
    """The squared Jacobian of the residuals of some frames.

    Parameters
    ----------
    units
        Unit of each parameter, shape (P,), in which the diagonal of ``J^T J`` is one.
    matrix
        ``J^T J`` in these units, shape (P, P).
    """

    units: FloatArray
    matrix: FloatArray

    @classmethod
    def of(
        cls, sample: FitProblem, parameters: FloatArray, ridge: FloatArray | None = None
    ) -> "Curvature":
        """Return the curvature of the loss of some frames at `parameters`, shape (P,).

        `ridge`, shape (P,), is added to the diagonal: the weights of the parameters' squares.
        """
        matrix = _normal_matrix(sample, parameters)
        if ridge is not None:
            matrix[np.diag_indices_from(matrix)] += ridge
        size = np.sqrt(np.diagonal(matrix))
        unseen = size <= _UNSEEN * size.max()
        size[unseen] = size.max() if size.max() > 0.0 else 1.0
        return cls(1.0 / size, matrix / np.outer(size, size))

    def inverse_hessian(self, damping: float) -> FloatArray:
        """Return ``(2 J^T J + 2 damping)^-1`` in the units, shape (P, P).

        The damping is raised until Cholesky's factorisation succeeds.
        """
        identity = np.eye(len(self.units))
        while True:
            try:
                factor = cho_factor(2.0 * (self.matrix + damping * identity))
            except LinAlgError:
                damping *= DAMPING_FACTOR
                continue
            inverse: FloatArray = cho_solve(factor, identity)
            return 0.5 * (inverse + inverse.T)


def _normal_matrix(sample: FitProblem, parameters: FloatArray) -> FloatArray:
    """J^T J, with the linear columns from the kernel and the radial ones by differences."""
    linear = sample.linear_residuals(parameters)
    radial_count = len(parameters) - linear.shape[1]
    jacobian = np.empty((len(linear), len(parameters)))
    jacobian[:, radial_count:] = linear
    origin = sample.residuals(parameters)
    step = _RELATIVE_STEP * max(float(np.abs(parameters[:radial_count]).max()), 1e-3)
    for index in range(radial_count):
        moved = parameters.copy()
        moved[index] += step
        jacobian[:, index] = (sample.residuals(moved) - origin) / step
    matrix: FloatArray = jacobian.T @ jacobian
    return matrix
