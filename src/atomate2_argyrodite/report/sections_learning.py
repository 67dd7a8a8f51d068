"""Section on active learning: every loop, iteration by iteration."""

from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningIteration,
    RelaxedStartDocument,
    SelectionDocument,
)
from atomate2_argyrodite.report.collect import CampaignRecords
from atomate2_argyrodite.report.loops import loop_stem, loops
from atomate2_argyrodite.report.numbers import NONE, number
from atomate2_argyrodite.report.page import heading, paragraph, shown, table
from atomate2_argyrodite.report.style import Picture
from atomate2_argyrodite.report.variants import per_variant, variants

_COLUMNS = (
    "Iteration",
    "Runs that survived",
    "Time asked for / ps",
    "Simulated in all / ps",
    "Largest γ before a break",
    "Frames selected",
    "Near duplicates left out",
    "Unphysical, kept apart",
    "Honest energy MAE / meV per atom",
    "Honest force MAE / eV Å⁻¹",
    "Test energy MAE / meV per atom",
    "Test force MAE / eV Å⁻¹",
)

_STARTS = (
    "Crystal",
    "Atoms",
    "Steps",
    "Largest force left / eV Å⁻¹",
    "Below the threshold",
    "Atoms moved by / Å",
    "PS4 intact",
)


def active_learning(records: CampaignRecords, pictures: dict[str, Picture]) -> str:
    """How the loops made the potentials of each variant stable."""
    level = 3 if len(variants(records)) < 2 else 4
    return per_variant(records, lambda variant, stem: _loops(variant, pictures, stem, level))


def _loops(records: CampaignRecords, pictures: dict[str, Picture], stem: str, level: int) -> str:
    found = loops(records)
    return "".join(
        (heading(name.capitalize(), level) if len(found) > 1 else "")
        + shown(pictures, f"active_learning{loop_stem(name, list(found))}{stem}")
        + _starts(name, loop)
        + _iterations(name, loop)
        for name, loop in found.items()
    )


def _starts(name: str, records: CampaignRecords) -> str:
    rows = [
        [
            start.configuration or "",
            str(start.n_atoms),
            str(start.steps),
            number(start.maximum_force_ev_per_angstrom, 2),
            "yes" if start.is_converged else "no",
            number(start.mean_displacement_angstrom, 2),
            {True: "yes", False: "no", None: NONE}[start.tetrahedra_are_intact],
        ]
        for start in records.of(RelaxedStartDocument)
    ]
    return table(f"Relaxed by the engine before they were explored, {name}", _STARTS, rows)


def _iterations(name: str, records: CampaignRecords) -> str:
    summaries = {document.summary.iteration: document.summary for document in records.iterations}
    rows = [_row(s, summaries.get(s.iteration)) for s in records.selections]
    loop = records.active_learning
    end = paragraph(f"The loop {loop.stop_reason}.") if loop and rows else ""
    caption = (
        f"Iterations, {name}; honest errors are those on new frames before they were learned, test "
        "errors those on frames that stay the same"
    )
    return table(caption, _COLUMNS, rows) + end


def _row(selection: SelectionDocument, summary: ActiveLearningIteration | None) -> list[str]:
    runs = selection.runs
    honest = summary.honest_errors if summary else None
    test = summary.test_errors if summary else None
    return [
        str(selection.iteration),
        f"{sum(run.survived for run in runs)} of {len(runs)}",
        number(selection.requested_ps),
        number(selection.simulated_ps),
        number(max((run.maximum_grade for run in runs), default=None)),
        f"{selection.n_frames} of {selection.n_candidates}",
        str(selection.n_duplicates),
        str(sum(run.n_unphysical for run in runs)),
        *(
            number(value)
            for errors in (honest, test)
            for value in (
                (errors.energy_mae_mev_per_atom, errors.force_mae_ev_per_angstrom)
                if errors
                else (None, None)
            )
        ),
    ]
