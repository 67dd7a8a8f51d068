"""Labelled sets: labels of one kind, whole batches and what is made of them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from atomate2_argyrodite.documents import Attachment
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.labelling.schemas import (
    MAXIMUM_LISTED,
    FailedLabel,
    LabelledSetDocument,
    LabelSource,
)
from atomate2_argyrodite.mtp.configurations import configurations_from_arrays


def check_one_kind(documents: Sequence[LabelledSetDocument]) -> None:
    """Refuse labels of different engines, functionals or settings.

    Raises
    ------
    InputError
        With what was found.
    """
    kinds = {document.settings_hash: document for document in documents}
    if len(kinds) > 1:
        names = ", ".join(
            f"{d.engine.name if d.engine else 'unknown'} {d.functional}" for d in kinds.values()
        )
        raise InputError(
            f"labels of different engines, functionals or settings cannot be mixed: {names}"
        )


def check_failures(documents: Sequence[LabelledSetDocument]) -> None:
    """Refuse sets of which more frames failed than their makers allow.

    The fraction is that of all frames together: one bad frame in a batch of one ends nothing.

    Raises
    ------
    RunError
        With the first reason.
    """
    limits = [d.maximum_failed_fraction for d in documents if d.maximum_failed_fraction is not None]
    failed = sum(n_failed(document) for document in documents)
    total = failed + sum(document.n_frames for document in documents)
    if not limits or failed <= min(limits) * total:
        return
    first = next((f.reason for d in documents for f in d.failed), "unknown")
    engine = documents[0].engine
    raise RunError(
        f"{failed} of {total} frames could not be labelled by {engine.name if engine else '?'} "
        f"({documents[0].functional}), more than the allowed {min(limits):.0%}, the first because: "
        f"{first}. The labels of the others are stored and are reused"
    )


def n_failed(document: LabelledSetDocument) -> int:
    """Return the number of frames without label, also of documents that only list them."""
    return max(document.n_failed, len(document.failed))


def collected_set(documents: Sequence[LabelledSetDocument]) -> LabelledSetDocument:
    """Return one set of many batches, with where its labels come from.

    Raises
    ------
    InputError
        If there are none, or labels of different kinds.
    RunError
        If too many frames failed.
    """
    if not documents:
        raise InputError("no batches of labels to collect: sample frames first")
    check_one_kind(documents)
    check_failures(documents)
    arrays = joined_arrays([document.frames.to_arrays() for document in documents])
    origins = [frame.metadata for frame in configurations_from_arrays(arrays)]
    first = documents[0]
    compositions = {(d.composition, d.halide) for d in documents if d.n_frames}
    composition, halide = compositions.pop() if len(compositions) == 1 else (None, None)
    labels = {document.configuration for document in documents}
    failures = list(_failures(documents))
    return LabelledSetDocument(
        composition=composition,
        halide=halide,
        configuration=labels.pop() if len(labels) == 1 else None,
        functional=first.functional,
        engine=first.engine,
        settings_hash=first.settings_hash,
        n_frames=len(origins),
        n_failed=sum(n_failed(document) for document in documents),
        n_reused=sum(document.n_reused for document in documents),
        failed=failures[:MAXIMUM_LISTED],
        maximum_failed_fraction=first.maximum_failed_fraction,
        is_collected=True,
        sources=[
            LabelSource(
                sha256=document.frames.sha256,
                n_frames=document.n_frames,
                n_failed=n_failed(document),
                created_at=document.created_at,
            )
            for document in documents
        ],
        frames_by_configuration=_counts(origins, "configuration"),
        frames_by_temperature=_counts(origins, "temperature_kelvin"),
        frames=Attachment.from_arrays("labels.npz", arrays),
        warnings=[f"{len(failures)} frames have no label"] if failures else [],
    )


def joined_arrays(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return packed configurations of several attachments as those of one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _failures(documents: Iterable[LabelledSetDocument]) -> Iterable[FailedLabel]:
    shift = 0
    for document in documents:
        for failure in document.failed:
            yield FailedLabel(frame=failure.frame + shift, reason=failure.reason)
        shift += document.n_frames + n_failed(document)


def _counts(origins: Sequence[Any], name: str) -> dict[str, int]:
    known = Counter(
        f"{value:g}" if isinstance(value, float) else str(value)
        for origin in origins
        if (value := origin.get(name)) is not None
    )
    return dict(sorted(known.items()))
