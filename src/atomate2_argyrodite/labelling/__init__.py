"""Stage `labelling`: energies, forces and stresses of configurations."""

from atomate2_argyrodite.labelling.flows import LabelledSetsFlowMaker, LabellingFlowMaker
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument

__all__ = ["LabelledSetDocument", "LabelledSetsFlowMaker", "LabellingFlowMaker"]
