"""Which frames of an exploration are worth a label, and when a run is over."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.active_learning.exploration import (
    broken_at_the_start,
    judge_run,
    reason_against,
    separated,
    thinned,
)
from atomate2_argyrodite.engines.exploration import (
    BROKE,
    Exploration,
    ExplorationStart,
    GradeThresholds,
)
from atomate2_argyrodite.mtp import LabelledConfiguration
from atomate2_argyrodite.structures import site_disorder_configurations
from mtp.conftest import rattled

CRYSTAL = site_disorder_configurations("Cl", 10.0)[0].structure
WHOLE = LabelledConfiguration.from_structure(CRYSTAL, metadata={"configuration": "0-F-43m"})
THRESHOLDS = GradeThresholds(2.0, 10.0)


def stretched(length: float) -> LabelledConfiguration:
    """A crystal with one P-S bond of a length in Å."""
    phosphorus = int(np.flatnonzero(WHOLE.numbers == 15)[0])
    sulphur = int(WHOLE.structure.distance_matrix[phosphorus].argsort()[1])
    structure = WHOLE.structure
    bond = structure[sulphur].frac_coords - structure[phosphorus].frac_coords
    bond = (bond - bond.round()) @ WHOLE.cell
    positions = WHOLE.positions.copy()
    positions[sulphur] += bond * (length / np.linalg.norm(bond) - 1.0)
    return replace(WHOLE, positions=positions)


def exploration(
    grades: Sequence[float],
    outcome: str = "completed",
    frame: LabelledConfiguration = WHOLE,
    watched: Sequence[LabelledConfiguration] = (),
) -> Exploration:
    """A run graded every 0.02 ps, which collected what is above gamma_select."""
    times = 0.02 * (1 + np.arange(len(grades)))
    frames = [
        frame.with_metadata(time_ps=float(t), step=round(500 * t), grade=g)
        for t, g in zip(times, grades, strict=True)
        if g > THRESHOLDS.select
    ]
    seen = [f.with_metadata(time_ps=0.1 * k, step=50 * k) for k, f in enumerate(watched)]
    start = ExplorationStart(WHOLE, 600.0, 5)
    return Exploration(start, frames, outcome, seen, times, np.array(grades, dtype=float))


def test_a_quiet_run_survives_without_candidates() -> None:
    judged = judge_run(exploration([0.9, 1.1, 1.9]), THRESHOLDS, 0.06)
    assert judged.run.outcome == "survived"
    assert judged.run.survived_ps == pytest.approx(0.06)
    assert judged.run.maximum_grade == pytest.approx(1.9)
    assert judged.candidates == []
    assert judged.run.n_frames == 3


def test_candidates_lie_between_the_thresholds_and_before_the_break() -> None:
    judged = judge_run(exploration([1.0, 3.0, 1.0, 4.0, 30.0], BROKE), THRESHOLDS, 0.2)
    assert judged.run.outcome == "broke"
    assert not judged.run.survived
    assert not judged.run.broke_at_once
    assert judged.run.survived_ps == pytest.approx(0.08)
    assert [frame.metadata["step"] for frame in judged.candidates] == [20, 40, 50]
    assert judged.run.maximum_grade == pytest.approx(4.0)
    names = {frame.metadata["trajectory"] for frame in judged.candidates}
    assert names == {"exploration 0-F-43m 600 K seed 5"}


def test_the_frame_beyond_the_break_teaches_unless_it_is_a_wreck() -> None:
    judged = judge_run(exploration([1.0, 30.0], BROKE), THRESHOLDS, 0.2)
    assert [frame.metadata["step"] for frame in judged.candidates] == [20]
    after = exploration([1.0, 30.0, 300.0, 90.0], BROKE)
    judged = judge_run(after, THRESHOLDS, 0.2)
    assert [frame.metadata["step"] for frame in judged.candidates] == [30]
    assert judged.run.survived_ps == pytest.approx(0.02)
    # of two kinds of atoms that never met the grade is millions, and the crystal is sound
    judged = judge_run(exploration([1.0, 1e6, 1e9, 1e7], BROKE), THRESHOLDS, 0.2)
    assert [frame.metadata["step"] for frame in judged.candidates] == [30]
    judged = judge_run(exploration([1.0, 1e6, 900.0], BROKE), THRESHOLDS, 0.2)
    assert [frame.metadata["step"] for frame in judged.candidates] == [30]
    wreck = exploration([1.0, 1e6, 1e9], BROKE, frame=stretched(3.0))
    assert judge_run(wreck, THRESHOLDS, 0.2).candidates == []


def test_a_run_that_breaks_at_once_says_so() -> None:
    judged = judge_run(exploration([30.0], BROKE), THRESHOLDS, 0.2)
    assert judged.run.broke_at_once
    assert judged.run.survived_ps == 0.0
    assert len(judged.candidates) == 1
    start = broken_at_the_start(ExplorationStart(WHOLE, 600.0, 5), 44.0)
    judged = judge_run(start, THRESHOLDS, 0.2)
    assert judged.run.broke_at_once
    assert judged.run.maximum_grade == pytest.approx(44.0)
    assert [frame.metadata["step"] for frame in judged.candidates] == [0]


def test_grades_that_are_no_numbers_end_a_run() -> None:
    judged = judge_run(exploration([1.0, np.nan, 1.0]), THRESHOLDS, 0.06)
    assert judged.run.outcome == "broke"
    assert judged.run.survived_ps == pytest.approx(0.02)
    assert np.isfinite(judged.grades).all()


def test_a_failed_program_is_not_a_survivor() -> None:
    judged = judge_run(exploration([1.0, 1.0], "lost atoms"), THRESHOLDS, 1.0)
    assert judged.run.outcome == "lost atoms"
    assert not judged.run.survived
    empty = judge_run(exploration([], "did not start"), THRESHOLDS, 1.0)
    assert (empty.run.n_frames, empty.run.survived_ps) == (0, 0.0)


def test_wrecks_are_kept_apart_with_their_reason() -> None:
    close = WHOLE.positions.copy()
    close[0] = close[1] + [0.5, 0.0, 0.0]
    torn, overlapping = stretched(3.5), replace(WHOLE, positions=close)
    sound = LabelledConfiguration.from_structure(rattled(CRYSTAL, 0.1))
    assert reason_against(sound) is None
    assert reason_against(stretched(2.9)) is None
    kept, apart = separated([sound, torn, overlapping])
    assert kept == [sound]
    assert [frame.metadata["reason"] for frame in apart] == [
        "1 PS4 units are torn apart",
        "two atoms are 0.50 Å apart",
    ]
    judged = judge_run(exploration([3.0, 4.0, 30.0], BROKE, torn), THRESHOLDS, 0.2)
    assert judged.candidates == []
    assert judged.run.n_unphysical == 2
    assert len(judged.unphysical) == 2


def test_thinning_keeps_the_ends() -> None:
    frames = exploration([3.0] * 100).frames
    kept = thinned(frames, 10)
    assert len(kept) == 10
    assert kept[0] is frames[0]
    assert kept[-1] is frames[-1]
    assert thinned(frames[:4], 10) == frames[:4]


def test_a_lost_tetrahedron_ends_a_run_whatever_its_grade() -> None:
    """Below gamma_break, a P-S bond of 2.9 Å for good is a loss, and must be labelled."""
    watched = [stretched(2.9) if k == 4 or k >= 10 else WHOLE for k in range(30)]
    path = exploration([1.0] * 70 + [3.0] * 75, watched=watched)
    judged = judge_run(path, THRESHOLDS, 2.9)
    assert judged.run.outcome == "lost PS4"
    assert not judged.run.survived
    assert judged.run.survived_ps == pytest.approx(0.98)
    assert [frame.metadata["time_ps"] for frame in judged.candidates] == pytest.approx(
        [1.0, 1.4, 1.7], abs=0.11
    )
    assert all(frame.metadata["required"] for frame in judged.candidates)
