"""What a fit of the stage needs besides its data, and the fit itself, without jobs."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from monty.json import MSONable

from atomate2_argyrodite.engines.mlip import MlipSettings, train_with_mlip
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    FitResult,
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    best_start,
    fit_potential,
    grown_potential,
    prediction_errors,
    starting_potential,
    without_unseen_pairs,
)
from atomate2_argyrodite.mtp.loss import FitProblem
from atomate2_argyrodite.mtp.training_data import check_training_data, training_warnings
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.training.data import data_hash


@dataclass(frozen=True)
class TrainingSettings(MSONable):
    """Everything that decides a fit besides its data; see `TrainingMaker` for the meaning."""

    level: int
    cutoff_angstrom: float
    energy_weight: float
    force_weight: float
    stress_weight: float
    validation_fraction: float
    split: str
    maximum_iterations: int
    seed: int
    starts: int = 1
    patience: int = 4
    stop_by_validation: bool = True

    def __post_init__(self) -> None:
        _ = self.weights
        if self.starts < 1 or self.patience < 1:
            raise InputError(
                f"starts and patience must be at least 1, got {self.starts} and {self.patience}"
            )

    @property
    def weights(self) -> FitWeights:
        """Weights of the loss."""
        return FitWeights(self.energy_weight, self.force_weight, self.stress_weight)


def fitted(
    settings: TrainingSettings,
    initial: MomentTensorPotential | None,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
    threads: int,
) -> FitResult:
    """Fit with a checkpoint in the work directory, so that a killed job goes on where it was.

    Parameters
    ----------
    settings
        The protocol.
    initial
        Potential to continue from, grown where its level is below that of the settings; None for
        random starts.
    training, validation
        Labelled frames.
    threads
        Threads of the kernel.
    """
    candidates = [
        without_unseen_pairs(candidate, training, threads)
        for candidate in _candidates(settings, initial, training)
    ]
    folder = load_settings().work_directory.absolute() / "training"
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint = folder / f"{_digest(settings, candidates, training, validation)}.npz"
    judges = validation if settings.stop_by_validation else ()
    result = fit_potential(
        best_start(candidates, training, judges, settings.weights, threads=threads),
        training,
        judges,
        settings.weights,
        maximum_iterations=settings.maximum_iterations,
        patience=settings.patience,
        threads=threads,
        checkpoint=checkpoint,
    )
    checkpoint.unlink(missing_ok=True)
    if validation and not judges:
        judged = prediction_errors(result.potential, validation, threads)
        return replace(result, validation_errors=judged)
    return result


def fitted_by_mlip(
    settings: TrainingSettings,
    mlip: MlipSettings,
    initial: MomentTensorPotential | None,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
    threads: int,
) -> FitResult:
    """Fit with MLIP's program in a folder of the work directory; see `fitted`.

    The loss of its potential is evaluated here; iterations are the most that it was allowed, and
    whether it converged is not known.
    """
    start = _candidates(settings, initial, training)[0]
    check_training_data(start, training, validation)
    digest = _digest(settings, [start], training, validation)
    folder = load_settings().work_directory.absolute() / "training" / f"mlip{mlip.version}_{digest}"
    potential = train_with_mlip(folder, start, training, validation, settings.weights, mlip)
    judged = prediction_errors(potential, validation, threads) if validation else None
    loss = FitProblem(potential, training, settings.weights, threads=threads)
    return FitResult(
        potential=potential,
        training_errors=prediction_errors(potential, training, threads),
        validation_errors=judged,
        iterations=np.array([mlip.maximum_iterations]),
        losses=np.array([loss.loss(potential.parameters)]),
        validation_losses=np.array([np.nan]),
        converged=False,
        warnings=[
            *training_warnings(potential, training, settings.weights),
            f"fitted by MLIP-{mlip.version}, which does not tell whether it converged",
        ],
    )


def _candidates(
    settings: TrainingSettings,
    initial: MomentTensorPotential | None,
    training: Sequence[LabelledConfiguration],
) -> list[MomentTensorPotential]:
    if initial is None:
        species = list(dict.fromkeys(symbol for frame in training for symbol in frame.symbols))
        return [
            starting_potential(
                training, settings.level, settings.cutoff_angstrom, species, settings.seed + shift
            )
            for shift in range(settings.starts)
        ]
    if initial.cutoff != settings.cutoff_angstrom:
        raise InputError(
            f"the potential to start from has a cutoff of {initial.cutoff:g} Å, the settings ask "
            f"for {settings.cutoff_angstrom:g} Å: use one cutoff, or fit from scratch"
        )
    grown = grown_potential(initial, settings.level, seed=settings.seed)
    same = grown.model.scalar_count == initial.model.scalar_count
    return [initial if same else grown]


def _digest(
    settings: TrainingSettings,
    candidates: Sequence[MomentTensorPotential],
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
) -> str:
    content = [
        asdict(settings),
        [potential.potential_id for potential in candidates],
        data_hash(training),
        data_hash(validation),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]
