"""Between documents of the stage `training` and the objects of `mtp` that they hold."""

from dataclasses import asdict

from atomate2_argyrodite.mtp import ActiveSet, MomentTensorPotential, PredictionErrors
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument


def potential_of(document: PotentialDocument) -> MomentTensorPotential:
    """Return the potential that a document holds."""
    return MomentTensorPotential.from_text(document.potential.to_text(), document.species)


def active_set_of(document: PotentialDocument) -> ActiveSet:
    """Return the active set that a document holds."""
    return ActiveSet.from_arrays(potential_of(document), document.active_set.to_arrays())


def error_summary(errors: PredictionErrors) -> ErrorSummary:
    """Return errors as the part of a document."""
    return ErrorSummary(**asdict(errors))
