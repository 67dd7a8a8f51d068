"""Between documents of the stage `training` and the objects of `mtp` that they hold."""

from dataclasses import asdict

import numpy as np

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import (
    ActiveSet,
    LabelledConfiguration,
    MomentTensorPotential,
    PredictionErrors,
    configurations_from_arrays,
)
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument


def potential_of(document: PotentialDocument) -> MomentTensorPotential:
    """Return the potential that a document holds."""
    return MomentTensorPotential.from_text(document.potential.to_text(), document.species)


def active_set_of(document: PotentialDocument) -> ActiveSet:
    """Return the active set that a document holds.

    Raises
    ------
    InputError
        If it holds none, or that of another potential.
    """
    if document.active_set is None:
        raise InputError(
            f"the document of potential {document.potential_id} holds no active set, so nothing "
            "tells where it extrapolates: fit it with TrainingMaker, or select one with "
            "mtp.ActiveSet.from_configurations(potential, training_set)"
        )
    return ActiveSet.from_arrays(potential_of(document), document.active_set.to_arrays())


def error_summary(errors: PredictionErrors) -> ErrorSummary:
    """Return errors as the part of a document."""
    return ErrorSummary(**asdict(errors))


def training_set_of(
    document: PotentialDocument,
) -> tuple[list[LabelledConfiguration], list[LabelledConfiguration]]:
    """Return the training and the validation frames that a document holds.

    Raises
    ------
    InputError
        If it holds none.
    """
    if document.training_set is None:
        raise InputError(f"the document of potential {document.potential_id} holds no training set")
    arrays = document.training_set.to_arrays()
    frames = configurations_from_arrays(arrays)
    validates = np.asarray(arrays["is_validation"], dtype=np.bool_)
    training = [f for f, v in zip(frames, validates, strict=True) if not v]
    return training, [f for f, v in zip(frames, validates, strict=True) if v]
