"""The moment tensor potential: evaluation, fitting, extrapolation grades."""

from atomate2_argyrodite.mtp.acceptance import verdict
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
    ForceErrorDistribution,
    errors_by_configuration,
    errors_by_group,
    force_error_distribution,
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
from atomate2_argyrodite.mtp.selection import (
    choose_configurations,
    descriptor_potential,
    structure_descriptors,
)
from atomate2_argyrodite.mtp.starts import (
    best_start,
    grown_potential,
    starting_potential,
    without_unseen_pairs,
)
from atomate2_argyrodite.mtp.task_documents import configuration_from_task

__all__ = [
    "ActiveSet",
    "ConfigurationErrors",
    "DataReview",
    "ElementForceErrors",
    "Evaluation",
    "FitProgress",
    "FitResult",
    "FitWeights",
    "ForceErrorDistribution",
    "LabelledConfiguration",
    "MomentTensorPotential",
    "Parity",
    "PredictionErrors",
    "best_start",
    "choose_configurations",
    "configuration_from_task",
    "configurations_from_arrays",
    "configurations_to_arrays",
    "descriptor_potential",
    "errors_by_configuration",
    "errors_by_group",
    "fit_potential",
    "force_error_distribution",
    "force_errors_by_element",
    "grown_potential",
    "parity",
    "prediction_errors",
    "read_configurations",
    "review_data",
    "starting_potential",
    "structure_descriptors",
    "verdict",
    "without_unseen_pairs",
    "write_configurations",
]
