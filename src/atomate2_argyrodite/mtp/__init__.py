"""The moment tensor potential: evaluation, fitting, extrapolation grades."""

from atomate2_argyrodite.mtp.active_set import ActiveSet
from atomate2_argyrodite.mtp.configuration_files import (
    read_configurations,
    write_configurations,
)
from atomate2_argyrodite.mtp.configurations import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.mtp.data_review import DataReview, review_data
from atomate2_argyrodite.mtp.error_breakdown import (
    ConfigurationErrors,
    ElementForceErrors,
    errors_by_configuration,
    force_errors_by_element,
)
from atomate2_argyrodite.mtp.fit import FitProgress, FitResult, fit_potential
from atomate2_argyrodite.mtp.loss import FitWeights
from atomate2_argyrodite.mtp.potential import Evaluation, MomentTensorPotential
from atomate2_argyrodite.mtp.prediction_errors import (
    Parity,
    PredictionErrors,
    parity,
    prediction_errors,
)
from atomate2_argyrodite.mtp.starts import best_start, grown_potential, starting_potential

__all__ = [
    "ActiveSet",
    "ConfigurationErrors",
    "DataReview",
    "ElementForceErrors",
    "Evaluation",
    "FitProgress",
    "FitResult",
    "FitWeights",
    "LabelledConfiguration",
    "MomentTensorPotential",
    "Parity",
    "PredictionErrors",
    "best_start",
    "configurations_from_arrays",
    "configurations_to_arrays",
    "errors_by_configuration",
    "fit_potential",
    "force_errors_by_element",
    "grown_potential",
    "parity",
    "prediction_errors",
    "read_configurations",
    "review_data",
    "starting_potential",
    "write_configurations",
]
