"""Jobs of the stage `active_learning`: thin, each one step of an iteration."""

from pathlib import Path

import numpy as np
from pymatgen.core import Structure

from atomate2_argyrodite.active_learning.exploration import GradeThresholds, judge_run, thinned
from atomate2_argyrodite.active_learning.schemas import (
    ActiveLearningIteration,
    ExplorationDocument,
    IterationDocument,
    SelectionDocument,
)
from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import derived_seed
from atomate2_argyrodite.engines.exploration import ExplorationStart, explore
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.mtp import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
    prediction_errors,
)
from atomate2_argyrodite.training.data import flatten_sets, frames_of
from atomate2_argyrodite.training.documents import active_set_of, error_summary, potential_of
from atomate2_argyrodite.training.schemas import PotentialDocument

_CANDIDATES_PER_RUN = 40


@document_job(ExplorationDocument)
def explore_with_potential(
    potential: PotentialDocument,
    structure: Structure,
    configuration: str,
    iteration: int,
    temperature_kelvin: float,
    replicas: int,
    time_ps: float,
    frame_interval_steps: int,
    time_step_fs: float,
    thresholds: GradeThresholds,
    seed: int,
) -> ExplorationDocument:
    """Run short NPT dynamics of one crystal and keep the frames at which the potential guesses."""
    crystal = LabelledConfiguration.from_structure(
        structure, metadata={"configuration": configuration, "iteration": iteration}
    )
    starts = [
        ExplorationStart(
            crystal,
            temperature_kelvin,
            derived_seed(seed, configuration, iteration, temperature_kelvin, replica),
        )
        for replica in range(replicas)
    ]
    explorations = explore(
        Path.cwd(),
        starts,
        PairStyle.mtp(potential.potential.to_text(), potential.species),
        time_ps=time_ps,
        frame_interval_steps=frame_interval_steps,
        time_step_fs=time_step_fs,
    )
    active_set = active_set_of(potential)
    judged = [judge_run(run, active_set, thresholds, time_ps) for run in explorations]
    candidates = [frame for run in judged for frame in thinned(run.candidates, _CANDIDATES_PER_RUN)]
    return ExplorationDocument(
        composition=potential.composition,
        halide=potential.halide,
        configuration=configuration,
        functional=potential.functional,
        potential_id=potential.potential_id,
        temperature_kelvin=temperature_kelvin,
        seeds={"exploration": seed},
        iteration=iteration,
        runs=[run.run for run in judged],
        n_frames=len(candidates),
        frames=Attachment.from_arrays("candidates.npz", configurations_to_arrays(candidates)),
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
) -> SelectionDocument:
    """Choose which candidates are labelled: the required ones, and what MaxVol adds to them."""
    candidates = [
        frame
        for exploration in explorations
        for frame in configurations_from_arrays(exploration.frames.to_arrays())
    ]
    required = [k for k, frame in enumerate(candidates) if frame.metadata.get("required")]
    required = required[:maximum_labels]
    chosen = active_set_of(potential).select(candidates, maximum=maximum_labels - len(required))
    selected = [candidates[k] for k in sorted({*required, *chosen})]
    runs = [run for exploration in explorations for run in exploration.runs]
    return SelectionDocument(
        composition=potential.composition,
        halide=potential.halide,
        functional=potential.functional,
        potential_id=potential.potential_id,
        iteration=explorations[0].iteration,
        requested_ps=max(run.requested_ps for run in runs),
        runs=runs,
        n_candidates=len(candidates),
        n_frames=len(selected),
        frames=Attachment.from_arrays("selected.npz", configurations_to_arrays(selected)),
    )


@document_job(IterationDocument)
def record_iteration(
    potential: PotentialDocument,
    selection: SelectionDocument,
    labelled_sets: list[LabelledSetDocument],
) -> IterationDocument:
    """Judge the potential on the new labels before it learns them, and sum up the iteration."""
    labelled = frames_of(flatten_sets(labelled_sets)) if labelled_sets else []
    return IterationDocument(
        composition=potential.composition,
        halide=potential.halide,
        functional=potential.functional,
        engine=potential.engine,
        potential_id=potential.potential_id,
        summary=summarised(potential, selection, labelled),
    )


def summarised(
    potential: PotentialDocument,
    selection: SelectionDocument,
    labelled: list[LabelledConfiguration],
) -> ActiveLearningIteration:
    """Return an iteration in numbers, with the potential's errors on what it is about to learn."""
    runs = selection.runs
    errors = prediction_errors(potential_of(potential), labelled) if labelled else None
    return ActiveLearningIteration(
        iteration=selection.iteration,
        n_runs=len(runs),
        n_survived=sum(run.survived for run in runs),
        n_selected=selection.n_frames,
        n_labelled=len(labelled),
        median_survived_ps=float(np.median([run.survived_ps for run in runs])),
        requested_ps=selection.requested_ps,
        maximum_grade=max(run.maximum_grade for run in runs),
        honest_errors=error_summary(errors) if errors else None,
        potential_id=potential.potential_id or "",
    )
