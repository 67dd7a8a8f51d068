"""Where the loop ends, and the sentence that it says."""

import pytest

from atomate2_argyrodite.active_learning import ActiveLearningFlowMaker, SelectionDocument
from atomate2_argyrodite.active_learning.schemas import ActiveLearningIteration, ExplorationRun
from atomate2_argyrodite.active_learning.stopping import end_after_labels, end_after_runs
from atomate2_argyrodite.documents import Attachment


def run(survived_ps: float, outcome: str, requested_ps: float = 10.0) -> ExplorationRun:
    return ExplorationRun(
        configuration="boundary",
        temperature_kelvin=500.0,
        seed=1,
        requested_ps=requested_ps,
        survived_ps=survived_ps,
        maximum_grade=33.0 if survived_ps == 0.0 else 1.5,
        n_frames=10,
        n_above_select=0,
        n_unphysical=0,
        outcome=outcome,
    )


def selection(*runs: ExplorationRun, n_frames: int = 0, iteration: int = 1) -> SelectionDocument:
    return SelectionDocument(
        iteration=iteration,
        requested_ps=runs[0].requested_ps,
        runs=list(runs),
        n_candidates=n_frames,
        n_chosen=n_frames,
        n_frames=n_frames,
        frames=Attachment.from_text("none", ""),
    )


def iteration(number: int, at_once: int = 0, labelled: int = 5) -> ActiveLearningIteration:
    return ActiveLearningIteration(
        iteration=number,
        n_runs=2,
        n_survived=0,
        n_selected=5,
        n_labelled=labelled,
        median_survived_ps=0.0,
        requested_ps=10.0,
        maximum_grade=33.0,
        n_broke_at_once=at_once,
        first_failure=None if labelled else "SCF did not converge",
        potential_id="0",
    )


MAKER = ActiveLearningFlowMaker(exploration_ps=10.0, maximum_iterations=9)
SURVIVED, BROKEN, AT_ONCE = run(10.0, "survived"), run(3.0, "broke"), run(0.0, "broke")


def test_convergence_is_a_full_set_of_runs_that_selects_nothing() -> None:
    end = end_after_runs(MAKER, selection(SURVIVED, SURVIVED), [])
    assert end is not None
    assert end.converged
    assert end.reason == "converged: 2 runs of 10 ps (20 ps in all) selected nothing"
    short = run(5.0, "survived", requested_ps=5.0)
    assert end_after_runs(MAKER, selection(short, short), []) is None
    assert end_after_runs(MAKER, selection(SURVIVED, SURVIVED, n_frames=3), []) is None


def test_survival_may_be_enough() -> None:
    maker = ActiveLearningFlowMaker(exploration_ps=10.0, criterion="all survive")
    end = end_after_runs(maker, selection(SURVIVED, SURVIVED, n_frames=3), [])
    assert end is not None
    assert (end.by, end.converged) == ("all survive", True)
    assert end_after_runs(maker, selection(SURVIVED, BROKEN, n_frames=3), []) is None


def test_breaking_in_the_first_step_every_time_is_diagnosed() -> None:
    both = selection(AT_ONCE, AT_ONCE, n_frames=1, iteration=3)
    assert end_after_runs(MAKER, both, [iteration(1), iteration(2, at_once=2)]) is None
    assert end_after_runs(MAKER, both, [iteration(1, at_once=2), iteration(2, at_once=1)]) is None
    end = end_after_runs(MAKER, both, [iteration(1, at_once=2), iteration(2, at_once=2)])
    assert end is not None
    assert end.by == "first step"
    assert not end.converged
    assert "in 3 iterations in a row every run of boundary broke" in end.reason
    assert "even at 500 K (grade 33 at the start, gamma_break 10)" in end.reason
    late = selection(AT_ONCE, BROKEN, n_frames=1, iteration=3)
    assert end_after_runs(MAKER, late, [iteration(1, at_once=2), iteration(2, at_once=2)]) is None


def test_runs_that_break_and_teach_nothing_end_the_loop() -> None:
    end = end_after_runs(MAKER, selection(SURVIVED, BROKEN), [])
    assert end is not None
    assert end.by == "no frames"
    assert "1 of 2 runs broke and left no physical frame" in end.reason


def test_caps_say_what_was_left_undone() -> None:
    end = end_after_runs(MAKER, selection(SURVIVED, BROKEN, n_frames=4, iteration=9), [])
    assert end is not None
    assert end.by == "iterations"
    assert "1 of 2 runs of 10 ps (13 ps in all) broke and 4 frames would have been" in end.reason
    maker = ActiveLearningFlowMaker(exploration_ps=10.0, maximum_labels=10)
    before = [iteration(1), iteration(2)]
    end = end_after_runs(maker, selection(BROKEN, BROKEN, n_frames=4, iteration=3), before)
    assert end is not None
    assert end.by == "labels"


@pytest.mark.parametrize(("labelled", "goes_on"), [(0, False), (1, True)])
def test_an_iteration_without_a_label_ends_the_loop(labelled: int, goes_on: bool) -> None:
    end = end_after_labels(iteration(1, labelled=labelled))
    assert (end is None) is goes_on
    if end is not None:
        assert "none of the 5 frames" in end.reason
        assert "SCF did not converge" in end.reason
