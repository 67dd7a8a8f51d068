"""Stage `training`: moment tensor potentials fitted to labelled sets."""

from atomate2_argyrodite.training.flows import (
    MlipTrainingMaker,
    TrainingLabelsMaker,
    TrainingMaker,
)
from atomate2_argyrodite.training.scan_flows import HyperparameterScanMaker
from atomate2_argyrodite.training.scan_schemas import ScanDocument, ScanPoint
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument

__all__ = [
    "ErrorSummary",
    "HyperparameterScanMaker",
    "MlipTrainingMaker",
    "PotentialDocument",
    "ScanDocument",
    "ScanPoint",
    "TrainingLabelsMaker",
    "TrainingMaker",
]
