"""Jobs of the stage `functional_comparison`."""

from collections.abc import Mapping, Sequence

from jobflow import JobConfig, OnMissing

from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.functional_comparison.comparison import (
    ComparisonSettings,
    FunctionalDocuments,
    comparison_document,
)
from atomate2_argyrodite.functional_comparison.schemas import FunctionalComparisonDocument
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.stability.schemas import RelativeStabilityDocument, RelaxedCrystalDocument
from atomate2_argyrodite.training.schemas import PotentialDocument


# A functional of which something failed leaves a gap, not a campaign without comparison.
@document_job(FunctionalComparisonDocument, config=JobConfig(on_missing_references=OnMissing.NONE))
def compare_functionals(
    potentials: Mapping[str, PotentialDocument | None],
    stabilities: Mapping[str, RelativeStabilityDocument | None],
    conductivities: Mapping[str, Mapping[str, ConductivityDocument | None]],
    lattices: Mapping[str, Sequence[RelaxedCrystalDocument | None]],
    missing: Mapping[str, str],
    settings: ComparisonSettings,
) -> FunctionalComparisonDocument:
    """Compare functionals (see `comparison_document`).

    Parameters
    ----------
    potentials, stabilities
        By functional.
    conductivities
        By functional and label of the crystal.
    lattices
        Relaxed crystals of other halides, by functional.
    missing
        Why a functional is not compared.
    settings
        Halide, crystals and rules.
    """
    documents = [
        FunctionalDocuments(
            Functional(name),
            potentials[name],
            stabilities[name],
            conductivities[name],
            lattices.get(name, ()),
        )
        for name in potentials
    ]
    return comparison_document(documents, missing, settings)
