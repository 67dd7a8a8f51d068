"""Jobs of the stage `training`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from monty.json import MSONable

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import (
    ActiveSet,
    FitResult,
    FitWeights,
    LabelledConfiguration,
    MomentTensorPotential,
    fit_potential,
    parity,
    starting_potential,
)
from atomate2_argyrodite.settings import ArgyroditeSettings
from atomate2_argyrodite.training.data import data_hash, flatten_sets, frames_of, split_frames
from atomate2_argyrodite.training.documents import error_summary, potential_of
from atomate2_argyrodite.training.schemas import PotentialDocument


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

    @property
    def weights(self) -> FitWeights:
        """Weights of the loss."""
        return FitWeights(self.energy_weight, self.force_weight, self.stress_weight)


@document_job(PotentialDocument)
def train_potential(
    settings: TrainingSettings,
    labelled_sets: list[LabelledSetDocument],
    initial_potential: PotentialDocument | None = None,
) -> PotentialDocument:
    """Fit a potential to labelled sets, from scratch or from an earlier potential."""
    documents = flatten_sets(labelled_sets)
    frames = frames_of(documents)
    training, validation = split_frames(
        frames, settings.validation_fraction, settings.split, settings.seed
    )
    threads = ArgyroditeSettings().threads
    if initial_potential is None:
        species = _species(frames)
        start = starting_potential(
            training, settings.level, settings.cutoff_angstrom, species, settings.seed
        )
    else:
        start = potential_of(initial_potential)
    result = fit_potential(
        start,
        training,
        validation,
        settings.weights,
        maximum_iterations=settings.maximum_iterations,
        threads=threads,
    )
    document = _document(settings, documents[0], result, training, validation, threads)
    document.started_from = initial_potential.potential_id if initial_potential else None
    return document


def _species(frames: Sequence[LabelledConfiguration]) -> list[str]:
    """Return the elements in the order of their first appearance."""
    return list(dict.fromkeys(symbol for frame in frames for symbol in frame.symbols))


def _document(
    settings: TrainingSettings,
    source: LabelledSetDocument,
    result: FitResult,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
    threads: int,
) -> PotentialDocument:
    potential = result.potential
    active_set = ActiveSet.from_configurations(potential, training, threads=threads)
    weights = settings.weights
    return PotentialDocument(
        composition=source.composition,
        halide=source.halide,
        functional=source.functional,
        engine=source.engine,
        potential_id=potential.potential_id,
        seeds={"training": settings.seed},
        level=settings.level,
        cutoff_angstrom=settings.cutoff_angstrom,
        species=list(potential.species),
        weights={"energy": weights.energy, "force": weights.force, "stress": weights.stress},
        training_errors=error_summary(result.training_errors),
        validation_errors=(
            error_summary(result.validation_errors) if result.validation_errors else None
        ),
        n_labels=len(training) + len(validation),
        training_set_hash=data_hash(training),
        split=settings.split,
        iterations=int(result.iterations[-1]),
        loss=float(result.losses[-1]),
        converged=result.converged,
        potential=Attachment.from_text("potential.mtp", potential.to_text()),
        active_set=Attachment.from_arrays("active_set.npz", active_set.to_arrays()),
        parity=_parity_attachment(potential, training, validation, threads),
        history=Attachment.from_arrays(
            "history.npz", {"iteration": result.iterations, "loss": result.losses}
        ),
    )


def _parity_attachment(
    potential: MomentTensorPotential,
    training: Sequence[LabelledConfiguration],
    validation: Sequence[LabelledConfiguration],
    threads: int,
) -> Attachment:
    frames = [*training, *validation]
    values = parity(potential, frames, threads)
    is_validation = np.arange(len(frames)) >= len(training)
    components = [3 * len(frame) for frame in frames]
    return Attachment.from_arrays(
        "parity.npz",
        {
            "energy_reference": values.energy_reference,
            "energy_predicted": values.energy_predicted,
            "force_reference": values.force_reference.astype(np.float32),
            "force_predicted": values.force_predicted.astype(np.float32),
            "is_validation_energy": is_validation,
            "is_validation_force": np.repeat(is_validation, components),
        },
    )
