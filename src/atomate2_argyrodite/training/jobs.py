"""Jobs of the stage `training`."""

from collections.abc import Callable, Sequence

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.mlip import MlipSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import (
    FitResult,
    LabelledConfiguration,
    MomentTensorPotential,
    configurations_to_arrays,
)
from atomate2_argyrodite.mtp.training_data import check_frames
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.training.data import flatten_sets, frames_of, split_frames
from atomate2_argyrodite.training.documents import potential_of, training_set_of
from atomate2_argyrodite.training.fitting import TrainingSettings, fitted, fitted_by_mlip
from atomate2_argyrodite.training.schemas import PotentialDocument
from atomate2_argyrodite.training.summary import potential_document

Frames = Sequence[LabelledConfiguration]
Fit = Callable[[MomentTensorPotential | None, Frames, Frames, int], FitResult]


@document_job(PotentialDocument)
def train_potential(
    settings: TrainingSettings,
    labelled_sets: Sequence[LabelledSetDocument],
    initial_potential: PotentialDocument | None = None,
) -> PotentialDocument:
    """Fit a potential to labelled sets, from scratch or from an earlier potential."""

    def fit(
        initial: MomentTensorPotential | None, training: Frames, validation: Frames, threads: int
    ) -> FitResult:
        return fitted(settings, initial, training, validation, threads)

    return _trained(settings, labelled_sets, initial_potential, fit)


@document_job(PotentialDocument)
def train_potential_with_mlip(
    settings: TrainingSettings,
    mlip: MlipSettings,
    labelled_sets: Sequence[LabelledSetDocument],
    initial_potential: PotentialDocument | None = None,
) -> PotentialDocument:
    """Fit a potential with MLIP's program ``mlp``; see `engines.mlip`."""

    def fit(
        initial: MomentTensorPotential | None, training: Frames, validation: Frames, threads: int
    ) -> FitResult:
        return fitted_by_mlip(settings, mlip, initial, training, validation, threads)

    return _trained(settings, labelled_sets, initial_potential, fit)


@document_job(LabelledSetDocument)
def training_labels(potential: PotentialDocument) -> LabelledSetDocument:
    """Return the frames that a potential was trained and validated on as one labelled set.

    Raises
    ------
    InputError
        If its document does not hold them, or does not say by what they were labelled.
    """
    training, validation = training_set_of(potential)
    if potential.labels_hash is None:
        raise InputError(
            f"the document of potential {potential.potential_id} does not say by what its training "
            "set was labelled: give the labelled sets"
        )
    frames = [*training, *validation]
    return LabelledSetDocument(
        composition=potential.composition,
        halide=potential.halide,
        functional=potential.functional,
        engine=potential.engine,
        settings_hash=potential.labels_hash,
        is_collected=True,
        n_frames=len(frames),
        frames=Attachment.from_arrays("labels.npz", configurations_to_arrays(frames)),
    )


def _trained(
    settings: TrainingSettings,
    labelled_sets: Sequence[LabelledSetDocument],
    initial_potential: PotentialDocument | None,
    fit: Fit,
) -> PotentialDocument:
    documents = flatten_sets(labelled_sets)
    frames = frames_of(documents)
    check_frames(frames)
    training, validation = split_frames(
        frames, settings.validation_fraction, settings.split, settings.seed
    )
    threads = load_settings().threads
    initial = None if initial_potential is None else potential_of(initial_potential)
    document = potential_document(
        documents[0],
        fit(initial, training, validation, threads),
        settings.weights,
        training,
        validation,
        threads,
        level=settings.level,
        split=settings.split,
        seed=settings.seed,
    )
    document.started_from = initial_potential.potential_id if initial_potential else None
    return document
