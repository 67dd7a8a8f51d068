"""Stage `labelling`: energies, forces and stresses of configurations."""

from typing import TYPE_CHECKING

from atomate2_argyrodite.lazy import lazy_names

if TYPE_CHECKING:
    from atomate2_argyrodite.labelling.flows import LabelledSetsFlowMaker, LabellingFlowMaker
    from atomate2_argyrodite.labelling.schemas import LabelledSetDocument

__all__ = ["LabelledSetDocument", "LabelledSetsFlowMaker", "LabellingFlowMaker"]

__getattr__ = lazy_names(
    __name__,
    {
        "LabelledSetDocument": "schemas",
        "LabelledSetsFlowMaker": "flows",
        "LabellingFlowMaker": "flows",
    },
)
