"""Jobs of the stage `labelling`."""

from collections.abc import Sequence
from typing import Any

from jobflow import CURRENT_JOB, Flow, Job, JobConfig, Response

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import Engine
from atomate2_argyrodite.labelling.batches import divide_into_batches
from atomate2_argyrodite.labelling.labels import labelled_set
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.labelling.sets import collected_set
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays
from atomate2_argyrodite.references import passed_on
from atomate2_argyrodite.worker_store import store_of_results


@document_job(None)
def label_in_batches(
    engine: Engine,
    functional: str,
    counts: Sequence[int],
    frames: Sequence[Any],
    batch_size: int,
    maximum_failed_fraction: float,
) -> Response[Any]:
    """Replace itself by one labelling job per batch.

    Parameters
    ----------
    engine, functional, batch_size, maximum_failed_fraction
        See `LabellingFlowMaker`.
    counts
        Number of frames of each document.
    frames
        The frames of each document (see `with_value`): they are not loaded here, nor do they travel
        by value in the input of a job.
    """
    jobs = []
    batches = divide_into_batches(counts, batch_size)
    where = [passed_on(given) for given in frames]
    for number, batch in enumerate(batches, start=1):
        parts = [(where[part.document], part.start, part.stop) for part in batch]
        labels: Job = label_frames(engine, functional, parts, maximum_failed_fraction)
        labels.name = f"label {functional} {engine.label} {number}/{len(batches)}"
        labels.update_metadata({"stage": "labelling"})
        jobs.append(labels)
    return Response(replace=Flow([*jobs], output=[labels.output for labels in jobs]))


@document_job(LabelledSetDocument, config=JobConfig(expose_store=True))
def label_frames(
    engine: Engine,
    functional: str,
    parts: Sequence[tuple[Attachment, int, int]],
    maximum_failed_fraction: float,
) -> LabelledSetDocument:
    """Label the frames ``start`` to ``stop`` - 1 of several attachments; failures are recorded."""
    frames = [
        frame
        for attachment, start, stop in parts
        for frame in configurations_from_arrays(attachment.to_arrays())[start:stop]
    ]
    known = store_of_results(CURRENT_JOB.store)
    return labelled_set(engine, functional, frames, maximum_failed_fraction, store=known)


@document_job(LabelledSetDocument)
def collect_labels(batches: list[LabelledSetDocument]) -> LabelledSetDocument:
    """Make one labelled set of the batches of one functional (see `collected_set`)."""
    return collected_set(batches)
