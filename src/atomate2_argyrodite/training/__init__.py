"""Stage `training`: moment tensor potentials fitted to labelled sets."""

from atomate2_argyrodite.training.flows import TrainingMaker
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument

__all__ = ["ErrorSummary", "PotentialDocument", "TrainingMaker"]
