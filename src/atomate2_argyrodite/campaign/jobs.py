"""The job that gathers what a campaign found."""

from collections.abc import Sequence
from typing import Any

from jobflow import JobConfig, OnMissing

from atomate2_argyrodite.active_learning.schemas import ActiveLearningDocument
from atomate2_argyrodite.campaign.schemas import (
    CampaignDocument,
    ConfigurationSummary,
    CrystalRecord,
)
from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.stability.schemas import RelativeStabilityDocument
from atomate2_argyrodite.training.schemas import PotentialDocument


# What failed leaves a gap in the summary, not a campaign without one.
@document_job(CampaignDocument, config=JobConfig(on_missing_references=OnMissing.NONE))
def gather_campaign(
    settings: dict[str, Any],
    crystals: Sequence[CrystalRecord],
    potential: PotentialDocument | None,
    active_learning: ActiveLearningDocument | None,
    conductivities: dict[str, ConductivityDocument | None],
    stability: RelativeStabilityDocument | None = None,
) -> CampaignDocument:
    """Gather the results of a campaign into one document.

    Parameters
    ----------
    settings
        The campaign file.
    crystals
        The site-disorder family.
    potential
        The potential of the first training.
    active_learning
        The loop, if there was one: its potential is the final one.
    conductivities
        Results by configuration; None where a stage before them failed.
    stability
        Relative energies of the crystals, if they were computed.
    """
    final = active_learning.potential if active_learning else potential
    missing = [label for label, document in conductivities.items() if document is None]
    warnings = [f"{label} has no result: one of its jobs failed" for label in missing]
    if active_learning and not active_learning.converged:
        warnings.append(f"active learning did not converge: {active_learning.stop_reason}")
    known = [document for document in conductivities.values() if document is not None]
    return CampaignDocument(
        campaign=settings["name"],
        composition=final.composition if final else None,
        halide=settings["crystal"]["halide"],
        functional=settings["functional"],
        engine=final.engine if final else None,
        potential_id=final.potential_id if final else None,
        seeds={"campaign": settings["seed"]},
        crystals=list(crystals),
        configurations=[_summary(document) for document in known],
        validation_errors=final.validation_errors if final else None,
        active_learning_converged=active_learning.converged if active_learning else None,
        active_learning_iterations=len(active_learning.iterations) if active_learning else None,
        n_labels=final.n_labels if final else 0,
        relative_energies_mev_per_atom=(
            stability.relative_energies_mev_per_atom if stability else None
        ),
        settings=settings,
        warnings=warnings,
    )


def _summary(document: ConductivityDocument) -> ConfigurationSummary:
    fields = set(ConfigurationSummary.model_fields) - {"stage"}
    return ConfigurationSummary(**{name: getattr(document, name) for name in fields})
