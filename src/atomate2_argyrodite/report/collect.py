"""The documents of one campaign, sorted by kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from jobflow import JobStore

from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningDocument,
    IterationDocument,
    SelectionDocument,
)
from atomate2_argyrodite.campaign.belonging import uuids_of_run
from atomate2_argyrodite.campaign.run_record import RUN_STAGE, RunDocument, get_run
from atomate2_argyrodite.campaign.schemas import CampaignDocument
from atomate2_argyrodite.conductivity.schemas import (
    ConductivityDocument,
    MolecularDynamicsDocument,
)
from atomate2_argyrodite.documents import ArgyroditeDocument
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.sampling.schemas import SamplingDocument
from atomate2_argyrodite.store import StoredDocument, find_documents
from atomate2_argyrodite.training.scan_schemas import ScanDocument
from atomate2_argyrodite.training.schemas import PotentialDocument

Kind = TypeVar("Kind", bound=ArgyroditeDocument)
_SCAN_STAGE = "hyperparameter_scan"


@dataclass(frozen=True)
class CampaignRecords:
    """What a store holds of one campaign.

    Parameters
    ----------
    run
        The record of its last run, if it was run by this package.
    documents
        Its documents, oldest first; attachments are loaded when they are read.
    """

    run: RunDocument | None
    documents: list[ArgyroditeDocument] = field(default_factory=list)

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the documents of one kind, oldest first."""
        return [document for document in self.documents if isinstance(document, kind)]

    @property
    def name(self) -> str:
        """Name of the campaign."""
        named = [d.campaign for d in (self.campaign, self.run) if d is not None and d.campaign]
        return named[0] if named else "campaign"

    @property
    def campaign(self) -> CampaignDocument | None:
        """The gathered result, if the campaign came so far."""
        return next(reversed(self.of(CampaignDocument)), None)

    @property
    def settings(self) -> dict[str, Any]:
        """The campaign file, empty if it is not known."""
        document = self.run or self.campaign
        return dict(document.settings) if document is not None else {}

    @property
    def sampling(self) -> list[SamplingDocument]:
        """Sampling runs."""
        return self.of(SamplingDocument)

    @property
    def labelled_sets(self) -> list[LabelledSetDocument]:
        """Batches of labels."""
        return [d for d in self.of(LabelledSetDocument) if not d.is_collected]

    @property
    def active_learning(self) -> ActiveLearningDocument | None:
        """Result of the loop, if it has ended."""
        return next(reversed(self.of(ActiveLearningDocument)), None)

    @property
    def selections(self) -> list[SelectionDocument]:
        """Explorations with what was selected from them, by iteration."""
        return sorted(self.of(SelectionDocument), key=lambda document: document.iteration)

    @property
    def iterations(self) -> list[IterationDocument]:
        """Iterations of the loop that were labelled."""
        return sorted(self.of(IterationDocument), key=lambda document: document.summary.iteration)

    @property
    def potential(self) -> PotentialDocument | None:
        """The potential that the crystals' dynamics ran with, else the newest one."""
        learned = [document.potential for document in self.of(ActiveLearningDocument)]
        fitted = self.of(PotentialDocument)
        used = {document.potential_id for document in self.conductivities}
        chosen = [document for document in fitted + learned if document.potential_id in used]
        return next(reversed(chosen or learned or fitted), None)

    @property
    def dynamics(self) -> list[MolecularDynamicsDocument]:
        """LAMMPS runs, by configuration, temperature and replica."""
        return sorted(
            self.of(MolecularDynamicsDocument),
            key=lambda d: (d.configuration or "", d.temperature_kelvin or 0.0, d.replica),
        )

    @property
    def conductivities(self) -> list[ConductivityDocument]:
        """Results by configuration."""
        return sorted(self.of(ConductivityDocument), key=lambda d: _percentage(d.configuration))


def _percentage(label: str | None) -> tuple[float, str]:
    """Sort labels such as 50-P222_1 by their number."""
    digits = (label or "").partition("-")[0]
    return (float(digits) if digits.isdigit() else float("inf"), label or "")


def collect(
    store: JobStore,
    *,
    settings: Mapping[str, Any] | None = None,
    campaign: str | None = None,
    halide: str | None = None,
    functional: str | None = None,
) -> CampaignRecords:
    """Return the documents of one campaign of a store.

    Parameters
    ----------
    store
        A connected store.
    settings
        The campaign file, to take exactly its run.
    campaign
        Name of the campaign, to take its last run. By default the last run of any campaign; a
        store without runs is taken as a whole.
    halide, functional
        Only the documents of one halide and one functional of a campaign of several; the snapshots
        that it labels belong to every functional.

    Raises
    ------
    InputError
        If no campaign of that name was run with the store.
    """
    run = get_run(store, settings) if settings is not None else _last_run(store, campaign)
    found = find_documents(store, uuids=uuids_of_run(store, run) if run is not None else None)
    if run is not None:
        found += _scans_of(store, found)
    documents = [stored.document for stored in found]
    return CampaignRecords(run, [d for d in documents if _belongs(d, halide, functional)])


def _scans_of(store: JobStore, found: Sequence[StoredDocument]) -> list[StoredDocument]:
    """Return further scans over level and cutoff that were made with the same training sets."""
    documents = [stored.document for stored in found]
    sets = {d.training_set_hash for d in documents if isinstance(d, PotentialDocument)}
    known = {stored.uuid for stored in found}
    return [
        stored
        for stored in find_documents(store, stage=_SCAN_STAGE)
        if isinstance(stored.document, ScanDocument)
        and stored.document.training_set_hash in sets
        and stored.uuid not in known
    ]


def _belongs(document: ArgyroditeDocument, halide: str | None, functional: str | None) -> bool:
    if halide is not None and document.halide not in (None, halide):
        return False
    is_shared = isinstance(document, SamplingDocument)
    return functional is None or is_shared or document.functional in (None, functional)


def _last_run(store: JobStore, campaign: str | None) -> RunDocument | None:
    found = [stored.document for stored in find_documents(store, stage=RUN_STAGE)]
    runs = [document for document in found if isinstance(document, RunDocument)]
    named = [run for run in runs if campaign is None or run.campaign == campaign]
    if campaign is not None and not named:
        known = ", ".join(sorted({run.campaign or "campaign" for run in runs})) or "none"
        raise InputError(f"campaign {campaign!r} was not run with this store: it knows {known}")
    return max(named, key=lambda run: run.updated_at, default=None)
