"""From raw exploration runs to frames worth a label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from monty.json import MSONable
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.active_learning.schemas import ExplorationRun
from atomate2_argyrodite.engines.exploration import Exploration
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.structures.chemistry import TETRAHEDRAL_BOND_LENGTHS
from atomate2_argyrodite.structures.geometry import shortest_distance, tetrahedral_bonds

FloatArray = NDArray[np.float64]

_SHORTEST_DISTANCE = 1.3  # Å
_LONGEST_BOND = 3.2  # Å, P-S; 2.05 Å at rest
_CENTRES = [Element(symbol).Z for symbol in TETRAHEDRAL_BOND_LENGTHS]


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
    physical = [frames[k] for k in window if is_worth_a_label(frames[k])]
    if not len(window) and len(beyond) and is_worth_a_label(frames[end]):
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


def is_worth_a_label(frame: LabelledConfiguration) -> bool:
    """Say whether a frame can teach anything: no atoms on top of each other, no PS4 torn apart.

    Stretched bonds pass (they are what the potential must learn to resist), as does a fifth S near
    a P; a P that holds fewer than four S within 3.2 Å, or a pair closer than 1.3 Å, does not.
    """
    arrays = frame.numbers, frame.positions, frame.cell
    if shortest_distance(frame.positions, frame.cell) < _SHORTEST_DISTANCE:
        return False
    centres, _, _ = tetrahedral_bonds(*arrays, maximum_bond=_LONGEST_BOND)
    held = np.bincount(centres, minlength=len(frame))
    return bool((held[np.isin(frame.numbers, _CENTRES)] >= 4).all())


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
