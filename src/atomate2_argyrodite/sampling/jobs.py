"""Jobs of the stage `sampling`."""

from collections.abc import Sequence
from typing import Any

from jobflow import Flow, Job, Response
from jobflow.core.reference import ResolvedReference

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.segments import DynamicsState, SegmentLimit
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.references import passed_on, with_values
from atomate2_argyrodite.sampling.runs import (
    SampledRun,
    SamplingTask,
    sampling_document,
    segment_document,
)
from atomate2_argyrodite.sampling.schemas import SamplingDocument, SamplingSegmentDocument
from atomate2_argyrodite.sampling.series import RunSeries

MAXIMUM_SEGMENTS = 1_000
"""A run that needs more is ended: its limit is too short for its steps."""


@document_job(SamplingDocument)
def sample_crystal(task: SamplingTask) -> SamplingDocument:
    """Move one strained crystal at one temperature and keep snapshots.

    A run that fails on the way is a document too: with the snapshots until then, and the cause.
    """
    segment = task.engine.dynamics_segment(
        task.start, task.functional, task.settings, SegmentLimit()
    )
    return sampling_document(task, SampledRun.of(task, segment))


@document_job(SamplingSegmentDocument)
def sample_segment(
    task: SamplingTask,
    limit: SegmentLimit,
    number: int,
    done: int,
    state: Attachment | None,
) -> SamplingSegmentDocument:
    """Move the crystal up to a limit, from its beginning or from where the last segment stopped.

    Parameters
    ----------
    task
        The whole run.
    limit
        Where this segment ends.
    number
        Of the segment, from 1.
    done
        Steps that were done before.
    state
        Where the last segment stopped; None at the beginning.
    """
    start = None if state is None else DynamicsState.from_arrays(state.to_arrays())
    segment = task.engine.dynamics_segment(task.start, task.functional, task.settings, limit, start)
    left = None if segment.state is None else segment.state.to_arrays()
    part = SampledRun.of(task, segment, done)
    packed = None if left is None else Attachment.from_arrays("state.npz", left)
    return segment_document(task, part, number, done, packed)


# Segments come as references with their values (see `with_value`), so that no frames stand in the
# input of a job.
@document_job(None)
def join_or_continue(
    task: SamplingTask, limit: SegmentLimit, segments: list[ResolvedReference]
) -> Response[Any] | SamplingDocument:
    """Join the segments of a run that has ended, or replace this job by the next segment.

    Every segment comes as its value, to decide by, and its reference, to pass on (see
    `with_value`): no frames stand in the input of a job.
    """
    documents: list[SamplingSegmentDocument] = [segment.value for segment in segments]
    last = documents[-1]
    if last.state is None or len(documents) >= MAXIMUM_SEGMENTS:
        return sampling_document(task, SampledRun.joined([_part(d) for d in documents]))
    return Response(replace=segment_flow(task, limit, passed_on(segments), last.last_step))


def segment_flow(
    task: SamplingTask, limit: SegmentLimit, segments: Sequence[Any], done: int = 0
) -> Flow:
    """Return the next segment after `segments` (references), and what decides how it goes on."""
    number = len(segments) + 1
    state = segments[-1].state if segments else None
    segment: Job = sample_segment(task, limit, number, done, state)
    following: Job = join_or_continue(task, limit, with_values([*segments, segment.output]))
    for job, name in ((segment, f"segment {number}"), (following, f"after segment {number}")):
        job.name = f"{run_name(task)} {name}"
        job.update_metadata(run_metadata(task))
    return Flow([segment, following], output=following.output, name=run_name(task))


def run_name(task: SamplingTask) -> str:
    """Return the name of a run."""
    temperature = task.settings.temperature_kelvin
    return f"sample {task.configuration} {temperature:g} K {100 * task.strain:+g} %"


def run_metadata(task: SamplingTask) -> dict[str, Any]:
    """Return the metadata of the jobs of a run."""
    return {
        "stage": "sampling",
        "configuration": task.configuration,
        "temperature_kelvin": task.settings.temperature_kelvin,
    }


def _part(document: SamplingSegmentDocument) -> SampledRun:
    return SampledRun(
        configurations_from_arrays(document.frames.to_arrays()),
        RunSeries.from_arrays(document.series.to_arrays()),
        document.outcome,
    )
