"""Labelling of frames by an engine, in groups, so that no failure costs more than its frame."""

import errno
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from atomate2_argyrodite.engines.base import Engine, LabelFailure
from atomate2_argyrodite.errors import InputError, MissingEngineError, OutOfSpaceError, RunError
from atomate2_argyrodite.functionals import Functional
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures.geometry import shortest_distance

OVERLAP_ANGSTROM = 0.8
"""Two atoms closer than this are no configuration of matter: no engine is asked for its energy."""
_GROUP_S = 30.0
_LARGEST_GROUP = 64
_FULL = (errno.ENOSPC, errno.EDQUOT)

Result = LabelledConfiguration | LabelFailure
Report = Callable[[Sequence[Result]], None]


def label_in_groups(
    engine: Engine,
    functional: Functional,
    frames: Sequence[LabelledConfiguration],
    report: Report,
) -> None:
    """Label frames; groups grow until one takes half a minute.

    Parameters
    ----------
    engine, functional
        What labels.
    frames
        The frames.
    report
        Called after each group with its results, their indices those of `frames`.

    Raises
    ------
    OutOfSpaceError, OSError
        If the disk is full: no other frame would fare better.
    InputError, MissingEngineError
        If the engine refuses to run at all.
    """
    start, size = 0, 1
    while start < len(frames):
        began = time.monotonic()
        group = frames[start : start + size]
        results = _label_group(engine, functional, group)
        report([_placed(result, start + k) for k, result in enumerate(results)])
        start += len(group)
        seconds_per_frame = max(time.monotonic() - began, 1e-3) / len(group)
        size = max(1, min(_LARGEST_GROUP, 4 * size, int(_GROUP_S / seconds_per_frame)))


def _placed(result: Result, index: int) -> Result:
    """Return a result; a failure with the index of its frame."""
    return replace(result, index=index) if isinstance(result, LabelFailure) else result


def _label_group(
    engine: Engine, functional: Functional, frames: Sequence[LabelledConfiguration]
) -> list[Result]:
    overlaps = {k: _overlap(frame) for k, frame in enumerate(frames)}
    sound = [k for k, distance in overlaps.items() if distance is None]
    labels = dict(zip(sound, _asked(engine, functional, [frames[k] for k in sound]), strict=True))
    return [
        _placed(labels[k], k)
        if distance is None
        else LabelFailure(
            k, f"two atoms are {distance:.2f} Å apart, closer than {OVERLAP_ANGSTROM:g} Å"
        )
        for k, distance in overlaps.items()
    ]


def _overlap(frame: LabelledConfiguration) -> float | None:
    shortest = shortest_distance(frame.positions, frame.cell, OVERLAP_ANGSTROM)
    return shortest if shortest < OVERLAP_ANGSTROM else None


def _asked(
    engine: Engine, functional: Functional, frames: Sequence[LabelledConfiguration]
) -> list[Result]:
    """Return the engine's results; if it raises, those of the frames one by one."""
    if not frames:
        return []
    try:
        return _results(engine, functional, frames)
    except (InputError, MissingEngineError, OutOfSpaceError):
        raise
    except Exception as error:  # one bad frame never takes down the others
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        if len(frames) == 1:
            return [LabelFailure(0, f"{type(error).__name__}: {error}")]
    return [result for frame in frames for result in _asked(engine, functional, [frame])]


def _results(
    engine: Engine, functional: Functional, frames: Sequence[LabelledConfiguration]
) -> list[Result]:
    results = list(engine.static(frames, functional))
    if len(results) != len(frames):
        raise RunError(f"{engine.label} gave {len(results)} results for {len(frames)} frames")
    return [_judged(result) for result in results]


def _judged(result: Result) -> Result:
    """Return a result; what has no energy and forces is a failure whatever the engine says."""
    if isinstance(result, LabelFailure) or result.is_labelled:
        return result
    return LabelFailure(0, "the engine gave no energy or no forces")
