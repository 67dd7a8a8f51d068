"""Jobs of the stage `sampling`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jobflow import Flow, Job, Response
from jobflow.core.reference import ResolvedReference

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.segments import DynamicsState, SegmentLimit
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.references import passed_on, with_value, with_values
from atomate2_argyrodite.sampling.crystals import strained_crystal
from atomate2_argyrodite.sampling.runs import (
    SampledRun,
    SamplingTask,
    sampling_document,
    segment_document,
)
from atomate2_argyrodite.sampling.schemas import SamplingDocument, SamplingSegmentDocument
from atomate2_argyrodite.sampling.series import RunSeries
from atomate2_argyrodite.settings import load_settings

_SECONDS_PER_HOUR = 3600.0
MAXIMUM_SEGMENTS = 1_000
"""A run that needs more is ended: its limit is too short for its steps."""


@document_job(None)
def sample_crystal(
    task: SamplingTask,
    relaxed: ResolvedReference | None = None,
    limit: SegmentLimit | None = None,
) -> Response[Any] | SamplingDocument:
    """Move one strained crystal at one temperature and keep snapshots.

    A run that fails on the way is a document too: with the snapshots until then, and the cause.

    Parameters
    ----------
    task
        The run.
    relaxed
        The `RelaxedCrystalDocument` of the crystal to strain, as value and reference (see
        `with_value`); None strains the crystal as built.
    limit
        Where a job hands the run over to a next one; this job then only begins the chain, so that
        it is the same job with every limit, and a finished run is found whatever the limit is. (If
        the limit is taken out after a run was divided, the run is asked of the engine in one piece:
        CP2K and VASP find it in their folders, others move the atoms again.)
    """
    limit = limit_here(limit)
    if limit is not None:
        return Response(replace=segment_flow(task, limit, [], relaxed=passed_on(relaxed)))
    begun, crystal = strained_crystal(task, relaxed)
    segment = task.engine.dynamics_segment(
        begun.start, task.functional, task.settings, SegmentLimit()
    )
    return sampling_document(begun, SampledRun.of(begun, segment), crystal)


@document_job(SamplingSegmentDocument)
def sample_segment(
    task: SamplingTask,
    limit: SegmentLimit,
    number: int,
    done: int,
    state: Attachment | None,
    relaxed: ResolvedReference | None = None,
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
    relaxed
        See `sample_crystal`.
    """
    begun, _ = strained_crystal(task, relaxed)
    start = None if state is None else DynamicsState.from_arrays(state.to_arrays())
    segment = task.engine.dynamics_segment(
        begun.start, task.functional, task.settings, limit_here(limit) or limit, start
    )
    left = None if segment.state is None else segment.state.to_arrays()
    part = SampledRun.of(begun, segment, done)
    packed = None if left is None else Attachment.from_arrays("state.npz", left)
    return segment_document(begun, part, number, done, packed)


# Segments come as references with their values (see `with_value`), so that no frames stand in the
# input of a job.
@document_job(None)
def join_or_continue(
    task: SamplingTask,
    limit: SegmentLimit,
    segments: list[ResolvedReference],
    relaxed: ResolvedReference | None = None,
) -> Response[Any] | SamplingDocument:
    """Join the segments of a run that has ended, or replace this job by the next segment.

    Every segment comes as its value, to decide by, and its reference, to pass on (see
    `with_value`): no frames stand in the input of a job.
    """
    documents: list[SamplingSegmentDocument] = [segment.value for segment in segments]
    last = documents[-1]
    if last.state is None or len(documents) >= MAXIMUM_SEGMENTS:
        begun, crystal = strained_crystal(task, relaxed)
        return sampling_document(begun, SampledRun.joined([_part(d) for d in documents]), crystal)
    following = segment_flow(
        task, limit, passed_on(segments), last.last_step, relaxed=passed_on(relaxed)
    )
    return Response(replace=following)


def segment_flow(
    task: SamplingTask,
    limit: SegmentLimit,
    segments: Sequence[Any],
    done: int = 0,
    *,
    relaxed: Any = None,
) -> Flow:
    """Return the next segment after `segments` (references), and what decides how it goes on."""
    number = len(segments) + 1
    state = segments[-1].state if segments else None
    beside = {} if relaxed is None else {"relaxed": with_value(relaxed)}
    segment: Job = sample_segment(task, limit, number, done, state, **beside)
    following: Job = join_or_continue(
        task, limit, with_values([*segments, segment.output]), **beside
    )
    for job, name in ((segment, f"segment {number}"), (following, f"after segment {number}")):
        job.name = f"{run_name(task)} {name}"
        job.update_metadata(run_metadata(task))
    return Flow([segment, following], output=following.output, name=run_name(task))


def limit_here(limit: SegmentLimit | None) -> SegmentLimit | None:
    """Return the limit of a segment on this machine: `limit`, and ``ARGYRODITE_SEGMENT_HOURS``.

    So a job that waits with the time of another queue can be told a shorter one.
    """
    hours = load_settings().segment_hours
    if hours is None:
        return limit
    here = _SECONDS_PER_HOUR * hours
    if limit is None:
        return SegmentLimit(wall_time_s=here)
    return replace(limit, wall_time_s=min(here, limit.wall_time_s or here))


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
