"""From raw exploration runs to frames worth a label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from monty.json import MSONable
from numpy.typing import NDArray

from atomate2_argyrodite.active_learning.schemas import ExplorationRun
from atomate2_argyrodite.engines.exploration import Exploration
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.structures.geometry import is_physical_frame

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class GradeThresholds(MSONable):
    """Extrapolation grades at which a frame is worth a label, and at which a run is over.

    Parameters
    ----------
    select
        Frames with a grade above this are candidates (MLIP's default: 2.1).
    break_
        A run ends before its first frame with a grade above this (MLIP's default: 10).
    """

    select: float = 2.1
    break_: float = 10.0

    def __post_init__(self) -> None:
        if not 1.0 <= self.select < self.break_ < float("inf"):
            raise InputError(
                f"gamma_select = {self.select} and gamma_break = {self.break_} must satisfy "
                "1 <= gamma_select < gamma_break"
            )


@dataclass(frozen=True, eq=False)
class JudgedRun:
    """One run with the grades of its frames and the candidates among them."""

    run: ExplorationRun
    times_ps: FloatArray
    grades: FloatArray
    candidates: list[LabelledConfiguration]


def judge_run(
    exploration: Exploration, active_set: ActiveSet, thresholds: GradeThresholds, time_ps: float
) -> JudgedRun:
    """Grade the frames of a run, find where it breaks, and collect what extrapolates before.

    If no frame lies between the two thresholds, the first frame beyond gamma_break is the
    candidate, provided that it is still physical: a run that jumps over the window teaches, too.
    """
    frames = exploration.frames
    grades = active_set.grade(frames) if frames else np.zeros(0)
    beyond = np.flatnonzero(~(grades <= thresholds.break_))
    end = int(beyond[0]) if len(beyond) else len(frames)
    window = np.flatnonzero(grades[:end] > thresholds.select)
    physical = [frames[k] for k in window if _is_physical(frames[k])]
    if not len(window) and len(beyond) and _is_physical(frames[end]):
        physical = [frames[end]]
    name = _trajectory_name(exploration)
    survived = not len(beyond) and exploration.is_complete
    outcome = "survived" if survived else "broke" if len(beyond) else exploration.outcome
    metadata = exploration.start.configuration.metadata
    times = np.array([float(f.metadata["time_ps"]) for f in frames])
    return JudgedRun(
        run=ExplorationRun(
            configuration=str(metadata.get("configuration", "")),
            temperature_kelvin=exploration.start.temperature_kelvin,
            seed=exploration.start.seed,
            requested_ps=time_ps,
            survived_ps=float(times[end - 1]) if end > 0 else 0.0,
            maximum_grade=float(grades[:end].max()) if end > 0 else float(grades[:1].sum()),
            n_frames=len(frames),
            n_above_select=len(window),
            n_unphysical=len(window) - len(physical) if len(window) else 0,
            outcome=outcome,
        ),
        times_ps=times,
        grades=np.minimum(np.nan_to_num(grades, nan=np.inf), 1e30),
        candidates=[frame.with_metadata(trajectory=name) for frame in physical],
    )


def _is_physical(frame: LabelledConfiguration) -> bool:
    return is_physical_frame(frame.numbers, frame.positions, frame.cell)


def _trajectory_name(exploration: Exploration) -> str:
    start = exploration.start
    configuration = start.configuration.metadata.get("configuration", "")
    return f"exploration {configuration} {start.temperature_kelvin:g} K seed {start.seed}"


def thinned(
    candidates: Sequence[LabelledConfiguration], maximum: int
) -> list[LabelledConfiguration]:
    """Return at most `maximum` evenly spaced candidates, the last one included."""
    if len(candidates) <= maximum:
        return list(candidates)
    kept = np.unique(np.linspace(0, len(candidates) - 1, maximum).round().astype(int))
    return [candidates[k] for k in kept]
