"""Gathering of labelled sets and their split into training and validation frames."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.labelling.schemas import LabelledSetDocument
from atomate2_argyrodite.labelling.sets import check_failures, check_one_kind
from atomate2_argyrodite.mtp import LabelledConfiguration, configurations_from_arrays

SELECTED = "selected"
"""Key of the metadata of frames that active learning chose."""

Nested = LabelledSetDocument | Sequence[Any]


def flatten_sets(labelled_sets: Nested) -> list[LabelledSetDocument]:
    """Return the documents of nested lists of labelled sets.

    Raises
    ------
    InputError
        If there are none, or two of them were labelled by different engines or settings.
    RunError
        If more frames could not be labelled than their makers allow.
    """
    documents = list(_flatten(labelled_sets))
    if not documents:
        raise InputError("no labelled sets to train on")
    check_one_kind(documents)
    check_failures(documents)
    return documents


def _flatten(item: Any) -> Iterable[LabelledSetDocument]:
    if isinstance(item, LabelledSetDocument):
        yield item
        return
    for part in item:
        yield from _flatten(part)


def frames_of(documents: Iterable[LabelledSetDocument]) -> list[LabelledConfiguration]:
    """Return the labelled frames of all documents."""
    return [
        frame
        for document in documents
        for frame in configurations_from_arrays(document.frames.to_arrays())
    ]


def split_frames(
    frames: Sequence[LabelledConfiguration], fraction: float, by: str, seed: int
) -> tuple[list[LabelledConfiguration], list[LabelledConfiguration]]:
    """Split frames into training and validation sets.

    Whether a trajectory (or frame) belongs to the validation set is decided by a hash of its name,
    so that it never changes sides when active learning adds data. What active learning adds always
    trains: it was chosen because nothing else shows it.

    Parameters
    ----------
    frames
        Frames; ``metadata["trajectory"]`` names the run each comes from; those with a true
        ``metadata["selected"]`` train.
    fraction
        Expected fraction of trajectories (or frames) that validate.
    by
        "trajectory", so that no validation frame has a neighbour in time among the training
        frames, or "frame".
    seed
        Another seed gives another split.

    Raises
    ------
    InputError
        If the fraction or `by` cannot be used, or all frames belong to one trajectory.
    """
    if not 0.0 <= fraction < 1.0:
        raise InputError(f"validation fraction {fraction} must be at least 0 and below 1")
    if by not in ("trajectory", "frame"):
        raise InputError(f"split by {by!r} is unknown: choose 'trajectory' or 'frame'")
    if fraction == 0.0:
        return list(frames), []
    selected = [frame for frame in frames if frame.metadata.get(SELECTED)]
    frames = [frame for frame in frames if not frame.metadata.get(SELECTED)]
    keys = [_group(frame, index, by) for index, frame in enumerate(frames)]
    groups = sorted(set(keys), key=lambda key: _position(key, seed))
    if len(groups) < 2:
        raise InputError(
            "all frames belong to one trajectory: split by 'frame' or set the validation fraction "
            "to 0"
        )
    chosen = {key for key in groups if _position(key, seed) < fraction} or {groups[0]}
    if len(chosen) == len(groups):
        chosen.discard(groups[-1])
    training = [f for f, key in zip(frames, keys, strict=True) if key not in chosen]
    validation = [f for f, key in zip(frames, keys, strict=True) if key in chosen]
    return [*training, *selected], validation


def _group(frame: LabelledConfiguration, index: int, by: str) -> str:
    trajectory = frame.metadata.get("trajectory")
    if by == "trajectory" and trajectory is not None:
        return str(trajectory)
    digest = hashlib.sha256(frame.positions.tobytes()).hexdigest()
    return f"{index}:{digest}"


def _position(key: str, seed: int) -> float:
    digest = hashlib.sha256(json.dumps([seed, key]).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64


def data_hash(frames: Iterable[LabelledConfiguration]) -> str:
    """Return a hash of the frames and labels, in order."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(frame.numbers.tobytes() + frame.positions.tobytes() + frame.cell.tobytes())
        digest.update(json.dumps(frame.energy).encode())
        for labels in (frame.forces, frame.stress):
            digest.update(b"" if labels is None else labels.tobytes())
    return digest.hexdigest()
