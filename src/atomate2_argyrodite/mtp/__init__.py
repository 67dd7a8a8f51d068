"""The moment tensor potential: evaluation, fitting, extrapolation grades."""

from atomate2_argyrodite.mtp.active_set import ActiveSet
from atomate2_argyrodite.mtp.configurations import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.mtp.fit import FitResult, fit_potential, starting_potential
from atomate2_argyrodite.mtp.loss import FitWeights
from atomate2_argyrodite.mtp.potential import Evaluation, MomentTensorPotential
from atomate2_argyrodite.mtp.prediction_errors import (
    Parity,
    PredictionErrors,
    parity,
    prediction_errors,
)

__all__ = [
    "ActiveSet",
    "Evaluation",
    "FitResult",
    "FitWeights",
    "LabelledConfiguration",
    "MomentTensorPotential",
    "Parity",
    "PredictionErrors",
    "configurations_from_arrays",
    "configurations_to_arrays",
    "fit_potential",
    "parity",
    "prediction_errors",
    "starting_potential",
]
