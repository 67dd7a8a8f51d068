"""Which snapshots of a run are worth a label: those that are still an argyrodite."""

from collections.abc import Mapping, Sequence
from typing import Any

from atomate2_argyrodite.engines.base import NVTRun
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures import is_physical_frame


def physical_snapshots(
    run: NVTRun, origin: Mapping[str, Any]
) -> tuple[list[LabelledConfiguration], int]:
    """Return the physical snapshots of a run, without labels, and the number of the others.

    A snapshot is dropped if a PS4 unit is broken or two atoms have come closer than 1.5 Å.

    Parameters
    ----------
    run
        A run of an argyrodite.
    origin
        Metadata that every snapshot gets; they override those of the run.
    """
    kept = [frame for frame in run.snapshots if _is_physical(frame)]
    snapshots = [frame.without_labels().with_metadata(**origin) for frame in kept]
    return snapshots, len(run.snapshots) - len(kept)


def _is_physical(frame: LabelledConfiguration) -> bool:
    return is_physical_frame(frame.numbers, frame.positions, frame.cell)


def mean_after(values: Sequence[float], start: int) -> float | None:
    """Return the mean of `values` from index `start` on, None if there are none."""
    tail = values[start:]
    return float(sum(tail) / len(tail)) if len(tail) else None
