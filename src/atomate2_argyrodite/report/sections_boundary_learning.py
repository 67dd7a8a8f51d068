"""Section of the report on active learning on grain boundaries."""

from collections.abc import Iterator

from atomate2_argyrodite.active_learning.schemas import (
    BOUNDARY_LOOP,
    ActiveLearningDocument,
    ActiveLearningIteration,
    IterationDocument,
    SelectionDocument,
)
from atomate2_argyrodite.report.cautions import Caution, Severity
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.figures_potential import active_learning_picture
from atomate2_argyrodite.report.numbers import number
from atomate2_argyrodite.report.page import paragraph, shown, table
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.report.variants import per_variant, variant_stem, variants
from atomate2_argyrodite.training.schemas import ErrorSummary

COLUMNS = (
    "Iteration",
    "Runs that survived",
    "Time / ps",
    "Simulated in all / ps",
    "Largest γ before a break",
    "Frames labelled, of candidates",
    "Kept apart",
    "Honest errors: meV per atom, eV Å⁻¹",
    "Test set: meV per atom, eV Å⁻¹",
)


def boundary_learning(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """How the potential of each variant learned boundaries; empty without such a loop."""
    if not _selections(records):
        return ""
    return per_variant(records, lambda variant, stem: _section(variant, pictures, stem))


def boundary_learning_pictures(records: CampaignRecords) -> Iterator[Picture]:
    """Yield survival, grades and honest errors of every variant's loop."""
    found = variants(records)
    for variant in found:
        selections = _selections(variant)
        if selections:
            yield active_learning_picture(
                selections,
                _iterations(variant),
                _thresholds(variant),
                f"boundary_learning{variant_stem(variant, len(found))}",
            )


def boundary_learning_cautions(records: CampaignRecords) -> Iterator[Caution]:
    """Yield loops that did not converge."""
    for loop in _loops(records):
        if not loop.converged:
            text = f"Active learning on boundaries did not converge ({loop.stop_reason})."
            yield Caution(Severity.WARNING, text)


def _section(records: CampaignRecords, pictures: dict[str, Picture], stem: str) -> str:
    selections, loops = _selections(records), _loops(records)
    if not selections:
        return ""
    rows = [_row(i) for i in (loops[-1].iterations if loops else _iterations(records))]
    end = ""
    if loops:
        end = paragraph(f"The loop {loops[-1].stop_reason}; {loops[-1].n_new_labels} new labels.")
    caption = (
        "Iterations; honest errors are those on new frames before they were learned, the test set "
        "stays the same"
    )
    return shown(pictures, f"boundary_learning{stem}") + table(caption, COLUMNS, rows) + end


def _row(iteration: ActiveLearningIteration) -> list[str]:
    return [
        str(iteration.iteration),
        f"{iteration.n_survived} of {iteration.n_runs}",
        number(iteration.requested_ps),
        number(iteration.simulated_ps),
        number(iteration.maximum_grade),
        f"{iteration.n_labelled} of {iteration.n_candidates}",
        str(iteration.n_unphysical + iteration.n_failed),
        _errors(iteration.honest_errors),
        _errors(iteration.test_errors),
    ]


def _errors(errors: ErrorSummary | None) -> str:
    energy = number(errors.energy_mae_mev_per_atom if errors else None)
    return f"{energy}, {number(errors.force_mae_ev_per_angstrom)}" if errors else energy


def _selections(records: CampaignRecords) -> list[SelectionDocument]:
    found = [d for d in records.of(SelectionDocument) if d.loop == BOUNDARY_LOOP]
    return sorted(found, key=lambda document: document.iteration)


def _iterations(records: CampaignRecords) -> list[ActiveLearningIteration]:
    found = [d.summary for d in records.of(IterationDocument) if d.loop == BOUNDARY_LOOP]
    return sorted(found, key=lambda summary: summary.iteration)


def _loops(records: CampaignRecords) -> list[ActiveLearningDocument]:
    return [d for d in records.of(ActiveLearningDocument) if d.loop == BOUNDARY_LOOP]


def _thresholds(records: CampaignRecords) -> tuple[float, float] | None:
    loops = _loops(records)
    if loops:
        return loops[-1].gamma_select, loops[-1].gamma_break
    section = records.settings.get("boundary_learning")
    return (section["gamma_select"], section["gamma_break"]) if section else None
