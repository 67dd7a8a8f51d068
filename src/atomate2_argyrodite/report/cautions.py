"""What a reader must know before the numbers: problems first, then limits."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from atomate2_argyrodite.campaign.run_record import RunState
from atomate2_argyrodite.conductivity.bulk_schemas import BulkConductivityDocument
from atomate2_argyrodite.conductivity.schemas import ConductivityDocument
from atomate2_argyrodite.documents import to_the_second
from atomate2_argyrodite.mtp.acceptance import ACCEPTED_ENERGY_MAE, ACCEPTED_FORCE_MAE
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.experiment import far_from_experiment
from atomate2_argyrodite.report.loops import loops
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.variants import variants

_TEMPERATURES_FOR_FIT = 3
_RULES_AGREE = 1.5
_FAILURES_SHOWN = 5


class Severity(IntEnum):
    """How much a caution matters."""

    PROBLEM = 0
    WARNING = 1
    NOTE = 2


@dataclass(frozen=True, order=True)
class Caution:
    """One sentence that a reader must know."""

    severity: Severity
    text: str


def cautions(records: CampaignRecords, further: Iterable[Caution] = ()) -> list[Caution]:
    """Return what limits the results of a campaign, with `further` limits, the worst first."""
    found = [
        *_of_run(records),
        *(Caution(Severity.WARNING, text) for text in far_from_experiment(records)),
        *_of_engine(records),
        *(c for variant in variants(records) for c in _of_potential(variant)),
        *(c for variant in variants(records) for c in _of_active_learning(variant)),
        *_of_dynamics(records),
        *(c for document in records.conductivities for c in _of_conductivity(document, records)),
        *(c for document in records.of(BulkConductivityDocument) for c in _of_bulk(document)),
        *further,
        *_of_documents(records),
    ]
    return sorted(dict.fromkeys(found), key=lambda caution: caution.severity)


def _of_run(records: CampaignRecords) -> Iterator[Caution]:
    run = records.run
    if not records.documents:
        yield Caution(Severity.NOTE, "The store holds no documents of a campaign yet.")
    if run is None:
        return
    if run.state == RunState.RUNNING:
        when = to_the_second(run.updated_at)
        text = f"The campaign is not finished: it is running, or was killed, at {when}."
        yield Caution(Severity.PROBLEM, text)
    if run.state == RunState.INTERRUPTED:
        text = "The campaign was interrupted; run it again to complete it."
        yield Caution(Severity.PROBLEM, text)
    for failure in run.failures[:_FAILURES_SHOWN]:
        yield Caution(Severity.PROBLEM, f"The job {failure.job} failed: {failure.error}")
    if len(run.failures) > _FAILURES_SHOWN:
        more = len(run.failures) - _FAILURES_SHOWN
        yield Caution(Severity.PROBLEM, f"{more} more jobs failed; they are listed under Progress.")
    skipped = sum(states.get("skipped", 0) for states in run.counts.values())
    if skipped:
        yield Caution(Severity.PROBLEM, f"{skipped} jobs were skipped because others failed.")


def _of_engine(records: CampaignRecords) -> Iterator[Caution]:
    surrogates = {
        (document.engine.name, document.engine.version, str(document.functional or "DFT"))
        for document in [*records.labelled_sets, *records.sampling]
        if document.engine is not None and document.engine.is_surrogate
    }
    for name, version, functional in sorted(surrogates):
        yield Caution(
            Severity.WARNING,
            f"Forces and labels come from {name} {version}, a surrogate of {functional.upper()}: "
            "no number here is a DFT result.",
        )


def _of_potential(records: CampaignRecords) -> Iterator[Caution]:
    potential = records.potential
    if potential is None:
        return
    errors = potential.validation_errors
    if errors is None:
        text = "The potential has no validation set: its errors on unseen frames are unknown."
        yield Caution(Severity.WARNING, text)
        return
    if errors.energy_mae_mev_per_atom > ACCEPTED_ENERGY_MAE:
        yield Caution(
            Severity.WARNING,
            f"The validation energy MAE of {number(errors.energy_mae_mev_per_atom)} meV/atom is "
            f"above the paper's acceptance limit of {ACCEPTED_ENERGY_MAE:g} meV/atom.",
        )
    if errors.force_mae_ev_per_angstrom > ACCEPTED_FORCE_MAE:
        yield Caution(
            Severity.WARNING,
            f"The validation force MAE of {number(errors.force_mae_ev_per_angstrom)} eV/Å is above "
            f"the paper's acceptance limit of {ACCEPTED_FORCE_MAE:g} eV/Å.",
        )


def _of_active_learning(records: CampaignRecords) -> Iterator[Caution]:
    for name, own in loops(records).items():
        loop, title = own.active_learning, name.capitalize()
        if loop is not None and not loop.converged:
            text = f"{title} did not converge ({loop.stop_reason}): dynamics may be unstable."
            yield Caution(Severity.WARNING, text)
        if loop is None and own.selections:
            yield Caution(Severity.NOTE, f"{title} has not ended yet.")


def _of_dynamics(records: CampaignRecords) -> Iterator[Caution]:
    broken = [run for run in records.dynamics if not run.is_complete]
    for run in broken[:_FAILURES_SHOWN]:
        where = f"{run.configuration} at {run.temperature_kelvin:g} K (replica {run.replica})"
        yield Caution(Severity.WARNING, f"The run of {where} is incomplete: {run.outcome}.")
    if len(broken) > _FAILURES_SHOWN:
        text = (
            f"{len(broken)} of {len(records.dynamics)} runs are incomplete, {_FAILURES_SHOWN} of "
            "them named here; the table under Diffusion and dynamics tells the outcome of all."
        )
        yield Caution(Severity.WARNING, text)


def _of_conductivity(document: ConductivityDocument, records: CampaignRecords) -> Iterator[Caution]:
    name = document.configuration
    if document.arrhenius is None:
        reason = document.arrhenius_reason or "unknown"
        yield Caution(Severity.WARNING, f"{name} has no Arrhenius fit: {reason}")
    elif len(document.arrhenius.temperatures_kelvin) < _TEMPERATURES_FOR_FIT:
        count = len(document.arrhenius.temperatures_kelvin)
        text = f"The Arrhenius fit of {name} rests on {count} temperatures only."
        yield Caution(Severity.WARNING, text)
    runs = [run for run in records.dynamics if run.configuration == name and not run.is_complete]
    for text in document.failed_runs:
        if not any(run.outcome in text for run in runs):  # else it is told as a broken run
            yield Caution(Severity.WARNING, f"{name}: left out of the analysis: {text}")


def _of_bulk(document: BulkConductivityDocument) -> Iterator[Caution]:
    values = [r.conductivity_ms_per_cm for r in document.rules if r.conductivity_ms_per_cm]
    if values and max(values) > _RULES_AGREE * min(values):
        text = (
            f"The bulk conductivity of {document.composition} depends on the rule that mixes "
            f"configurations: {number(min(values))} to {number(max(values))} mS/cm."
        )
        yield Caution(Severity.WARNING, text)


def _of_documents(records: CampaignRecords) -> Iterator[Caution]:
    texts = Counter(
        (document.configuration or document.stage, text)
        for document in records.documents
        for text in document.warnings
    )
    for (name, text), count in texts.items():
        times = f" ({count} documents)" if count > 1 else ""
        yield Caution(Severity.NOTE, f"{name}: {text}{times}")
