"""From raw exploration runs to frames worth a label."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Element

from atomate2_argyrodite.active_learning.schemas import ExplorationRun
from atomate2_argyrodite.engines.exploration import BROKE, Exploration, ExplorationStart
from atomate2_argyrodite.engines.exploration_input import GradeThresholds
from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.structures.chemistry import TETRAHEDRAL_BOND_LENGTHS
from atomate2_argyrodite.structures.geometry import (
    is_physical_frame,
    ps4_units_intact,
    shortest_distance,
    tetrahedral_bonds,
)

FloatArray = NDArray[np.float64]

SHORTEST_DISTANCE = 1.3
"""Å; frames with two atoms closer than this are not learned."""
_FRAMES_OF_LOSS = 3  # watched, in a row: a unit that is lost for good, not a vibration
_FRAMES_AFTER_LOSS = 8
_REQUIRED_PER_RUN = 3
_UNPHYSICAL_PER_RUN = 5
_FAR_BEYOND = 100.0
_LONGEST_BOND = 3.2  # Å, P-S; 2.05 Å at rest
_CENTRES = [Element(symbol).Z for symbol in TETRAHEDRAL_BOND_LENGTHS]


@dataclass(frozen=True, eq=False)
class JudgedRun:
    """One run with the grades of its frames, the candidates, and what is kept apart."""

    run: ExplorationRun
    times_ps: FloatArray
    grades: FloatArray
    candidates: list[LabelledConfiguration]
    unphysical: list[LabelledConfiguration]


def judge_run(exploration: Exploration, thresholds: GradeThresholds, time_ps: float) -> JudgedRun:
    """Find where a run ends, and collect what is worth a label before.

    A run ends at the first frame beyond gamma_break, or where a PS4 unit is lost for good: below
    gamma_break that is an error the potential does not know of. Candidates are the frames above
    gamma_select, a few of those with a lost PS4 unit, which are marked ``required``, and one frame
    beyond gamma_break: where two kinds of atoms come closer than ever (P and P, below 5 Å) the
    grade leaps within 10 fs, and what comes before shows nothing of it. It is the one with the
    largest grade of those just after the break that are still an argyrodite; one up to a hundred
    times gamma_break is preferred, but where nothing at all is known of a pair every grade is
    millions, and the crystal as sound as before. Frames that are not worth a label
    (`reason_against`) are kept apart.
    """
    grades, times = exploration.grades, exploration.times_ps
    broken = _first(~(grades <= thresholds.break_))
    break_ps = float(times[broken]) if broken < len(times) else np.inf
    lost = _lost_units(exploration.watched, break_ps)
    end_ps = min(break_ps, _time(lost[0])) if lost else break_ps
    before = int((times < end_ps).sum())
    window = [frame for frame in exploration.frames if _time(frame) < end_ps]
    kept, unphysical = separated(window)
    required, torn = separated(lost[:_FRAMES_AFTER_LOSS])
    kept += [f.with_metadata(required=True) for f in thinned(required, _REQUIRED_PER_RUN)]
    unphysical += torn
    if break_ps <= end_ps:
        kept += _deepest([f for f in exploration.frames if _time(f) >= break_ps], thresholds)
    return JudgedRun(
        run=_summary(exploration, time_ps, before, len(window), len(unphysical), bool(lost)),
        times_ps=times,
        grades=np.minimum(np.nan_to_num(grades, nan=np.inf), 1e30),
        candidates=[_named(exploration.start, frame) for frame in kept],
        unphysical=thinned(unphysical, _UNPHYSICAL_PER_RUN),
    )


def broken_at_the_start(start: ExplorationStart, grade: float) -> Exploration:
    """Return the exploration of a crystal that is beyond gamma_break before anything moves."""
    values = {"temperature_kelvin": start.temperature_kelvin, "seed": start.seed}
    frame = start.configuration.with_metadata(step=0, time_ps=0.0, grade=grade, **values)
    return Exploration(start, [frame], BROKE, [], np.zeros(1), np.array([grade]))


def _summary(
    exploration: Exploration, time_ps: float, before: int, n_above: int, n_apart: int, lost: bool
) -> ExplorationRun:
    start, grades = exploration.start, exploration.grades
    is_beyond = before < len(grades)
    return ExplorationRun(
        configuration=str(start.configuration.metadata.get("configuration", "")),
        temperature_kelvin=start.temperature_kelvin,
        pressure_gpa=start.pressure_gpa,
        seed=start.seed,
        requested_ps=time_ps,
        survived_ps=float(exploration.times_ps[before - 1]) if before else 0.0,
        maximum_grade=float(grades[:before].max()) if before else float(grades[:1].sum()),
        n_frames=len(grades),
        n_above_select=n_above,
        n_unphysical=n_apart,
        outcome=_outcome(exploration, is_beyond, lost),
    )


def _first(condition: NDArray[np.bool_]) -> int:
    """Index of the first True, or the length."""
    return int(condition.argmax()) if condition.any() else len(condition)


def _time(frame: LabelledConfiguration) -> float:
    return float(frame.metadata["time_ps"])


def _deepest(
    beyond: Sequence[LabelledConfiguration], thresholds: GradeThresholds
) -> list[LabelledConfiguration]:
    """Return the frame with the largest grade that is still an argyrodite, if there is one."""
    sound = [frame for frame in beyond if np.isfinite(_grade(frame)) and _is_sound(frame)]
    near = [frame for frame in sound if _grade(frame) <= _FAR_BEYOND * thresholds.break_]
    return [max(near or sound, key=_grade)] if sound else []


def _is_sound(frame: LabelledConfiguration) -> bool:
    if not np.isin(frame.numbers, _CENTRES).any():
        return reason_against(frame) is None
    return is_physical_frame(frame.numbers, frame.positions, frame.cell)


def _grade(frame: LabelledConfiguration) -> float:
    return float(frame.metadata["grade"])


def _lost_units(
    watched: Sequence[LabelledConfiguration], end_ps: float
) -> list[LabelledConfiguration]:
    """Frames from the first on at which PS4 units are lost for several frames in a row."""
    frames = [frame for frame in watched if _time(frame) < end_ps]
    if not frames or not np.isin(frames[0].numbers, _CENTRES).any():
        return []  # a crystal without PS4 has none to lose
    lost = [not ps4_units_intact(f.numbers, f.positions, f.cell) for f in frames]
    for k in range(len(frames) - _FRAMES_OF_LOSS + 1):
        if all(lost[k : k + _FRAMES_OF_LOSS]):
            return [f for f, is_lost in zip(frames[k:], lost[k:], strict=True) if is_lost]
    return []


def _outcome(exploration: Exploration, is_beyond: bool, has_lost_units: bool) -> str:
    if has_lost_units:
        return "lost PS4"
    if is_beyond:
        return BROKE
    return "survived" if exploration.is_complete else exploration.outcome


def separated(
    frames: Sequence[LabelledConfiguration],
) -> tuple[list[LabelledConfiguration], list[LabelledConfiguration]]:
    """Return the frames that are worth a label, and the others with their ``reason``."""
    reasons = [reason_against(frame) for frame in frames]
    kept = [frame for frame, reason in zip(frames, reasons, strict=True) if reason is None]
    apart = [
        frame.with_metadata(reason=reason)
        for frame, reason in zip(frames, reasons, strict=True)
        if reason is not None
    ]
    return kept, apart


def reason_against(frame: LabelledConfiguration) -> str | None:
    """Return why a frame cannot teach anything: atoms on top of each other, or a PS4 torn apart.

    Stretched bonds pass (they are what the potential must learn to resist), as does a fifth S near
    a P; a P that holds fewer than four S within 3.2 Å, or a pair closer than 1.3 Å, does not.
    """
    shortest = shortest_distance(frame.positions, frame.cell, SHORTEST_DISTANCE)
    if shortest < SHORTEST_DISTANCE:
        return f"two atoms are {shortest:.2f} Å apart"
    centres, _, _ = tetrahedral_bonds(
        frame.numbers, frame.positions, frame.cell, maximum_bond=_LONGEST_BOND
    )
    held = np.bincount(centres, minlength=len(frame))
    torn = int((held[np.isin(frame.numbers, _CENTRES)] < 4).sum())
    return f"{torn} PS4 units are torn apart" if torn else None


def _named(start: ExplorationStart, frame: LabelledConfiguration) -> LabelledConfiguration:
    configuration = start.configuration.metadata.get("configuration", "")
    pressure = f" {start.pressure_gpa:g} GPa" if start.pressure_gpa else ""
    name = f"exploration {configuration} {start.temperature_kelvin:g} K{pressure} seed {start.seed}"
    return frame.with_metadata(trajectory=name)


def thinned(
    candidates: Sequence[LabelledConfiguration], maximum: int
) -> list[LabelledConfiguration]:
    """Return at most `maximum` evenly spaced candidates, the last one included."""
    if len(candidates) <= maximum:
        return list(candidates)
    kept = np.unique(np.linspace(0, len(candidates) - 1, maximum).round().astype(int))
    return [candidates[k] for k in kept]
