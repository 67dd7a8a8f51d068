"""Fitting of a moment tensor potential to energies, forces and stresses.

The linear and species coefficients of given radial functions solve a least-squares problem; the
radial ones do not. A fit alternates between the exact linear solution and rounds of BFGS over all
parameters with the analytic gradient. BFGS works on parameters scaled by the spread of the site
energies' derivatives, without which its line search fails in the first step.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.loss import FitProblem, FitWeights
from atomate2_argyrodite.mtp.potential import MomentTensorPotential
from atomate2_argyrodite.mtp.prediction_errors import PredictionErrors, prediction_errors
from atomate2_argyrodite.structures.geometry import shortest_distance as closest_pair

FloatArray = NDArray[np.float64]
Progress = Callable[[int, float], None]

_ITERATIONS_PER_ROUND = 100
_MAXIMUM_FORCE = 1e4  # eV/Å: beyond it a label is a failed calculation
_MAXIMUM_ENERGY_PER_ATOM = 1e5  # eV: beyond it the units are not eV
_FEATURE_FRAMES = 64
_SHORTEST_START_DISTANCE = 0.3  # Å
_DISTANCE_SEARCHED = 6.0  # Å


@dataclass(frozen=True, eq=False)
class FitResult:
    """A fitted potential and how it came about.

    Parameters
    ----------
    potential
        The potential of the lowest loss.
    training_errors, validation_errors
        Errors on the two sets; None where there is no validation set.
    iterations, losses
        Iteration counts and loss (see `FitWeights`) after each round, for a figure.
    converged
        Whether the last round gained less than the tolerance, or the iterations ran out.
    """

    potential: MomentTensorPotential
    training_errors: PredictionErrors
    validation_errors: PredictionErrors | None
    iterations: NDArray[np.int64]
    losses: FloatArray
    converged: bool


def fit_potential(
    potential: MomentTensorPotential,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration] = (),
    weights: FitWeights | None = None,
    *,
    maximum_iterations: int = 500,
    tolerance: float = 0.02,
    regularisation: float = 1e-10,
    configuration_weights: Sequence[float] | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> FitResult:
    """Fit the parameters of `potential`, starting from those it has.

    Parameters
    ----------
    potential
        An untrained potential or one to continue from (warm start).
    training
        Labelled configurations to fit.
    validation
        Labelled configurations that only the reported errors use.
    weights
        Weights of the loss, by default energy : force : stress = 100 : 1 : 0.
    maximum_iterations
        Most BFGS iterations, in rounds of 100.
    tolerance
        Relative gain in loss of a round below which the fit has converged.
    regularisation
        Of the linear least squares, relative to the scaled normal matrix.
    configuration_weights
        Weight of each training configuration, 1 by default.
    threads
        Threads for the kernel; the result does not depend on it.
    progress
        Called with (iteration, loss) after each round.

    Raises
    ------
    InputError
        If the data cannot be fitted: none, unlabelled, absurd values, elements unknown to the
        potential or absent from the data.
    """
    check_training_data(potential, [*training, *validation])
    _check_elements_occur(potential, training)
    if maximum_iterations < 1:
        raise InputError(f"maximum_iterations is {maximum_iterations}: at least 1 is needed")
    problem = FitProblem(
        potential,
        training,
        weights or FitWeights(),
        _checked_weights(configuration_weights, len(training)),
        threads,
    )
    parameters = problem.solve_linear(potential.parameters, regularisation)
    start = problem.loss_and_gradient(potential.parameters)[0]
    loss = problem.loss_and_gradient(parameters)[0]
    if not loss < start:
        parameters, loss = potential.parameters, start
    iterations, losses, converged = [0], [loss], False
    while iterations[-1] < maximum_iterations and not converged:
        count = min(_ITERATIONS_PER_ROUND, maximum_iterations - iterations[-1])
        scale = _parameter_scale(potential.with_parameters(parameters), training, threads)
        parameters, loss, used = _descend(problem, parameters, scale, count)
        solved = problem.solve_linear(parameters, regularisation)
        solved_loss = problem.loss_and_gradient(solved)[0]
        if solved_loss < loss:
            parameters, loss = solved, solved_loss
        converged = used == 0 or losses[-1] - loss < tolerance * losses[-1]
        iterations.append(iterations[-1] + max(used, 1))
        losses.append(loss)
        if progress is not None:
            progress(iterations[-1], loss)
    fitted = potential.with_parameters(parameters)
    return FitResult(
        potential=fitted,
        training_errors=prediction_errors(fitted, training, threads),
        validation_errors=prediction_errors(fitted, validation, threads) if validation else None,
        iterations=np.array(iterations),
        losses=np.array(losses),
        converged=converged,
    )


def shortest_distance(configurations: Sequence[LabelledConfiguration]) -> float:
    """Return the shortest distance in Å between two atoms or images of atoms of any frame."""
    return min(
        closest_pair(configuration.positions, configuration.cell, _DISTANCE_SEARCHED)
        for configuration in configurations
    )


def starting_potential(
    configurations: Sequence[LabelledConfiguration],
    level: int,
    cutoff: float,
    species: Sequence[str],
    seed: int = 0,
) -> MomentTensorPotential:
    """Return an untrained potential whose radial basis begins at the data's shortest distance.

    Raises
    ------
    InputError
        If there are no configurations or two atoms of one are at the same place.
    """
    if not configurations:
        raise InputError("no configurations to train on")
    shortest = shortest_distance(configurations)
    if not shortest < cutoff:
        raise InputError(f"no two atoms of any configuration are closer than {cutoff} Å")
    if shortest < _SHORTEST_START_DISTANCE:
        raise InputError(
            f"two atoms of a configuration are {shortest:.3g} Å apart: drop that frame"
        )
    return MomentTensorPotential.untrained(level, cutoff, species, round(shortest, 3), seed=seed)


def check_training_data(
    potential: MomentTensorPotential, configurations: Sequence[LabelledConfiguration]
) -> None:
    """Raise InputError for data that no fit should see; the message names the configuration."""
    if not configurations:
        raise InputError("no configurations to train on")
    for index, configuration in enumerate(configurations):
        if configuration.energy is None or configuration.forces is None:
            raise InputError(f"configuration {index} has no energy or no forces: label it first")
        if abs(configuration.energy) > _MAXIMUM_ENERGY_PER_ATOM * len(configuration):
            raise InputError(
                f"configuration {index} has {configuration.energy:.3g} eV for "
                f"{len(configuration)} atoms: are the energies in eV?"
            )
        largest = float(np.abs(configuration.forces).max())
        if largest > _MAXIMUM_FORCE:
            raise InputError(
                f"configuration {index} has a force of {largest:.3g} eV/Å: drop that frame"
            )
        potential.species_indices(configuration.numbers)


def _check_elements_occur(
    potential: MomentTensorPotential, training: Sequence[LabelledConfiguration]
) -> None:
    if not training:
        raise InputError("no configurations to train on")
    present = {symbol for configuration in training for symbol in configuration.symbols}
    absent = [symbol for symbol in potential.species if symbol not in present]
    if absent:
        raise InputError(
            f"no training configuration contains {', '.join(absent)}: leave that species out of "
            "the potential or add data"
        )


def _checked_weights(weights: Sequence[float] | None, count: int) -> FloatArray | None:
    if weights is None:
        return None
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (count,) or not (np.isfinite(values).all() and (values >= 0.0).all()):
        raise InputError(f"{count} finite, non-negative configuration weights are needed")
    return values


def _parameter_scale(
    potential: MomentTensorPotential, training: Sequence[LabelledConfiguration], threads: int
) -> FloatArray:
    """1 / rms of dV/dtheta over atoms of evenly spaced training frames."""
    stride = max(1, len(training) // _FEATURE_FRAMES)
    frames = list(training[::stride])
    packed = potential.configuration_set(frames, threads)
    features = packed.features(potential.model, threads, 0, len(frames))
    spread = np.sqrt((features**2).mean(axis=0))
    unseen = spread < 1e-12 * spread.max()
    spread[unseen] = spread.max()
    scale: FloatArray = 1.0 / spread
    return scale


def _descend(
    problem: FitProblem, parameters: FloatArray, scale: FloatArray, iterations: int
) -> tuple[FloatArray, float, int]:
    """One round of BFGS on scaled parameters; returns parameters, loss and iterations used."""

    def scaled(values: FloatArray) -> tuple[float, FloatArray]:
        loss, gradient = problem.loss_and_gradient(values * scale)
        return loss, gradient * scale

    result = minimize(
        scaled,
        parameters / scale,
        jac=True,
        method="BFGS",
        options={"maxiter": iterations, "gtol": 1e-9},
    )
    return result.x * scale, float(result.fun), int(result.nit)
