"""Stage `sampling`: snapshots of strained, disordered crystals at temperature."""

from atomate2_argyrodite.sampling.flows import SamplingFlowMaker
from atomate2_argyrodite.sampling.schemas import SamplingDocument

__all__ = ["SamplingDocument", "SamplingFlowMaker"]
