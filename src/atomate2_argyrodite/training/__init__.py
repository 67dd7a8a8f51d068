"""Stage `training`: moment tensor potentials fitted to labelled sets."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
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

__getattr__ = lazy_names(
    __name__,
    {
        "ErrorSummary": "schemas",
        "HyperparameterScanMaker": "scan_flows",
        "MlipTrainingMaker": "flows",
        "PotentialDocument": "schemas",
        "ScanDocument": "scan_schemas",
        "ScanPoint": "scan_schemas",
        "TrainingLabelsMaker": "flows",
        "TrainingMaker": "flows",
    },
)
