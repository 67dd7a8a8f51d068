"""From frames to a document of labels: what is known is reused, the rest is computed."""

from collections.abc import Sequence
from dataclasses import replace

from jobflow import JobStore

from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.engines.base import Engine, LabelFailure
from atomate2_argyrodite.engines.headers import crystal_header
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.labelling.calculation import Result, label_in_groups
from atomate2_argyrodite.labelling.reuse import (
    SHORT_HASH,
    Labels,
    PartialLabels,
    frame_hash,
    stored_labels,
)
from atomate2_argyrodite.labelling.schemas import MAXIMUM_LISTED, FailedLabel, LabelledSetDocument
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, configurations_to_arrays
from atomate2_argyrodite.settings import load_settings

_LONGEST_REASON = 300


def labelled_set(
    engine: Engine,
    functional: Functional | str,
    frames: Sequence[LabelledConfiguration],
    maximum_failed_fraction: float = 0.5,
    store: JobStore | None = None,
) -> LabelledSetDocument:
    """Label frames and describe the result; frames that fail are recorded.

    Parameters
    ----------
    engine, functional
        What labels.
    frames
        The frames; their metadata are kept.
    maximum_failed_fraction
        Part of all frames of a set that may fail; it is judged where sets are gathered.
    store
        Where labels of the same frames with the same settings may be.

    Raises
    ------
    InputError, MissingEngineError
        If the engine cannot do the functional or is not installed.
    OutOfSpaceError, OSError
        If the disk is full; what was labelled until then is kept for the next attempt.
    """
    wanted = engine.require(functional)
    settings_hash = engine.settings_hash(wanted)
    hashes = [frame_hash(frame) for frame in frames]
    stored = {} if store is None else stored_labels(store, settings_hash, hashes)
    folder = load_settings().work_directory.absolute()
    partial = PartialLabels.of_batch(folder, settings_hash, hashes)
    known = stored | partial.labels
    missing = {n: f for n, f in zip(hashes, frames, strict=True) if n not in known}
    failures = _compute(engine, wanted, missing, partial)
    known |= partial.labels
    failed = [(k, failures[name]) for k, name in enumerate(hashes) if name not in known]
    record = engine.record(wanted)
    origin = {"functional": wanted.value, "engine": f"{record.name} {record.version}"}
    labelled = [
        _with_labels(frame, known[name]).with_metadata(**origin, settings_hash=settings_hash)
        for name, frame in zip(hashes, frames, strict=True)
        if name in known
    ]
    document = _document(frames, labelled, failed)
    document.functional, document.engine = wanted, record
    document.settings_hash = settings_hash
    document.n_reused = sum(name in stored for name in hashes)
    document.maximum_failed_fraction = maximum_failed_fraction
    document.frame_hashes = [name[:SHORT_HASH] for name in hashes if name in known]
    partial.remove()
    return document


def _document(
    frames: Sequence[LabelledConfiguration],
    labelled: Sequence[LabelledConfiguration],
    failed: Sequence[tuple[int, str]],
) -> LabelledSetDocument:
    """Return the part of a batch's document that follows from its frames."""
    names = {frame.metadata.get("configuration") for frame in frames}
    return LabelledSetDocument(
        **crystal_header(frames[0].symbols if frames else ()),
        configuration=names.pop() if len(names) == 1 else None,
        settings_hash="",
        n_frames=len(labelled),
        n_failed=len(failed),
        failed=[
            FailedLabel(frame=k, reason=reason[:_LONGEST_REASON])
            for k, reason in failed[:MAXIMUM_LISTED]
        ],
        frames=Attachment.from_arrays("labels.npz", configurations_to_arrays(labelled)),
        warnings=[f"{len(failed)} frames have no label"] if failed else [],
    )


def _compute(
    engine: Engine, functional: Functional, missing: Labels, partial: PartialLabels
) -> dict[str, str]:
    """Label the frames of `missing`, add them to `partial`, and return the reasons of failures."""
    names, reasons = iter(missing), dict[str, str]()

    def report(results: Sequence[Result]) -> None:
        labels = {}
        for result in results:
            name = next(names)
            if isinstance(result, LabelFailure):
                reasons[name] = result.reason
            else:
                labels[name] = result
        partial.add(labels)

    try:
        label_in_groups(engine, functional, list(missing.values()), report)
    except BaseException:
        partial.save()  # whatever ends the batch early
        raise
    return reasons


def _with_labels(
    frame: LabelledConfiguration, label: LabelledConfiguration
) -> LabelledConfiguration:
    return replace(frame, energy=label.energy, forces=label.forces, stress=label.stress)
