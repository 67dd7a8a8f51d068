"""Which frames of an exploration are worth a label, and when a run is over."""

from dataclasses import replace

import numpy as np
import pytest

from atomate2_argyrodite.active_learning.exploration import (
    GradeThresholds,
    is_worth_a_label,
    judge_run,
    thinned,
)
from atomate2_argyrodite.engines.exploration import Exploration, ExplorationStart
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp import ActiveSet, LabelledConfiguration
from atomate2_argyrodite.structures import site_disorder_configurations
from mtp.conftest import random_potential, rattled

CRYSTAL = site_disorder_configurations("Cl", 10.0)[0].structure


@pytest.fixture(scope="module")
def active_set() -> ActiveSet:
    training = [
        LabelledConfiguration.from_structure(rattled(CRYSTAL, 0.06, seed=k)) for k in range(30)
    ]
    return ActiveSet.from_configurations(random_potential(8), training)


def exploration(amplitudes: list[float], outcome: str = "completed") -> Exploration:
    """Frames that leave the training region by growing displacements."""
    crystal = LabelledConfiguration.from_structure(CRYSTAL, metadata={"configuration": "0-F-43m"})
    rng = np.random.default_rng(7)
    direction = rng.standard_normal((52, 3))
    frames = [
        replace(
            crystal,
            positions=crystal.positions + amplitude * direction,
            metadata={"time_ps": 0.02 * k, "step": 10 * k},
        )
        for k, amplitude in enumerate(amplitudes)
    ]
    return Exploration(ExplorationStart(crystal, 600.0, 5), frames, outcome)


def amplitude_of_grade(active_set: ActiveSet, grade: float) -> float:
    """Amplitude at which the path above reaches a grade (it grows steadily there)."""
    low, high = 0.0, 0.4
    for _ in range(40):
        middle = 0.5 * (low + high)
        reached = active_set.grade(exploration([middle]).frames)[0]
        low, high = (middle, high) if reached < grade else (low, middle)
    return high


def test_a_quiet_run_survives_without_candidates(active_set: ActiveSet) -> None:
    judged = judge_run(exploration([0.0, 0.01, 0.02]), active_set, GradeThresholds(), 0.04)
    assert judged.run.outcome == "survived"
    assert judged.run.survived_ps == pytest.approx(0.04)
    assert judged.candidates == []
    assert len(judged.grades) == 3


def test_candidates_lie_between_the_thresholds_and_before_the_break(active_set: ActiveSet) -> None:
    inside = amplitude_of_grade(active_set, 3.0)
    beyond = amplitude_of_grade(active_set, 30.0)
    path = exploration([0.0, inside, 0.01, inside, beyond, inside])
    judged = judge_run(path, active_set, GradeThresholds(2.0, 10.0), 0.1)
    assert judged.run.outcome == "broke"
    assert not judged.run.survived
    assert judged.run.survived_ps == pytest.approx(0.06)
    assert [frame.metadata["step"] for frame in judged.candidates] == [10, 30]
    assert judged.run.maximum_grade == pytest.approx(3.0, rel=0.01)
    names = {frame.metadata["trajectory"] for frame in judged.candidates}
    assert names == {"exploration 0-F-43m 600 K seed 5"}


def test_a_run_that_jumps_over_the_window_still_teaches(active_set: ActiveSet) -> None:
    beyond = amplitude_of_grade(active_set, 30.0)
    judged = judge_run(exploration([0.0, beyond]), active_set, GradeThresholds(2.0, 10.0), 0.02)
    assert [frame.metadata["step"] for frame in judged.candidates] == [10]


def test_a_failed_program_is_not_a_survivor(active_set: ActiveSet) -> None:
    judged = judge_run(exploration([0.0, 0.01], "lost atoms"), active_set, GradeThresholds(), 1.0)
    assert judged.run.outcome == "lost atoms"
    assert not judged.run.survived
    empty = judge_run(exploration([], "did not start"), active_set, GradeThresholds(), 1.0)
    assert (empty.run.n_frames, empty.run.survived_ps) == (0, 0.0)


def test_wrecks_are_not_worth_a_label() -> None:
    frame = LabelledConfiguration.from_structure(rattled(CRYSTAL, 0.1))
    assert is_worth_a_label(frame)
    phosphorus = int(np.flatnonzero(frame.numbers == 15)[0])
    torn = frame.positions.copy()
    torn[phosphorus] += [2.5, 0.0, 0.0]
    assert not is_worth_a_label(replace(frame, positions=torn))
    close = frame.positions.copy()
    close[0] = close[1] + [0.5, 0.0, 0.0]
    assert not is_worth_a_label(replace(frame, positions=close))


def test_thinning_keeps_the_ends() -> None:
    frames = exploration([0.001 * k for k in range(100)]).frames
    kept = thinned(frames, 10)
    assert len(kept) == 10
    assert kept[0] is frames[0]
    assert kept[-1] is frames[-1]
    assert thinned(frames[:4], 10) == frames[:4]


@pytest.mark.parametrize("pair", [(10.0, 2.0), (0.5, 10.0), (2.0, float("inf")), (3.0, 3.0)])
def test_thresholds_must_be_ordered(pair: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="gamma_select"):
        GradeThresholds(*pair)


def test_a_lost_tetrahedron_ends_a_run_whatever_its_grade(active_set: ActiveSet) -> None:
    """Far below gamma_break, stretching P-S to 2.9 Å for good is a loss, and must be labelled."""
    path = exploration([0.0] * 30)
    frame = path.frames[0]
    distances = frame.structure.distance_matrix
    phosphorus = int(np.flatnonzero(frame.numbers == 15)[0])
    sulphur = int(distances[phosphorus].argsort()[1])
    bond = frame.structure[sulphur].frac_coords - frame.structure[phosphorus].frac_coords
    bond = (bond - bond.round()) @ frame.cell
    stretched = frame.positions.copy()
    stretched[sulphur] += bond * (2.9 / np.linalg.norm(bond) - 1.0)
    frames = [
        replace(f, positions=stretched if k >= 10 or k == 4 else f.positions)
        for k, f in enumerate(path.frames)
    ]
    judged = judge_run(replace(path, frames=frames), active_set, GradeThresholds(1e6, 1e7), 0.6)
    assert judged.run.outcome == "lost PS4"
    assert not judged.run.survived
    assert judged.run.survived_ps == pytest.approx(0.18)
    steps = [frame.metadata["step"] for frame in judged.candidates]
    assert len(steps) == 3
    assert min(steps) == 100
    assert all(frame.metadata["required"] for frame in judged.candidates)
