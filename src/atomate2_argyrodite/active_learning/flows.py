"""The Maker of the stage `active_learning`: explore, select, label, refit, until runs survive."""

from dataclasses import dataclass, field
from typing import Any

from jobflow import Flow, Job, JobConfig, Maker, OutputReference, ResolvedReference, Response
from pymatgen.core import Structure

from atomate2_argyrodite.active_learning.exploration import GradeThresholds
from atomate2_argyrodite.active_learning.jobs import (
    explore_with_potential,
    record_iteration,
    select_frames,
    summarised,
)
from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningDocument,
    SelectionDocument,
)
from atomate2_argyrodite.documents import document_job
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.flows import LabellingFlowMaker
from atomate2_argyrodite.training.flows import TrainingMaker
from atomate2_argyrodite.training.schemas import PotentialDocument


@dataclass
class ActiveLearningFlowMaker(Maker):
    """Refine a potential on the frames at which its own dynamics extrapolates (Kim 2024, 2.8).

    Each iteration runs short NPT dynamics of every structure at several temperatures, grades the
    frames at a fine stride in neighbourhood mode over all parameters, labels a MaxVol selection of
    those between gamma_select and gamma_break, and refits. The time of the runs doubles from
    iteration to iteration up to `exploration_ps`. The loop has converged when all runs of the full
    time stay below gamma_break; it stops at `maximum_iterations`, or when runs break and nothing
    labelled could mend it.

    Parameters
    ----------
    name
        Name of the flow.
    labelling_maker
        Labels the selected frames; engine and functional must be those of the training set.
    training_maker
        Refits, starting from the current potential.
    temperatures_kelvin
        Temperatures of the exploration; the highest should exceed those of production.
    replicas
        Runs per structure and temperature in each iteration.
    exploration_ps
        Full time of one run in ps.
    initial_exploration_ps
        Time of a run in the first iteration, in ps.
    gamma_select, gamma_break
        Grades above which a frame is worth a label, and at which a run is over.
    maximum_iterations
        Most iterations.
    maximum_labels_per_iteration
        Most frames labelled in one iteration.
    frame_interval_steps
        Steps between graded frames.
    time_step_fs
        Time step in fs.
    seed
        Of the velocities.
    """

    name: str = "active learning"
    labelling_maker: LabellingFlowMaker = field(default_factory=LabellingFlowMaker)
    training_maker: TrainingMaker = field(default_factory=TrainingMaker)
    temperatures_kelvin: tuple[float, ...] = (400.0, 600.0, 800.0)
    replicas: int = 4
    exploration_ps: float = 10.0
    initial_exploration_ps: float = 2.0
    gamma_select: float = 2.1
    gamma_break: float = 10.0
    maximum_iterations: int = 8
    maximum_labels_per_iteration: int = 100
    frame_interval_steps: int = 10
    time_step_fs: float = 2.0
    seed: int = 0

    def make(self, structures: dict[str, Structure], potential: Any, labelled_sets: Any) -> Flow:
        """Return the flow of the loop.

        Parameters
        ----------
        structures
            Label -> crystal to explore.
        potential
            Reference to the `PotentialDocument` to start with.
        labelled_sets
            References to the labelled sets that it was trained on.

        Returns
        -------
        Flow
            Its output is an `ActiveLearningDocument`.

        Raises
        ------
        InputError
            If thresholds, times, temperatures or structures cannot be used.
        """
        self._check(structures)
        sets = labelled_sets if isinstance(labelled_sets, list) else [labelled_sets]
        first = continue_loop(self, structures, potential, sets, [])
        _prepare(first, f"{self.name} iteration 1")
        return Flow([first], output=first.output, name=self.name)

    @property
    def thresholds(self) -> GradeThresholds:
        """The two grades, checked."""
        return GradeThresholds(self.gamma_select, self.gamma_break)

    def iteration_ps(self, iteration: int) -> float:
        """Time of a run in iteration 1, 2, ... in ps."""
        return min(self.exploration_ps, self.initial_exploration_ps * 2.0 ** (iteration - 1))

    def _check(self, structures: dict[str, Structure]) -> None:
        _ = self.thresholds
        if not structures:
            raise InputError("active learning needs at least one structure to explore")
        if not self.temperatures_kelvin or min(self.temperatures_kelvin) <= 0.0:
            raise InputError(
                f"exploration temperatures {list(self.temperatures_kelvin)} must be above 0 K"
            )
        for name in ("exploration_ps", "initial_exploration_ps", "time_step_fs"):
            if not getattr(self, name) > 0.0:
                raise InputError(f"{name} must be above 0, got {getattr(self, name)}")
        for name in (
            "replicas", "maximum_iterations", "maximum_labels_per_iteration", "frame_interval_steps"
        ):  # fmt: skip
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, got {getattr(self, name)}")


def _prepare(job: Job, name: str) -> Job:
    job.name = name
    job.update_metadata({"stage": "active_learning"})
    return job


def _values(references: list[ResolvedReference]) -> list[Any]:
    return [reference.value for reference in references]


def _references(references: list[ResolvedReference]) -> list[OutputReference]:
    return [reference.reference for reference in references]


# "both" hands every reference over together with its value: the value to decide by, the reference
# to pass on, so that no potential or training set ever stands in the input of a job
@document_job(None, config=JobConfig(resolve_references="both"))
def continue_loop(
    maker: ActiveLearningFlowMaker,
    structures: dict[str, Structure],
    potential: ResolvedReference,
    labelled_sets: list[ResolvedReference],
    iterations: list[ResolvedReference],
    selection: ResolvedReference | None = None,
) -> Response[Any] | ActiveLearningDocument:
    """End the loop with its document, or replace this job by the next steps.

    Without a selection the next step is exploration. With one it is the end of the loop, or
    labelling and a refit.
    """
    state = _LoopState(maker, structures, potential, labelled_sets, iterations)
    if selection is None:
        return Response(replace=state.exploration())
    reason = stop_reason(maker, selection.value)
    if reason is None:
        return Response(replace=state.refit(selection))
    return state.document(selection.value, reason)


def stop_reason(maker: ActiveLearningFlowMaker, selection: SelectionDocument) -> str | None:
    """Return why the loop ends after this exploration, or None if it goes on."""
    broken = [run for run in selection.runs if not run.survived]
    full = selection.requested_ps >= maker.exploration_ps
    if not broken and full:
        return (
            f"converged: all {len(selection.runs)} runs of {selection.requested_ps:g} ps survived"
        )
    if broken and not selection.n_frames:
        return (
            f"stopped: {len(broken)} of {len(selection.runs)} runs broke and left no physical "
            "frame to learn from; sample more, or at lower temperatures, before active learning"
        )
    if selection.iteration >= maker.maximum_iterations:
        return (
            f"stopped at maximum_iterations = {maker.maximum_iterations}: {len(broken)} of "
            f"{len(selection.runs)} runs of {selection.requested_ps:g} ps broke"
        )
    return None


@dataclass
class _LoopState:
    """What one call of `continue_loop` knows, and the steps that it can emit."""

    maker: ActiveLearningFlowMaker
    structures: dict[str, Structure]
    potential: ResolvedReference
    labelled_sets: list[ResolvedReference]
    iterations: list[ResolvedReference]

    @property
    def iteration(self) -> int:
        """Number of the current iteration, from 1."""
        return len(self.iterations) + 1

    def _next(self, potential: Any, sets: list[Any], iterations: list[Any], **more: Any) -> Job:
        job = continue_loop(self.maker, self.structures, potential, sets, iterations, **more)
        return _prepare(job, f"{self.maker.name} iteration {len(iterations) + 1}")

    def exploration(self) -> Flow:
        """Return the runs of this iteration, the selection among their frames, and what follows."""
        maker, potential = self.maker, self.potential.reference
        runs = []
        for label, structure in self.structures.items():
            for temperature in maker.temperatures_kelvin:
                job = explore_with_potential(
                    potential,
                    structure,
                    label,
                    self.iteration,
                    temperature,
                    maker.replicas,
                    maker.iteration_ps(self.iteration),
                    maker.frame_interval_steps,
                    maker.time_step_fs,
                    maker.thresholds,
                    maker.seed,
                )
                runs.append(_prepare(job, f"explore {self.iteration} {label} {temperature:g} K"))
        selection = select_frames(
            potential, [run.output for run in runs], maker.maximum_labels_per_iteration
        )
        _prepare(selection, f"select {self.iteration}")
        following = self._next(
            potential,
            _references(self.labelled_sets),
            _references(self.iterations),
            selection=selection.output,
        )
        return Flow([*runs, selection, following], output=following.output)

    def refit(self, selection: ResolvedReference) -> Flow:
        """Return labelling and refit with the selected frames, and the next iteration."""
        potential: Any = self.potential.reference
        sets: list[Any] = _references(self.labelled_sets)
        steps: list[Job | Flow] = []
        new_sets: list[Any] = []
        if selection.value.n_frames:
            labelling = self.maker.labelling_maker.make([selection.reference])
            steps.append(labelling)
            new_sets = [labelling.output]
        record = record_iteration(potential, selection.reference, new_sets)
        steps.append(_prepare(record, f"record {self.iteration}"))
        if new_sets:
            sets = [*sets, *new_sets]
            training = self.maker.training_maker.make(sets, initial_potential=potential)
            training.name = f"{training.name} after iteration {self.iteration}"
            steps.append(training)
            potential = training.output
        following = self._next(potential, sets, [*_references(self.iterations), record.output])
        return Flow([*steps, following], output=following.output)

    def document(self, selection: SelectionDocument, reason: str) -> ActiveLearningDocument:
        """Return the result of the loop; the potential is the one that explored last."""
        potential: PotentialDocument = self.potential.value
        summaries = [document.summary for document in _values(self.iterations)]
        last = summarised(potential, selection, [])
        return ActiveLearningDocument(
            composition=potential.composition,
            halide=potential.halide,
            functional=potential.functional,
            engine=potential.engine,
            potential_id=potential.potential_id,
            seeds={"exploration": self.maker.seed},
            gamma_select=self.maker.gamma_select,
            gamma_break=self.maker.gamma_break,
            iterations=[*summaries, last],
            converged=reason.startswith("converged"),
            stop_reason=reason,
            n_labels=potential.n_labels,
            potential=potential,
        )
