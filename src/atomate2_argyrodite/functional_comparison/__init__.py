"""Stage `functional_comparison`: which functional to trust, by conductivity and lattice."""

from atomate2_argyrodite.functional_comparison.flows import FunctionalComparisonFlowMaker
from atomate2_argyrodite.functional_comparison.schemas import FunctionalComparisonDocument

__all__ = ["FunctionalComparisonDocument", "FunctionalComparisonFlowMaker"]
