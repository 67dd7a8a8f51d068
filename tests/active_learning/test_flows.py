"""The loop, run for real on argon: where it ends, what it says, and what a kill costs."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jobflow import OutputReference

from atomate2_argyrodite.active_learning import (
    ActiveLearningFlowMaker,
    ExplorationDocument,
    IterationDocument,
    SelectionDocument,
)
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.store import find_documents, open_store
from atomate2_argyrodite.structures import BoundaryRecipe, ConfigurationRecipe
from atomate2_argyrodite.training.documents import active_set_of
from atomate2_argyrodite.training.schemas import PotentialDocument

from .argon import CALLS, CRYSTAL, ENGINE, labelled_argon, loop, maker, result_of, run

pytestmark = pytest.mark.filterwarnings("ignore:No Pauling electronegativity")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    result, found = run(loop(), tmp_path_factory.mktemp("loop"))
    assert result.failures == []
    return found


def test_the_loop_ends_when_nothing_is_selected(documents: list[Any]) -> None:
    result = result_of(documents)
    assert result.converged
    assert result.ended_by == "nothing selected"
    assert result.stop_reason == "converged: 4 runs of 4 ps (16 ps in all) selected nothing"
    first, last = result.iterations[0], result.iterations[-1]
    assert first.n_survived < first.n_runs
    assert last.n_survived == last.n_runs
    assert last.maximum_grade < result.gamma_select
    assert 1 < len(result.iterations) < 8
    assert result.warnings == []


def test_runs_grow_only_while_they_survive(documents: list[Any]) -> None:
    iterations = result_of(documents).iterations
    assert iterations[0].requested_ps == 1.0
    for earlier, later in pairwise(iterations):
        survived = earlier.n_survived >= 0.5 * earlier.n_runs
        grown = 2.0 if survived else 1.0
        assert later.requested_ps == min(4.0, grown * earlier.requested_ps)


def test_errors_are_honest_and_fall(documents: list[Any]) -> None:
    """Each potential is judged by labels it had not seen; the truth is Lennard-Jones'."""
    result = result_of(documents)
    labelled = [i for i in result.iterations if i.n_labelled]
    assert result.n_new_labels == sum(i.n_labelled for i in labelled)
    assert result.n_labels == 16 + result.n_new_labels
    honest = [i.honest_errors.force_mae_ev_per_angstrom for i in labelled if i.honest_errors]
    assert len(honest) == len(labelled)
    tests = [i.test_errors.force_mae_ev_per_angstrom for i in result.iterations if i.test_errors]
    assert {i.test_errors.n_configurations for i in result.iterations if i.test_errors} == {4}
    assert tests[-1] < tests[0]
    assert honest[-1] < honest[0]


def test_documents_tell_the_whole_story(documents: list[Any]) -> None:
    result = result_of(documents)
    explorations = [d for d in documents if isinstance(d, ExplorationDocument)]
    selections = [d for d in documents if isinstance(d, SelectionDocument)]
    records = [d for d in documents if isinstance(d, IterationDocument)]
    assert len(explorations) == 2 * len(selections) == 2 * len(result.iterations)
    assert [r.summary for r in records] == result.iterations[: len(records)]
    for selection in selections:
        assert selection.n_frames == len(selection.origins) <= 12
        assert selection.n_frames == selection.n_chosen - selection.n_duplicates
    grades = explorations[0].grades.to_arrays()
    survived = [run for run in explorations[0].runs if run.survived]
    assert (
        len(grades["grade"]) == len(grades["run"]) == sum(r.n_frames for r in explorations[0].runs)
    )
    assert len(survived) < 2
    assert active_set_of(result.potential).mode == "neighbourhood"


@pytest.mark.parametrize(
    ("changes", "ended_by", "sentence"),
    [
        ({"maximum_iterations": 1}, "iterations", "stopped at maximum_iterations = 1"),
        (
            {"maximum_labels": 2, "maximum_labels_per_iteration": 2},
            "labels",
            "stopped at maximum_labels = 2",
        ),
    ],
)
def test_caps_end_the_loop_and_are_named(
    tmp_path: Path, changes: dict[str, int], ended_by: str, sentence: str
) -> None:
    _, found = run(loop(**changes), tmp_path)
    result = result_of(found)
    assert not result.converged
    assert result.ended_by == ended_by
    assert result.stop_reason.startswith(sentence)
    assert result.n_new_labels == changes.get("maximum_labels", 0)
    assert result.warnings == [result.stop_reason]


def test_labels_that_all_fail_end_the_loop_with_the_reason(tmp_path: Path) -> None:
    choosy = FoundationEngine(model=ENGINE.model, minimum_distance=5.0)
    _, found = run(loop(labelling_maker=LabellingFlowMaker(engine=choosy)), tmp_path)
    result = result_of(found)
    assert result.ended_by == "no labels"
    assert "closer than 5 Å" in result.stop_reason
    assert result.n_new_labels == 0
    assert result.iterations[0].n_failed == result.iterations[0].n_selected > 0


def test_a_potential_without_its_own_active_set_is_refused(
    documents: list[Any], tmp_path: Path
) -> None:
    potential = result_of(documents).potential
    without = potential.model_copy(update={"active_set": None})
    other = next(
        d
        for d in documents
        if isinstance(d, PotentialDocument) and d.potential_id != potential.potential_id
    )
    foreign = potential.model_copy(update={"active_set": other.active_set})
    for bad, message in ((without, "holds no active set"), (foreign, "belongs to potential")):
        with pytest.raises(InputError, match=message):
            maker().make({"fcc": CRYSTAL}, bad, [labelled_argon(0.0, 1)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"gamma_break": 2.0}, "gamma_select = 2.1 and gamma_break = 2.0"),
        ({"temperatures_kelvin": ()}, "temperatures"),
        ({"pressures_gpa": ()}, "pressures_gpa is empty"),
        ({"exploration_ps": 0.0}, "exploration_ps must be above 0"),
        ({"maximum_labels": 0}, "maximum_labels must be at least 1"),
        ({"minimum_displacement": -1.0}, "must not be negative"),
        ({"criterion": "never"}, "criterion 'never'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ActiveLearningFlowMaker(**changes).make({"fcc": CRYSTAL}, OutputReference("p"), [])


def test_big_crystals_travel_as_recipes() -> None:
    big = CRYSTAL.copy()
    big.make_supercell([4, 4, 4])
    with pytest.raises(InputError, match="2,048 atoms is too large"):
        maker().make({"fcc": big}, OutputReference("p"), [])
    with pytest.raises(InputError, match="at least one structure"):
        maker().make({}, OutputReference("p"), [])
    recipe = BoundaryRecipe(ConfigurationRecipe("50-P222_1", "Cl"))
    flow = maker().make({"boundary": recipe}, OutputReference("p"))
    assert [job.name for job in flow.jobs] == ["training labels", "active learning iteration 1"]


@pytest.mark.slow
def test_a_killed_loop_repeats_no_label_and_no_finished_run(
    documents: list[Any], tmp_path: Path
) -> None:
    """The whole process dies in an exploration, among labels, in a refit, in a later exploration.

    What it gives in the end is what a loop gives that nobody killed.
    """
    calls, runs = tmp_path / "calls.txt", tmp_path / "runs"
    moments: list[Callable[[], Any]] = [
        lambda: list(runs.glob("explore_1*/run_1.dcd")),
        lambda: calls.is_file() and len(calls.read_text().splitlines()) >= 2,
        lambda: list(runs.glob("training/*.npz")),  # a fit between two of its rounds
        lambda: list(runs.glob("explore_2*/run_0.dcd")),
    ]
    stamps: dict[Path, int] = {}
    for moment in moments:
        process = start(tmp_path)
        wait_until(moment)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        for path in finished_runs(runs):
            stamps.setdefault(path, path.stat().st_mtime_ns)
    last = start(tmp_path)
    last.join(180.0)
    assert last.exitcode == 0
    assert stamps
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
    store = open_store(str(tmp_path / "store"))
    store.connect()
    result = result_of([found.document for found in find_documents(store)])
    assert result.potential_id == result_of(documents).potential_id
    labels = result.n_new_labels
    n_calls = len(calls.read_text().splitlines())
    assert labels <= n_calls <= labels + 1  # the one that was going on when it was killed


def start(folder: Path) -> Any:
    process = multiprocessing.get_context("fork").Process(target=run_in, args=(folder,))
    process.start()
    return process


def run_in(folder: Path) -> None:
    """Run the loop; labels are counted from here on."""
    flow = loop(labelling_maker=LabellingFlowMaker(engine=ENGINE, batch_size=1))
    os.environ[CALLS] = str(folder / "calls.txt")
    result, _ = run(flow, folder, str(folder / "store"))
    assert result.failures == []


def finished_runs(runs: Path) -> list[Path]:
    """Trajectories of explorations that had ended."""
    return [
        path for path in runs.glob("explore_*/run_0.dcd") if (path.parent / "run_1.dcd").is_file()
    ]


def wait_until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
