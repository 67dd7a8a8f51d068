"""Jobs of the stage `labelling`."""

from collections.abc import Sequence
from typing import Any

from jobflow import Flow, Job, Response, job

from atomate2_argyrodite.documents import Attachment, document_job
from atomate2_argyrodite.engines.base import Engine, split_results
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.errors import RunError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.batches import divide_into_batches
from atomate2_argyrodite.labelling.schemas import FailedLabel, LabelledSetDocument
from atomate2_argyrodite.mtp.configurations import (
    LabelledConfiguration,
    configurations_from_arrays,
    configurations_to_arrays,
)
from atomate2_argyrodite.references import passed_on


@job
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


@document_job(LabelledSetDocument)
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
    return labelled_set(engine, functional, frames, maximum_failed_fraction)


def labelled_set(
    engine: Engine,
    functional: Functional | str,
    frames: Sequence[LabelledConfiguration],
    maximum_failed_fraction: float = 0.5,
) -> LabelledSetDocument:
    """Label frames and describe the result.

    Raises
    ------
    RunError
        If more than the fraction `maximum_failed_fraction` of the frames failed.
    InputError, MissingEngineError
        If the engine cannot do the functional or is not installed.
    """
    wanted = engine.require(functional)
    labels, failures = split_results(engine.static(frames, wanted))
    if len(failures) > maximum_failed_fraction * len(frames):
        raise RunError(
            f"{len(failures)} of {len(frames)} frames could not be labelled by {engine.label!r} "
            f"({wanted.value}), the first because: {failures[0].reason}"
        )
    symbols = frames[0].symbols if frames else ()
    names = {frame.metadata.get("configuration") for frame in frames}
    return LabelledSetDocument(
        **crystal_header(symbols),
        configuration=names.pop() if len(names) == 1 else None,
        functional=wanted,
        engine=engine.record(wanted),
        settings_hash=engine.settings_hash(wanted),
        n_frames=len(labels),
        failed=[FailedLabel(frame=failure.index, reason=failure.reason) for failure in failures],
        frames=Attachment.from_arrays("labels.npz", configurations_to_arrays(labels)),
        warnings=[f"{len(failures)} frames have no label"] if failures else [],
    )
