"""Which snapshots of a run are worth a label: those that are still an argyrodite."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from atomate2_argyrodite.engines.crystal_check import CrystalCheck
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures import is_physical_frame

_FS_PER_PS = 1000.0


@dataclass(frozen=True)
class SnapshotReview:
    """What is left of the snapshots of a run.

    Parameters
    ----------
    frames
        Physical snapshots, without labels.
    n_unphysical
        Snapshots that were left out.
    fault
        How the crystal was lost, in one phrase; None if it was whole at the end.
    lost_at_ps
        Time of the first snapshot at which it was lost, in ps.
    """

    frames: list[LabelledConfiguration]
    n_unphysical: int
    fault: str | None = None
    lost_at_ps: float | None = None


def physical_snapshots(
    snapshots: Sequence[LabelledConfiguration],
    origin: Mapping[str, Any],
    *,
    start: LabelledConfiguration | None = None,
    time_step_fs: float = 1.0,
) -> SnapshotReview:
    """Return the physical snapshots of a run of an argyrodite, without labels.

    A snapshot is dropped if a PS4 unit is broken, two atoms have come closer than 1.5 Å, or the
    crystal was lost before: PS4 units stayed broken or P left its sites (see `CrystalCheck`).

    Parameters
    ----------
    snapshots
        Of one run, in order; ``metadata["step"]`` counts its steps.
    origin
        Metadata that every snapshot gets; they override those of the run.
    start
        The crystal from which P is displaced; by default the first snapshot.
    time_step_fs
        Time step in fs.
    """
    if not snapshots:
        return SnapshotReview([], 0)
    check = CrystalCheck(snapshots[0].symbols)
    if start is not None:
        check.look(start.positions, start.cell, 0.0)
    kept: list[LabelledConfiguration] = []
    for frame in snapshots:
        time_ps = float(frame.metadata["step"]) * time_step_fs / _FS_PER_PS
        if check.look(frame.positions, frame.cell, time_ps):
            break
        if is_physical_frame(frame.numbers, frame.positions, frame.cell):
            kept.append(frame.without_labels().with_metadata(**origin))
    n_unphysical = len(snapshots) - len(kept)
    if check.cause is None:
        return SnapshotReview(kept, n_unphysical)
    return SnapshotReview(kept, n_unphysical, check.cause, check.lost_at_ps)


def decorrelated(
    frames: Sequence[LabelledConfiguration], correlation_steps: float | None
) -> list[LabelledConfiguration]:
    """Return frames of one run of which none is nearer to the one before than a correlation time.

    Parameters
    ----------
    frames
        In order; ``metadata["step"]`` counts the steps of the run.
    correlation_steps
        Statistical inefficiency of the run's potential energy in steps (see
        `series.statistical_inefficiency`); None where it is not known: then all are kept.
    """
    if correlation_steps is None:
        return list(frames)
    kept: list[LabelledConfiguration] = []
    apart = math.ceil(correlation_steps)
    for frame in frames:
        if not kept or frame.metadata["step"] - kept[-1].metadata["step"] >= apart:
            kept.append(frame)
    return kept
