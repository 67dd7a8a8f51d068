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
from atomate2_argyrodite.structures.geometry import (
    ps4_units_intact,
    shortest_distance,
    tetrahedral_bonds,
)

FloatArray = NDArray[np.float64]

_SHORTEST_DISTANCE = 1.3  # Å
_FRAMES_OF_LOSS = 5  # in a row: a unit that is lost for good, not a vibration
_FRAMES_AFTER_LOSS = 25
_REQUIRED_PER_RUN = 3
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
    """Grade the frames of a run, find where it ends, and collect what is worth a label before.

    A run ends at the first frame beyond gamma_break, or where a PS4 unit is lost for good: below
    gamma_break that is an error the potential does not know of. Candidates are the frames above
    gamma_select and a few of those with a lost PS4 unit, which are marked ``required``. If there
    are none, the first frame beyond gamma_break is the candidate.
    """
    frames = exploration.frames
    grades = active_set.grade(frames) if frames else np.zeros(0)
    times = np.array([float(f.metadata["time_ps"]) for f in frames])
    broken = _first(~(grades <= thresholds.break_))
    lost = [k for k in _lost_units(frames[:broken]) if k < broken]
    end = min(broken, lost[0]) if lost else broken
    window = [k for k in range(end) if grades[k] > thresholds.select]
    required = [k for k in lost[:_FRAMES_AFTER_LOSS] if is_worth_a_label(frames[k])]
    kept = [frames[k] for k in window if is_worth_a_label(frames[k])]
    n_unphysical = len(window) - len(kept)
    kept += [
        frame.with_metadata(required=True)
        for frame in thinned([frames[k] for k in required], _REQUIRED_PER_RUN)
    ]
    if not kept and broken < len(frames) and is_worth_a_label(frames[broken]):
        kept = [frames[broken]]
    name = _trajectory_name(exploration)
    return JudgedRun(
        run=ExplorationRun(
            configuration=str(exploration.start.configuration.metadata.get("configuration", "")),
            temperature_kelvin=exploration.start.temperature_kelvin,
            seed=exploration.start.seed,
            requested_ps=time_ps,
            survived_ps=float(times[end - 1]) if end > 0 else 0.0,
            maximum_grade=float(grades[:end].max()) if end > 0 else float(grades[:1].sum()),
            n_frames=len(frames),
            n_above_select=len(window),
            n_unphysical=n_unphysical,
            outcome=_outcome(exploration, broken < len(frames), bool(lost)),
        ),
        times_ps=times,
        grades=np.minimum(np.nan_to_num(grades, nan=np.inf), 1e30),
        candidates=[frame.with_metadata(trajectory=name) for frame in kept],
    )


def _first(condition: NDArray[np.bool_]) -> int:
    """Index of the first True, or the length."""
    return int(condition.argmax()) if condition.any() else len(condition)


def _lost_units(frames: Sequence[LabelledConfiguration]) -> list[int]:
    """Frames from the first on at which PS4 units are lost for several frames in a row."""
    lost = np.array(
        [not ps4_units_intact(f.numbers, f.positions, f.cell) for f in frames], dtype=bool
    )
    run = 0
    for k, is_lost in enumerate(lost):
        run = run + 1 if is_lost else 0
        if run == _FRAMES_OF_LOSS:
            start = k - run + 1
            return [int(n) + start for n in np.flatnonzero(lost[start:])]
    return []


def _outcome(exploration: Exploration, is_beyond: bool, has_lost_units: bool) -> str:
    if has_lost_units:
        return "lost PS4"
    if is_beyond:
        return "broke"
    return "survived" if exploration.is_complete else exploration.outcome


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
