"""When the loop of active learning ends, and what it says then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningIteration,
    SelectionDocument,
)

if TYPE_CHECKING:
    from atomate2_argyrodite.active_learning.flows import ActiveLearningFlowMaker


@dataclass(frozen=True)
class End:
    """Why the loop ends.

    Parameters
    ----------
    by
        In two words, one of those that `ActiveLearningDocument.ended_by` names.
    reason
        In a sentence, with the remedy if the loop did not converge.
    converged
        Whether the criterion is met.
    """

    by: str
    reason: str
    converged: bool = False


def end_after_runs(
    maker: "ActiveLearningFlowMaker",
    selection: SelectionDocument,
    before: Sequence[ActiveLearningIteration],
) -> End | None:
    """Return why the loop ends after an exploration, or None if it goes on.

    Parameters
    ----------
    maker
        Criterion and caps.
    selection
        The runs and what was selected.
    before
        Earlier iterations.
    """
    n_runs = len(selection.runs)
    n_broken = sum(not run.survived for run in selection.runs)
    times = f"{n_runs} runs of {selection.requested_ps:g} ps ({selection.simulated_ps:g} ps in all)"
    if not n_broken and selection.requested_ps >= maker.exploration_ps:
        if not selection.n_chosen:
            return End("nothing selected", f"converged: {times} selected nothing", converged=True)
        if maker.criterion == "all survive":
            return End("all survive", f"converged: all {times} survived", converged=True)
    return _diagnosis(maker, selection, before) or _cap(maker, selection, before, times, n_broken)


def _diagnosis(
    maker: "ActiveLearningFlowMaker",
    selection: SelectionDocument,
    before: Sequence[ActiveLearningIteration],
) -> End | None:
    """Return why going on would be in vain, or None."""
    runs = selection.runs
    n_broken = sum(not run.survived for run in runs)
    at_once = all(run.broke_at_once for run in runs)
    in_a_row = 1 if at_once else 0
    for summary in reversed(before):
        if not at_once or summary.n_broke_at_once < summary.n_runs:
            break
        in_a_row += 1
    if at_once and in_a_row >= maker.patience:
        crystals = ", ".join(sorted({run.configuration for run in runs}))
        coldest = min(run.temperature_kelvin for run in runs)
        grade = max(run.maximum_grade for run in runs)
        return End(
            "first step",
            f"stopped: in {in_a_row} iterations in a row every run of {crystals} broke in its "
            f"first step, even at {coldest:g} K (grade {grade:.3g} at the start, gamma_break "
            f"{maker.gamma_break:g}): the structures are too far from the training set or not "
            "relaxed; relax them first (relaxation), sample them with the engine, or begin at "
            "lower temperatures",
        )
    if n_broken and not selection.n_chosen:
        return End(
            "no frames",
            f"stopped: {n_broken} of {len(runs)} runs broke and left no physical frame to learn "
            "from; sample more, or at lower temperatures, before active learning",
        )
    return None


def _cap(
    maker: "ActiveLearningFlowMaker",
    selection: SelectionDocument,
    before: Sequence[ActiveLearningIteration],
    times: str,
    n_broken: int,
) -> End | None:
    rest = f"{n_broken} of {times} broke and {selection.n_chosen} frames would have been selected"
    if selection.iteration >= maker.maximum_iterations:
        return End(
            "iterations", f"stopped at maximum_iterations = {maker.maximum_iterations}: {rest}"
        )
    used = sum(summary.n_selected for summary in before)
    if maker.maximum_labels is not None and used >= maker.maximum_labels and selection.n_chosen:
        return End("labels", f"stopped at maximum_labels = {maker.maximum_labels}: {rest}")
    return None


def end_after_labels(iteration: ActiveLearningIteration) -> End | None:
    """Return why the loop ends after labelling: if not one frame got a label."""
    if iteration.n_selected == 0 or iteration.n_labelled > 0:
        return None
    return End(
        "no labels",
        f"stopped: none of the {iteration.n_selected} frames selected in iteration "
        f"{iteration.iteration} could be labelled, the first because: {iteration.first_failure}; "
        "check the engine and its settings on one frame",
    )
