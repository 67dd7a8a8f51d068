"""Where a fit starts: random radial functions, or those of a potential of a lower level."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.fit import FitResult, fit_potential
from atomate2_argyrodite.mtp.loss import FitWeights
from atomate2_argyrodite.mtp.potential import MomentTensorPotential
from atomate2_argyrodite.mtp.training_data import SHORTEST_DISTANCE, shortest_distance

_RADIAL_BASIS_SIZE = 8
_FRAMES_PER_BATCH = 64


def starting_potential(
    configurations: Sequence[LabelledConfiguration],
    level: int,
    cutoff: float,
    species: Sequence[str],
    seed: int = 0,
    radial_basis_size: int = _RADIAL_BASIS_SIZE,
) -> MomentTensorPotential:
    """Return an untrained potential whose radial basis begins at the data's shortest distance.

    Parameters
    ----------
    configurations
        The training set.
    level, cutoff, species, seed, radial_basis_size
        See `MomentTensorPotential.untrained`.

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
    if shortest < SHORTEST_DISTANCE:
        raise InputError(
            f"two atoms of a configuration are {shortest:.3g} Å apart: drop that frame"
        )
    return MomentTensorPotential.untrained(
        level,
        cutoff,
        species,
        math.floor(1e3 * shortest) / 1e3,
        radial_basis_size=radial_basis_size,
        seed=seed,
    )


def grown_potential(
    potential: MomentTensorPotential,
    level: int,
    radial_basis_size: int | None = None,
    seed: int = 0,
) -> MomentTensorPotential:
    """Return a potential of a higher level that begins with the radial functions of another.

    Cutoff, species, shortest distance, radial functions and species coefficients are kept; the
    functions that only the higher level has are random. The linear coefficients are zero: a fit
    solves for them first, and since the basis of the lower level is part of the higher one's, its
    first loss is at most the last one of the lower level.

    Parameters
    ----------
    potential
        A fitted potential.
    level
        Level of the new one.
    radial_basis_size
        Number of Chebyshev polynomials, by default as many as before.
    seed
        Of the new radial functions.

    Raises
    ------
    InputError
        If the new level has fewer functions, or the radial basis would shrink.
    """
    old = potential.model
    size = old.radial_basis_size if radial_basis_size is None else radial_basis_size
    grown = MomentTensorPotential.untrained(
        level, potential.cutoff, potential.species, potential.min_distance, size, seed
    )
    new = grown.model
    if new.scalar_count < old.scalar_count or size < old.radial_basis_size:
        raise InputError(
            f"level {level} with {size} radial polynomials does not contain the potential's "
            f"{old.scalar_count} basis functions of {old.radial_basis_size}: choose a higher level"
        )
    count = new.species_count
    parameters, known = grown.parameters, potential.parameters
    shape = (count, count, -1)
    radial_new = count**2 * new.radial_funcs_count * size
    radial_old = count**2 * old.radial_funcs_count * old.radial_basis_size
    target = parameters[:radial_new].reshape(*shape, size)
    source = known[:radial_old].reshape(*shape, old.radial_basis_size) * old.scaling
    target[:, :, : old.radial_funcs_count, : old.radial_basis_size] = source
    target[:, :, : old.radial_funcs_count, old.radial_basis_size :] = 0.0
    parameters[:radial_new] = np.ravel(target)
    parameters[radial_new : radial_new + count] = known[radial_old : radial_old + count]
    return grown.with_parameters(parameters)


def without_unseen_pairs(
    potential: MomentTensorPotential,
    configurations: Sequence[LabelledConfiguration],
    threads: int = 1,
) -> MomentTensorPotential:
    """Return a potential whose atoms do not see each other where no configuration shows the pair.

    A fit leaves the radial functions of such pairs as they began, at random: harmless until two of
    these atoms meet. In the bulk of an argyrodite no two P come within 5 Å, at a grain boundary
    they do, and a random interaction pulls them together. None at all is the better guess, and the
    place from which a later fit learns them; energies of `configurations` do not change.

    Parameters
    ----------
    potential
        Any potential.
    configurations
        What shows which pairs of species come within the cutoff.
    threads
        Threads for the features.
    """
    model, parameters = potential.model, potential.parameters
    count = model.species_count
    n_radial = len(parameters) - count - model.scalar_count
    probe = parameters.copy()
    probe[-model.scalar_count :] = 1.0  # or an untrained potential would seem to see nothing
    seen = np.zeros(n_radial, dtype=np.bool_)
    for first in range(0, len(configurations), _FRAMES_PER_BATCH):
        batch = configurations[first : first + _FRAMES_PER_BATCH]
        packed = potential.configuration_set(batch, threads)
        features = packed.features(potential.with_parameters(probe).model, threads, 0, len(batch))
        seen |= (features[:, :n_radial] != 0.0).any(axis=0)
    pairs = seen.reshape(count, count, -1).any(axis=2)
    pairs |= pairs.T
    radial = parameters[:n_radial].reshape(count, count, -1)
    radial[~pairs] = 0.0
    parameters[:n_radial] = radial.ravel()
    return potential.with_parameters(parameters)


def best_start(
    starts: Sequence[MomentTensorPotential],
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration] = (),
    weights: FitWeights | None = None,
    *,
    iterations: int = 50,
    **options: Any,
) -> MomentTensorPotential:
    """Return the most promising of several starts, after a short fit of each.

    Parameters
    ----------
    starts
        Potentials to begin from, for example `starting_potential` with several seeds.
    training, validation, weights
        See `fit_potential`. The lowest validation loss wins, without a validation set the lowest
        loss; the first of equals.
    iterations
        BFGS iterations that each start is given.
    options
        More keyword arguments of `fit_potential`.

    Raises
    ------
    InputError
        If there are no starts, or the data cannot be fitted.
    """
    if not starts:
        raise InputError("several starts need at least one potential to start from")
    if len(starts) == 1:
        return starts[0]
    results = [
        fit_potential(
            start, training, validation, weights, maximum_iterations=iterations, **options
        )
        for start in starts
    ]
    return min(results, key=_final_loss).potential


def _final_loss(result: FitResult) -> float:
    judged = result.validation_losses
    return float(np.min(result.losses if np.isnan(judged).any() else judged))
