"""Jobs of the stage `active_learning`: thin, each one step of an iteration."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from monty.json import MSONable
from pymatgen.core import Structure

from atomate2_argyrodite.active_learning.exploration import (
    JudgedRun,
    broken_at_the_start,
    judge_run,
    thinned,
)
from atomate2_argyrodite.active_learning.extraction import excerpts_of
from atomate2_argyrodite.active_learning.relaxation import CrystalSource, start_of
from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningIteration,
    ExplorationDocument,
    IterationDocument,
    SelectionDocument,
)
from atomate2_argyrodite.active_learning.selection import select_candidates
from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import derived_seed
from atomate2_argyrodite.engines.exploration import (
    Exploration,
    ExplorationSettings,
    ExplorationStart,
    explore,
)
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
    prediction_errors,
)
from atomate2_argyrodite.settings import load_settings
from atomate2_argyrodite.training.data import SELECTED, flatten_sets, frames_of
from atomate2_argyrodite.training.documents import (
    active_set_of,
    error_summary,
    potential_of,
    training_set_of,
)
from atomate2_argyrodite.training.schemas import ErrorSummary, PotentialDocument


@dataclass(frozen=True)
class ExplorationTask(MSONable):
    """The runs of one crystal at one temperature and pressure in one iteration.

    Parameters
    ----------
    configuration
        Label of the crystal.
    iteration
        From 1.
    temperature_kelvin, pressure_gpa
        Of all runs.
    replicas
        Runs; they differ by the seed of the velocities.
    seed
        From it the seeds are derived.
    maximum_candidates
        Most candidates that are kept of one run, evenly spaced.
    loop
        Name of the loop.
    """

    configuration: str
    iteration: int
    temperature_kelvin: float
    pressure_gpa: float
    replicas: int
    seed: int
    maximum_candidates: int
    loop: str = "active learning"

    def starts(self, crystal: Structure) -> list[ExplorationStart]:
        """Return where the runs start."""
        metadata = {"configuration": self.configuration, "iteration": self.iteration}
        configuration = LabelledConfiguration.from_structure(crystal, metadata=metadata)
        return [
            ExplorationStart(configuration, self.temperature_kelvin, seed, self.pressure_gpa)
            for seed in map(self._seed, range(self.replicas))
        ]

    def _seed(self, replica: int) -> int:
        pressure = (self.pressure_gpa,) if self.pressure_gpa else ()
        parts = (self.configuration, self.iteration, self.temperature_kelvin, *pressure, replica)
        return derived_seed(self.seed, *parts)


@document_job(ExplorationDocument)
def explore_with_potential(
    potential: PotentialDocument,
    structure: CrystalSource,
    task: ExplorationTask,
    settings: ExplorationSettings,
) -> ExplorationDocument:
    """Run short NPT dynamics of one crystal and keep the frames at which the potential guesses."""
    thresholds = settings.checked_thresholds
    explorations = _explorations(potential, task.starts(start_of(structure)), settings)
    judged = [judge_run(run, thresholds, settings.time_ps) for run in explorations]
    return _exploration_document(potential, task, judged)


def _explorations(
    potential: PotentialDocument, starts: list[ExplorationStart], settings: ExplorationSettings
) -> list[Exploration]:
    """Run all starts, unless the crystal is beyond gamma_break before anything moves."""
    active_set = active_set_of(potential)
    grade = float(active_set.grade([starts[0].configuration])[0])
    if not grade <= settings.checked_thresholds.break_:
        return [broken_at_the_start(start, grade) for start in starts]
    style = PairStyle.mtp_extrapolation(
        potential.potential.to_text(), potential.species, active_set.to_bytes()
    )
    return explore(Path.cwd(), starts, style, settings)


def _exploration_document(
    potential: PotentialDocument, task: ExplorationTask, judged: list[JudgedRun]
) -> ExplorationDocument:
    candidates = [f for run in judged for f in thinned(run.candidates, task.maximum_candidates)]
    unphysical = [frame for run in judged for frame in run.unphysical]
    return ExplorationDocument(
        composition=potential.composition,
        halide=potential.halide,
        configuration=task.configuration,
        functional=potential.functional,
        potential_id=potential.potential_id,
        temperature_kelvin=task.temperature_kelvin,
        seeds={"exploration": task.seed},
        loop=task.loop,
        iteration=task.iteration,
        runs=[run.run for run in judged],
        n_frames=len(candidates),
        frames=Attachment.from_arrays("candidates.npz", configurations_to_arrays(candidates)),
        unphysical=Attachment.from_arrays("unphysical.npz", configurations_to_arrays(unphysical)),
        grades=Attachment.from_arrays(
            "grades.npz",
            {
                "run": np.repeat(np.arange(len(judged)), [len(run.grades) for run in judged]),
                "time_ps": np.concatenate([run.times_ps for run in judged]).astype(np.float32),
                "grade": np.concatenate([run.grades for run in judged]).astype(np.float32),
            },
        ),
    )


@document_job(SelectionDocument)
def select_frames(
    potential: PotentialDocument,
    explorations: list[ExplorationDocument],
    maximum_labels: int,
    minimum_displacement: float,
    excerpt_above_atoms: int | None = None,
) -> SelectionDocument:
    """Choose which candidates are labelled: the required ones, and what MaxVol adds to them."""
    candidates = [
        frame
        for exploration in explorations
        for frame in configurations_from_arrays(exploration.frames.to_arrays())
    ]
    active_set = active_set_of(potential)
    selection = select_candidates(
        active_set,
        candidates,
        maximum_labels,
        minimum_displacement=minimum_displacement,
        threads=load_settings().threads,
    )
    selected = [candidates[k].with_metadata(**{SELECTED: True}) for k in selection.indices]
    frames = excerpts_of(selected, active_set, excerpt_above_atoms)
    runs = [run for exploration in explorations for run in exploration.runs]
    return SelectionDocument(
        composition=potential.composition,
        halide=potential.halide,
        functional=potential.functional,
        potential_id=potential.potential_id,
        loop=explorations[0].loop,
        iteration=explorations[0].iteration,
        requested_ps=max(run.requested_ps for run in runs),
        runs=runs,
        n_candidates=len(candidates),
        n_chosen=selection.n_chosen,
        n_duplicates=selection.n_duplicates,
        n_frames=len(frames),
        frames=Attachment.from_arrays("selected.npz", configurations_to_arrays(frames)),
        origins=[_origin(frame) for frame in frames],
    )


def _origin(frame: LabelledConfiguration) -> str:
    told = frame.metadata
    grade = f", grade {told['grade']:.2f}" if "grade" in told else ""
    lost = ", PS4 lost" if told.get("required") else ""
    return (
        f"{told.get('configuration', '')} {told.get('temperature_kelvin', 0.0):g} K "
        f"{told.get('time_ps', 0.0):g} ps{grade}{lost}"
    )


TestSetSource = Sequence[LabelledSetDocument] | PotentialDocument | None
"""Labelled sets, or the potential whose validation frames are the test set."""


@document_job(IterationDocument)
def record_iteration(
    potential: PotentialDocument,
    selection: SelectionDocument,
    labelled_sets: list[Any],
    test_source: TestSetSource = None,
) -> IterationDocument:
    """Judge the potential on the new labels before it learns them, and sum up the iteration."""
    sets = flatten_sets(labelled_sets) if labelled_sets else []
    return IterationDocument(
        composition=potential.composition,
        halide=potential.halide,
        functional=potential.functional,
        engine=potential.engine,
        potential_id=potential.potential_id,
        loop=selection.loop,
        summary=summarised(potential, selection, sets, test_source),
    )


def summarised(
    potential: PotentialDocument,
    selection: SelectionDocument,
    labelled_sets: Sequence[LabelledSetDocument] = (),
    test_source: TestSetSource = None,
) -> ActiveLearningIteration:
    """Return an iteration in numbers, with the potential's errors on what it is about to learn."""
    runs, labelled = selection.runs, frames_of(labelled_sets)
    failed = [failure for labelled_set in labelled_sets for failure in labelled_set.failed]
    return ActiveLearningIteration(
        iteration=selection.iteration,
        n_runs=len(runs),
        n_survived=sum(run.survived for run in runs),
        n_selected=selection.n_frames,
        n_labelled=len(labelled),
        median_survived_ps=float(np.median([run.survived_ps for run in runs])),
        requested_ps=selection.requested_ps,
        simulated_ps=selection.simulated_ps,
        maximum_grade=max(run.maximum_grade for run in runs),
        n_broke_at_once=sum(run.broke_at_once for run in runs),
        n_candidates=selection.n_candidates,
        n_duplicates=selection.n_duplicates,
        n_unphysical=sum(run.n_unphysical for run in runs),
        n_failed=len(failed),
        first_failure=failed[0].reason if failed else None,
        honest_errors=_errors(potential, labelled),
        test_errors=_errors(potential, frames_to_test(test_source)),
        potential_id=potential.potential_id or "",
    )


def frames_to_test(source: TestSetSource) -> list[LabelledConfiguration]:
    """Return the frames of the test set; none if it is not known."""
    if source is None:
        return []
    if isinstance(source, PotentialDocument):
        return [] if source.training_set is None else training_set_of(source)[1]
    return frames_of(flatten_sets(source))


def _errors(
    potential: PotentialDocument, frames: list[LabelledConfiguration]
) -> ErrorSummary | None:
    return error_summary(prediction_errors(potential_of(potential), frames)) if frames else None
