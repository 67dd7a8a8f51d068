"""The loop of active learning: a job that replaces itself by the next steps, or ends."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from jobflow import Flow, Job, Response

from atomate2_argyrodite.active_learning.jobs import (
    ExplorationTask,
    explore_with_potential,
    record_iteration,
    select_frames,
    summarised,
)
from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningDocument,
    ActiveLearningIteration,
    SelectionDocument,
)
from atomate2_argyrodite.active_learning.stopping import End, end_after_labels, end_after_runs
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.engines.exploration import ExplorationSettings
from atomate2_argyrodite.references import passed_on, value_of, with_value, with_values
from atomate2_argyrodite.training.documents import active_set_of
from atomate2_argyrodite.training.schemas import PotentialDocument

if TYPE_CHECKING:
    from atomate2_argyrodite.active_learning.flows import ActiveLearningFlowMaker


# Validation frames are of what was known before. A warm start is close to its end: the first round
# of 50 iterations that gains less than half a percent ends it.
_REFIT: dict[str, Any] = {"stop_by_validation": False, "patience": 1}


def first_step(
    maker: "ActiveLearningFlowMaker",
    structures: dict[str, Any],
    potential: Any,
    labelled_sets: list[Any],
    test_sets: Any,
) -> Job:
    """Return the job that begins the loop; without test sets the potential holds the test set."""
    test_source = potential if test_sets is None else test_sets
    job = continue_loop(
        maker, *with_values([structures, potential, labelled_sets, [], test_source])
    )
    return _prepare(job, f"{maker.name} iteration 1")


def _prepare(job: Job, name: str) -> Job:
    job.name = name
    # Its own only: the labels and fits that it creates are those of their stages.
    job.update_metadata({"stage": "active_learning"}, dynamic=False)
    return job


# Every reference comes together with its value: the value to decide by, the reference to pass on,
# so that no potential or training set ever stands in the input of a job (see `with_value`).
@document_job(None)
def continue_loop(
    maker: "ActiveLearningFlowMaker",
    structures: dict[str, Any],
    potential: Any,
    labelled_sets: list[Any],
    iterations: list[Any],
    test_source: Any,
    selection: Any = None,
    new_sets: Any = None,
) -> Response[Any] | ActiveLearningDocument:
    """End the loop with its document, or replace this job by the next steps.

    Without a selection the next step is exploration. With one it is labelling, and with new labels
    as well a refit.
    """
    state = _LoopState(maker, structures, potential, labelled_sets, iterations, test_source)
    if selection is None:
        active_set_of(value_of(potential))  # refuse a potential without one before anything runs
        return Response(replace=state.exploration())
    chosen: SelectionDocument = value_of(selection)
    if new_sets is None:
        end = end_after_runs(maker, chosen, state.summaries)
        if end is None:
            return Response(replace=state.labelling(selection))
    else:
        end = end_after_labels(state.summaries[-1])
        if end is None:
            return Response(replace=state.refit(new_sets))
    return state.document(chosen, end)


@dataclass
class _LoopState:
    """What one call of `continue_loop` knows, and the steps that it can emit."""

    maker: "ActiveLearningFlowMaker"
    structures: dict[str, Any]
    potential: Any
    labelled_sets: list[Any]
    iterations: list[Any]
    test_source: Any

    @property
    def iteration(self) -> int:
        """Number of the current iteration, from 1."""
        return len(self.iterations) + 1

    @property
    def summaries(self) -> list[ActiveLearningIteration]:
        """Iterations that were labelled."""
        return [document.summary for document in value_of(self.iterations)]

    @property
    def time_ps(self) -> float:
        """Time of the runs of this iteration in ps."""
        if not self.summaries:
            return self.maker.next_ps(None)
        last = self.summaries[-1]
        return self.maker.next_ps(last.requested_ps, last.n_survived / last.n_runs)

    @property
    def n_labels_left(self) -> int:
        """Most frames that this iteration may label."""
        maker = self.maker
        if maker.maximum_labels is None:
            return maker.maximum_labels_per_iteration
        used = sum(summary.n_selected for summary in self.summaries)
        return min(maker.maximum_labels_per_iteration, max(0, maker.maximum_labels - used))

    def _next(
        self, iterations: list[Any], potential: Any = None, sets: Any = None, **more: Any
    ) -> Job:
        job = continue_loop(
            self.maker,
            with_values(passed_on(self.structures)),
            with_value(passed_on(self.potential) if potential is None else potential),
            with_values(passed_on(self.labelled_sets) if sets is None else sets),
            with_values(iterations),
            with_values(passed_on(self.test_source)),
            **with_values(more),
        )
        return _prepare(job, f"{self.maker.name} iteration {self.iteration}")

    def exploration(self) -> Flow:
        """Return the runs of this iteration, the selection among their frames, and what follows."""
        maker, potential = self.maker, passed_on(self.potential)
        runs = [self._runs(label, task) for label, task in self._tasks()]
        selection = select_frames(
            potential,
            [run.output for run in runs],
            self.n_labels_left,
            maker.minimum_displacement,
            maker.excerpt_above_atoms,
        )
        _prepare(selection, f"select {self.iteration}")
        following = self._next(passed_on(self.iterations), selection=selection.output)
        return Flow([*runs, selection, following], output=following.output)

    def _tasks(self) -> list[tuple[str, ExplorationTask]]:
        maker = self.maker
        return [
            (
                label,
                ExplorationTask(
                    configuration=label,
                    iteration=self.iteration,
                    temperature_kelvin=temperature,
                    pressure_gpa=pressure,
                    replicas=maker.replicas,
                    seed=maker.seed,
                    maximum_candidates=maker.maximum_candidates_per_run,
                    loop=maker.name,
                ),
            )
            for label in self.structures
            for temperature in maker.temperatures_kelvin
            for pressure in maker.pressures_gpa
        ]

    def _runs(self, label: str, task: ExplorationTask) -> Job:
        maker = self.maker
        settings = ExplorationSettings(
            time_ps=self.time_ps,
            frame_interval_steps=maker.frame_interval_steps,
            time_step_fs=maker.time_step_fs,
            coupling=maker.coupling,
            thresholds=maker.thresholds,
        )
        job = explore_with_potential(
            passed_on(self.potential), passed_on(self.structures[label]), task, settings
        )
        pressure = f" {task.pressure_gpa:g} GPa" if len(maker.pressures_gpa) > 1 else ""
        name = f"explore {self.iteration} {label} {task.temperature_kelvin:g} K{pressure}"
        return _prepare(job, name)

    def labelling(self, selection: Any) -> Flow:
        """Return the labels of the selected frames, their record, and what follows."""
        chosen, potential = value_of(selection), passed_on(self.potential)
        steps: list[Job | Flow] = []
        new_sets: list[Any] = []
        if chosen.n_frames:
            # what fails is recorded; whether enough succeeded is decided over all batches
            labelling = replace(self.maker.labelling_maker, maximum_failed_fraction=1.0)
            steps.append(labelling.make([passed_on(selection)]))
            new_sets = [steps[0].output]
        record = record_iteration(
            potential, passed_on(selection), new_sets, passed_on(self.test_source)
        )
        _prepare(record, f"record {self.iteration}")
        following = self._next(
            [*passed_on(self.iterations), record.output],
            selection=passed_on(selection),
            new_sets=new_sets,
        )
        return Flow([*steps, record, following], output=following.output)

    def refit(self, new_sets: list[Any]) -> Flow:
        """Return the refit with the new labels, if there are any, and the next iteration."""
        iterations = passed_on(self.iterations)
        if not new_sets:
            following = self._next(iterations)
            return Flow([following], output=following.output)
        sets = [*passed_on(self.labelled_sets), *passed_on(new_sets)]
        refit = replace(self.maker.training_maker, **_REFIT)
        training = refit.make(sets, initial_potential=passed_on(self.potential))
        training.name = f"{training.name} after iteration {len(iterations)}"
        following = self._next(iterations, training.output, sets)
        return Flow([training, following], output=following.output)

    def document(self, selection: SelectionDocument, end: End) -> ActiveLearningDocument:
        """Return the result of the loop; the potential is the one that explored last."""
        potential: PotentialDocument = value_of(self.potential)
        summaries = self.summaries
        if len(summaries) < selection.iteration:
            test_source = value_of(self.test_source)
            summaries = [*summaries, summarised(potential, selection, test_source=test_source)]
        return ActiveLearningDocument(
            composition=potential.composition,
            halide=potential.halide,
            functional=potential.functional,
            engine=potential.engine,
            potential_id=potential.potential_id,
            seeds={"exploration": self.maker.seed},
            loop=self.maker.name,
            gamma_select=self.maker.gamma_select,
            gamma_break=self.maker.gamma_break,
            iterations=summaries,
            criterion=self.maker.criterion,
            converged=end.converged,
            ended_by=end.by,
            stop_reason=end.reason,
            n_new_labels=sum(summary.n_labelled for summary in summaries),
            n_labels=potential.n_labels,
            potential=potential,
            warnings=[] if end.converged else [end.reason],
        )
