"""Fitting of a moment tensor potential to energies, forces and stresses.

The linear and species coefficients of given radial functions solve a least-squares problem; the
radial ones do not. A fit begins with the exact linear solution, goes on with rounds of BFGS over
all parameters with the analytic gradient, and ends with a linear solution again. Each round starts
from the Gauss-Newton curvature (see `mtp.curvature`), in which the linear part of the problem is
solved to first order at every step: what variable projection does, without its cost.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.checkpoint import (
    FitState,
    fit_fingerprint,
    read_checkpoint,
    write_checkpoint,
)
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.curvature import (
    DAMPING_FACTOR,
    LEAST_DAMPING,
    MOST_DAMPING,
    Curvature,
    curvature_sample,
)
from atomate2_argyrodite.mtp.loss import FitProblem, FitWeights
from atomate2_argyrodite.mtp.potential import MomentTensorPotential
from atomate2_argyrodite.mtp.prediction_errors import PredictionErrors, prediction_errors
from atomate2_argyrodite.mtp.quasi_newton import QuasiNewtonResult, minimise
from atomate2_argyrodite.mtp.training_data import (
    check_training_data,
    configuration_weights,
    training_warnings,
)

FloatArray = NDArray[np.float64]

ITERATIONS_PER_ROUND = 50
_RIDGE = 1e-4
_ATTEMPTS = 6  # to go on in a round where the line search finds no lower loss


@dataclass(frozen=True)
class FitProgress:
    """Where a fit stands: losses (see `FitWeights`) and root mean square errors.

    Energies in meV/atom, forces in eV/Å; what concerns the validation set is None without one.
    """

    iteration: int
    loss: float
    energy_rmse_mev_per_atom: float
    force_rmse_ev_per_angstrom: float
    validation_loss: float | None = None
    validation_energy_rmse_mev_per_atom: float | None = None
    validation_force_rmse_ev_per_angstrom: float | None = None


Progress = Callable[[FitProgress], None]


@dataclass(frozen=True, eq=False)
class FitResult:
    """A fitted potential and how it came about.

    Parameters
    ----------
    potential
        The potential of the lowest validation loss, or of the lowest loss without validation set.
    training_errors, validation_errors
        Errors on the two sets; None where there is no validation set.
    iterations, losses, validation_losses
        Iteration counts, loss and validation loss (NaN without one) at the start, after each round
        and after the final linear solution, for a figure.
    converged
        Whether the validation loss (the loss, without validation set) had stopped falling; False if
        the iterations ran out.
    warnings
        One sentence on each thing that makes the fit doubtful.
    """

    potential: MomentTensorPotential
    training_errors: PredictionErrors
    validation_errors: PredictionErrors | None
    iterations: NDArray[np.int64]
    losses: FloatArray
    validation_losses: FloatArray
    converged: bool
    warnings: list[str] = field(default_factory=list)


def fit_potential(
    potential: MomentTensorPotential,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration] = (),
    weights: FitWeights | None = None,
    *,
    maximum_iterations: int = 500,
    tolerance: float = 0.005,
    patience: int = 4,
    regularisation: float = 1e-10,
    configuration_weights: Sequence[float] | None = None,
    threads: int = 1,
    checkpoint: str | PathLike[str] | None = None,
    progress: Progress | None = None,
) -> FitResult:
    """Fit the parameters of `potential`, starting from those it has.

    The result depends on the arguments alone: not on the number of threads, nor on whether the fit
    was interrupted.

    Parameters
    ----------
    potential
        An untrained potential or one to continue from (warm start).
    training
        Labelled configurations to fit.
    validation
        Labelled configurations that decide when the fit ends, and which of its rounds is returned.
    weights
        Weights of the loss, by default energy : force : stress = 100 : 1 : 0.
    maximum_iterations
        Most BFGS iterations, in rounds of 50.
    tolerance
        Relative gain of a round: with less, the loss has stopped falling.
    patience
        Rounds in a row without a gain after which the fit ends.
    regularisation
        Of the linear least squares, relative to the scaled normal matrix.
    configuration_weights
        Weight w_q of each training configuration; by default its ``metadata["weight"]``, else 1.
    threads
        Threads for the kernel.
    checkpoint
        File (``.npz``) that is written after each round, and from which a fit with the same data,
        weights and start continues if it is there.
    progress
        Called after each round.

    Raises
    ------
    InputError
        If the data cannot be fitted (none, unlabelled, absurd values, elements unknown to the
        potential or absent from the data, labels of two kinds), a setting makes no sense, or the
        checkpoint belongs to another fit.
    """
    check_training_data(potential, training, validation)
    if maximum_iterations < 1 or patience < 1:
        raise InputError(
            f"maximum_iterations and patience must be at least 1, got {maximum_iterations} and "
            f"{patience}"
        )
    with threadpool_limits(limits=1, user_api="blas"):  # sums of BLAS depend on its threads
        fit = _Fit(
            potential, training, validation, weights or FitWeights(), configuration_weights, threads
        )
        fit.regularisation, fit.progress = regularisation, progress
        fit.checkpoint = None if checkpoint is None else Path(checkpoint)
        state, converged = fit.run(maximum_iterations, tolerance, patience)
    fitted = potential.with_parameters(state.best_parameters)
    return FitResult(
        potential=fitted,
        training_errors=prediction_errors(fitted, training, threads),
        validation_errors=prediction_errors(fitted, validation, threads) if validation else None,
        iterations=np.array(state.iterations),
        losses=np.array(state.losses),
        validation_losses=np.array(state.validation_losses),
        converged=converged,
        warnings=training_warnings(potential, training, weights or FitWeights()),
    )


class _Fit:
    """The two losses of a fit and its rounds."""

    checkpoint: Path | None = None
    progress: Progress | None = None
    regularisation = 0.0

    def __init__(
        self,
        potential: MomentTensorPotential,
        training: Sequence[LabelledConfiguration],
        validation: Sequence[LabelledConfiguration],
        weights: FitWeights,
        own_weights: Sequence[float] | None,
        threads: int,
    ) -> None:
        own = configuration_weights(training, own_weights)
        self.start = potential.parameters
        self.fingerprint = (potential, training, validation, weights, own)
        self.problem = FitProblem(potential, training, weights, own, threads)
        self.judge = (
            FitProblem(potential, validation, weights, threads=threads) if validation else None
        )
        sample = curvature_sample(training, len(self.start))
        self.sample = FitProblem(potential, sample, weights, threads=threads)

    def run(
        self, maximum_iterations: int, tolerance: float, patience: int
    ) -> tuple[FitState, bool]:
        """Return the final state and whether the fit converged."""
        fingerprint = fit_fingerprint(*self.fingerprint, self.regularisation)
        state = None
        if self.checkpoint is not None:
            state = read_checkpoint(self.checkpoint, fingerprint, len(self.start))
        if state is None:
            state = self._first()
        while True:
            converged = _is_stationary(state) or _rounds_without_gain(state, tolerance) >= patience
            if converged or state.iterations[-1] >= maximum_iterations:
                break
            self._round(state, maximum_iterations)
            if self.checkpoint is not None:
                write_checkpoint(self.checkpoint, fingerprint, state)
        solved = self._solved(state.best_parameters)
        lower = self.problem.loss(solved) <= self.problem.loss(state.best_parameters)
        if lower and self._judged_loss(solved) < min(self._judged(state)):
            self._record(state, solved, 0)
        return state, converged

    def _first(self) -> FitState:
        solved = self._solved(self.start)
        better = self.problem.loss(solved) < self.problem.loss(self.start)
        parameters = solved if better else self.start
        state = FitState(parameters, parameters)
        self._record(state, parameters, 0)
        return state

    def _round(self, state: FitState, maximum_iterations: int) -> None:
        """Run BFGS for one round, from the curvature at the current parameters."""
        count = min(ITERATIONS_PER_ROUND, maximum_iterations - state.iterations[-1])
        before, left, damping = state.parameters, count, LEAST_DAMPING
        for _ in range(_ATTEMPTS):
            result = self._descend(state.parameters, damping, left)
            state.parameters, left = result.point, left - result.iterations
            if not result.iterations:
                damping *= DAMPING_FACTOR
            if not left or damping > MOST_DAMPING:
                break
        if not self.problem.loss(state.parameters) < state.losses[-1]:  # rounding alone moved them
            state.parameters = before
        self._record(state, state.parameters, count - left)
        if self.progress is not None:
            self.progress(self._progress(state))

    def _descend(
        self, parameters: FloatArray, damping: float, iterations: int
    ) -> QuasiNewtonResult:
        ridge = self._ridge(parameters)
        curvature = Curvature.of(self.sample, parameters, ridge)
        units = curvature.units

        def scaled(values: FloatArray) -> tuple[float, FloatArray]:
            moved = values * units
            loss, gradient = self.problem.loss_and_gradient(moved)
            return loss + float(ridge @ moved**2), (gradient + 2.0 * ridge * moved) * units

        inverse = curvature.inverse_hessian(damping)
        result = minimise(scaled, parameters / units, inverse, iterations)
        moved = result.point * units if result.iterations else parameters
        return replace(result, point=moved)

    def _ridge(self, parameters: FloatArray) -> FloatArray:
        """Return the weight of each parameter's square, shape (P,).

        A parameter of the size that its kind, radial or linear, has on the average costs `_RIDGE`
        of the loss: too little to spoil a fit, enough to keep what the data hardly determine, such
        as a pair of species that rarely meets, from growing wild.
        """
        linear = self.problem.linear_count
        species = self.problem.composition.shape[1]
        ridge = np.zeros_like(parameters)
        cost = _RIDGE * self.problem.loss(parameters)
        for kind in (slice(0, len(ridge) - linear - species), slice(len(ridge) - linear, None)):
            ridge[kind] = cost / max(float((parameters[kind] ** 2).mean()), 1e-12)
        return ridge

    def _record(self, state: FitState, parameters: FloatArray, iterations: int) -> None:
        """Append the losses at `parameters`, and keep these if they are the best so far."""
        previous = state.iterations[-1] if state.iterations else 0
        if self._judged_loss(parameters) < min(self._judged(state), default=np.inf):
            state.best_parameters = parameters
        state.iterations.append(previous + iterations)
        state.losses.append(self.problem.loss(parameters))
        judged = np.nan if self.judge is None else self.judge.loss(parameters)
        state.validation_losses.append(judged)

    def _judged_loss(self, parameters: FloatArray) -> float:
        return (self.judge or self.problem).loss(parameters)

    def _judged(self, state: FitState) -> list[float]:
        return state.losses if self.judge is None else state.validation_losses

    def _solved(self, parameters: FloatArray) -> FloatArray:
        return self.problem.solve_linear(parameters, self.regularisation)

    def _progress(self, state: FitState) -> FitProgress:
        energy, force = self.problem.root_mean_square_errors(state.parameters)
        reached = FitProgress(state.iterations[-1], state.losses[-1], energy, force)
        if self.judge is None:
            return reached
        judged = self.judge.root_mean_square_errors(state.parameters)
        return FitProgress(
            state.iterations[-1],
            state.losses[-1],
            energy,
            force,
            state.validation_losses[-1],
            *judged,
        )


def _is_stationary(state: FitState) -> bool:
    """Whether the last round found no lower loss at all."""
    return len(state.losses) > 1 and state.losses[-1] == state.losses[-2]


def _rounds_without_gain(state: FitState, tolerance: float) -> int:
    """Return how many rounds ago the loss that decides last fell by more than the tolerance."""
    judged = state.validation_losses
    values = state.losses if np.isnan(judged).any() else judged
    best, since = np.inf, 0
    for value in values:
        since += 1
        if value < best * (1.0 - tolerance):
            best, since = value, 0
    return since
