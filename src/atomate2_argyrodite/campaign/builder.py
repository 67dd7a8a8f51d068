"""A maggma builder that gathers each campaign of a store into one summary document."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from jobflow import JobStore
from maggma.core import Builder, Store
from monty.json import jsanitize
from pydantic import BaseModel, Field

from atomate2_argyrodite.campaign.belonging import uuids_of_run
from atomate2_argyrodite.campaign.run_record import RUN_STAGE, RunDocument
from atomate2_argyrodite.conductivity.schemas import ArrheniusResult, ConductivityDocument
from atomate2_argyrodite.documents import SCHEMA_VERSION, ArgyroditeDocument
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.stability.schemas import RelativeStabilityDocument
from atomate2_argyrodite.store import StoredDocument, find_documents
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument

_MAXIMUM_WARNINGS = 100


class PotentialSummary(BaseModel):
    """A potential in one line."""

    potential_id: str | None
    halide: str | None
    functional: Functional | None
    level: int
    cutoff_angstrom: float
    n_labels: int
    is_surrogate: bool = Field(description="Whether its labels are a model's, not DFT's.")
    validation_errors: ErrorSummary | None


class ConductivitySummary(BaseModel):
    """The conductivity of one crystal in one line."""

    configuration: str | None
    halide: str | None
    functional: Functional | None
    potential_id: str | None
    temperatures_kelvin: list[float]
    arrhenius: ArrheniusResult | None


class StabilitySummary(BaseModel):
    """Relative energies of crystals in one line."""

    halide: str | None
    functional: Functional | None
    protocol: str
    relative_energies_mev_per_atom: dict[str, float]


class CampaignSummary(BaseModel):
    """What a campaign found so far, over all its halides and functionals."""

    schema_version: int = SCHEMA_VERSION
    run: str = Field(description="Uuid of the record of the run.")
    campaign: str | None
    state: str
    updated_at: str = Field(description="Of the record of the run, ISO 8601, UTC.")
    n_documents: dict[str, int] = Field(description="By stage.")
    n_labels: int
    n_failed_jobs: int
    potentials: list[PotentialSummary]
    conductivities: list[ConductivitySummary]
    stabilities: list[StabilitySummary]
    warnings: list[str]
    settings: dict[str, Any] = Field(description="The campaign file.")


class CampaignSummaryBuilder(Builder):
    """Write one `CampaignSummary` per campaign of a store, replacing the one it had.

    Parameters
    ----------
    documents
        The connected store of the campaigns.
    summaries
        Store that takes the summaries, with key ``run``.
    """

    def __init__(self, documents: JobStore, summaries: Store, **kwargs: Any) -> None:
        self.documents, self.summaries = documents, summaries
        super().__init__(sources=[documents], targets=[summaries], **kwargs)

    def get_items(self) -> Iterator[StoredDocument]:
        """Yield the records of runs."""
        yield from find_documents(self.documents, stage=RUN_STAGE)

    def process_item(self, item: StoredDocument) -> dict[str, Any]:
        """Return the summary of one run."""
        summary = summarise(self.documents, item)
        plain: dict[str, Any] = jsanitize(summary, strict=True, enum_values=True)
        return {name: value for name, value in plain.items() if not name.startswith("@")}

    def update_targets(self, items: Iterable[dict[str, Any]]) -> None:
        """Store summaries."""
        summaries = list(items)
        if summaries:
            self.summaries.update(summaries, key="run")


def summarise(store: JobStore, record: StoredDocument) -> CampaignSummary:
    """Return the summary of the campaign of a run's record."""
    run = record.document
    if not isinstance(run, RunDocument):
        raise TypeError(f"document {record.uuid} is no record of a run")
    uuids = uuids_of_run(store, run)
    found = [stored.document for stored in find_documents(store, uuids=uuids)]
    return CampaignSummary(
        run=record.uuid,
        campaign=run.campaign,
        state=str(run.state),
        updated_at=run.updated_at,
        n_documents=dict(Counter(document.stage for document in found)),
        n_labels=sum(
            d.n_frames for d in found if isinstance(d, LabelledSetDocument) and not d.is_collected
        ),
        n_failed_jobs=len(run.failures),
        potentials=[_potential(d) for d in found if isinstance(d, PotentialDocument)],
        conductivities=[_conductivity(d) for d in found if isinstance(d, ConductivityDocument)],
        stabilities=[_stability(d) for d in found if isinstance(d, RelativeStabilityDocument)],
        warnings=_warnings(found),
        settings=run.settings,
    )


def _potential(document: PotentialDocument) -> PotentialSummary:
    return PotentialSummary(
        potential_id=document.potential_id,
        halide=document.halide,
        functional=document.functional,
        level=document.level,
        cutoff_angstrom=document.cutoff_angstrom,
        n_labels=document.n_labels,
        is_surrogate=bool(document.engine and document.engine.is_surrogate),
        validation_errors=document.validation_errors,
    )


def _conductivity(document: ConductivityDocument) -> ConductivitySummary:
    return ConductivitySummary(
        configuration=document.configuration,
        halide=document.halide,
        functional=document.functional,
        potential_id=document.potential_id,
        temperatures_kelvin=[result.temperature_kelvin for result in document.results],
        arrhenius=document.arrhenius,
    )


def _stability(document: RelativeStabilityDocument) -> StabilitySummary:
    return StabilitySummary(
        halide=document.halide,
        functional=document.functional,
        protocol=str(document.protocol),
        relative_energies_mev_per_atom=document.relative_energies_mev_per_atom,
    )


def _warnings(documents: Iterable[ArgyroditeDocument]) -> list[str]:
    texts = (text for document in documents for text in document.warnings)
    return list(dict.fromkeys(texts))[:_MAXIMUM_WARNINGS]
