"""The moment tensor potential: evaluation, fitting, extrapolation grades."""

from atomate2_argyrodite.mtp.configurations import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.mtp.potential import Evaluation, MomentTensorPotential

__all__ = [
    "Evaluation",
    "LabelledConfiguration",
    "MomentTensorPotential",
    "configurations_from_arrays",
    "configurations_to_arrays",
]
