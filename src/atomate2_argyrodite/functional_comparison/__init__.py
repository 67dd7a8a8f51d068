"""Stage `functional_comparison`: which functional to trust, by conductivity and lattice."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
    from atomate2_argyrodite.functional_comparison.flows import FunctionalComparisonFlowMaker
    from atomate2_argyrodite.functional_comparison.schemas import FunctionalComparisonDocument

__all__ = ["FunctionalComparisonDocument", "FunctionalComparisonFlowMaker"]

__getattr__ = lazy_names(
    __name__,
    {
        "FunctionalComparisonDocument": "schemas",
        "FunctionalComparisonFlowMaker": "flows",
    },
)
