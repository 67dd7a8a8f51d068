"""Stage `sampling`: snapshots of strained, disordered crystals at temperature."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
    from atomate2_argyrodite.sampling.flows import SamplingFlowMaker
    from atomate2_argyrodite.sampling.schemas import SamplingDocument

__all__ = ["SamplingDocument", "SamplingFlowMaker"]

__getattr__ = lazy_names(
    __name__,
    {
        "SamplingDocument": "schemas",
        "SamplingFlowMaker": "flows",
    },
)
