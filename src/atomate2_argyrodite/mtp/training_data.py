"""What a fit asks of its data: what it refuses, what it warns of, and the weights of frames."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.data_review import review_data
from atomate2_argyrodite.mtp.loss import FitWeights
from atomate2_argyrodite.mtp.potential import MomentTensorPotential
from atomate2_argyrodite.structures.geometry import shortest_distance as closest_pair

FloatArray = NDArray[np.float64]

_MAXIMUM_FORCE = 1e4  # eV/Å: beyond it a label is a failed calculation
_MAXIMUM_ENERGY_PER_ATOM = 5e4  # eV: beyond it the units are not eV, or all electrons are counted
_LARGE_ENERGY_PER_ATOM = 2e3  # eV: beyond it pseudopotentials are unlikely
_DISTANCE_SEARCHED = 6.0  # Å
SHORTEST_DISTANCE = 0.3
"""Å: two atoms that are closer are at one place."""
_ORIGIN = ("functional", "engine", "settings_hash")  # metadata that tell one kind of label


def shortest_distance(configurations: Sequence[LabelledConfiguration]) -> float:
    """Return the shortest distance in Å between two atoms or images of atoms of any frame."""
    return min(
        closest_pair(configuration.positions, configuration.cell, _DISTANCE_SEARCHED)
        for configuration in configurations
    )


def check_training_data(
    potential: MomentTensorPotential,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration] = (),
) -> None:
    """Raise InputError for data that no fit should see; the message names the configuration."""
    if not training:
        raise InputError("no configurations to train on")
    check_frames(training)
    check_frames(validation, "validation configuration")
    for frame in (*training, *validation):
        potential.species_indices(frame.numbers)
    present = {symbol for frame in training for symbol in frame.symbols}
    absent = [symbol for symbol in potential.species if symbol not in present]
    if absent:
        raise InputError(
            f"no training configuration contains {', '.join(absent)}: leave that species out of "
            "the potential or add data"
        )
    check_one_origin([*training, *validation])


def check_frames(frames: Sequence[LabelledConfiguration], name: str = "configuration") -> None:
    """Refuse frames that are not labelled, whose labels are absurd, or with two atoms at one place.

    Called before a split into training and validation, it counts through the data as they came.

    Raises
    ------
    InputError
        With `name` and the index of the first such frame, or if labels are of different kinds.
    """
    for index, frame in enumerate(frames):
        _check_labels(f"{name} {index}", frame)
        shortest = closest_pair(frame.positions, frame.cell, SHORTEST_DISTANCE)
        if shortest < SHORTEST_DISTANCE:
            raise InputError(
                f"two atoms of {name} {index} are {shortest:.3g} Å apart: drop that frame"
            )
    check_one_origin(frames)


def _check_labels(name: str, frame: LabelledConfiguration) -> None:
    if frame.energy is None or frame.forces is None:
        raise InputError(f"{name} has no energy or no forces: label it first")
    if abs(frame.energy) > _MAXIMUM_ENERGY_PER_ATOM * len(frame):
        raise InputError(
            f"{name} has {frame.energy:.3g} eV for {len(frame)} atoms: are the energies in eV?"
        )
    largest = float(np.abs(frame.forces).max())
    if largest > _MAXIMUM_FORCE:
        raise InputError(f"{name} has a force of {largest:.3g} eV/Å: drop that frame")


def check_one_origin(frames: Sequence[LabelledConfiguration]) -> None:
    """Refuse labels whose metadata name different engines, functionals or settings.

    Raises
    ------
    InputError
        If ``engine``, ``functional`` or ``settings_hash`` differ between two frames that have it.
    """
    for key in _ORIGIN:
        kinds = list(dict.fromkeys(str(f.metadata[key]) for f in frames if key in f.metadata))
        if len(kinds) > 1:
            raise InputError(
                f"labels of different kinds cannot be mixed: {key} is {kinds[0]!r} in some frames "
                f"and {kinds[1]!r} in others; fit each kind on its own"
            )


def training_warnings(
    potential: MomentTensorPotential,
    training: Sequence[LabelledConfiguration],
    weights: FitWeights,
) -> list[str]:
    """Return one sentence on each thing that makes a fit doubtful; nothing is dropped for it."""
    return [*review_data(training).warnings, *fit_warnings(potential, training, weights)]


def fit_warnings(
    potential: MomentTensorPotential,
    training: Sequence[LabelledConfiguration],
    weights: FitWeights,
) -> list[str]:
    """Return what `training_warnings` finds beyond duplicates and outliers."""
    found = []
    labels, parameters = sum(3 * len(c) + 1 for c in training), len(potential.parameters)
    if labels < parameters:
        found.append(
            f"{labels} energies and forces cannot determine {parameters} parameters: add data or "
            "lower the level"
        )
    lacking = sum(frame.stress is None for frame in training)
    if lacking and weights.stress > 0.0:
        found.append(
            f"{lacking} of {len(training)} training configurations have no stress: they count none"
        )
    if any(abs(f.energy or 0.0) > _LARGE_ENERGY_PER_ATOM * len(f) for f in training):
        found.append(
            f"energies exceed {_LARGE_ENERGY_PER_ATOM:g} eV per atom: are they in eV and, where "
            "all electrons count, precise enough?"
        )
    shortest = shortest_distance(training)
    if shortest < potential.min_distance:
        found.append(
            f"two atoms are {shortest:.3g} Å apart, closer than the {potential.min_distance:.3g} Å "
            "at which the radial basis begins"
        )
    return found


def configuration_weights(
    training: Sequence[LabelledConfiguration], given: Sequence[float] | None
) -> FloatArray:
    """Return the weight w_q of each configuration, shape (K,).

    Those given; else ``metadata["weight"]`` where a configuration has it, and 1 elsewhere.

    Raises
    ------
    InputError
        If there are not as many as configurations, one is negative or not finite, or all are zero.
    """
    weights = [c.metadata.get("weight", 1.0) for c in training] if given is None else given
    try:
        values = np.asarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError("the weight of a configuration must be a number") from None
    if values.shape != (len(training),) or not np.isfinite(values).all() or (values < 0.0).any():
        raise InputError(
            f"{len(training)} finite, non-negative configuration weights are needed, one for each "
            "training configuration"
        )
    if not values.any():
        raise InputError("the weights of all configurations are zero: nothing to fit")
    return values
