"""Segments of a run are the run: same trajectory, same thermostat, same failure."""

from types import SimpleNamespace

import numpy as np
import pytest

from atomate2_argyrodite.engines import segments
from atomate2_argyrodite.engines.base import Engine, NVTRun, NVTSettings
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.engines.segments import DynamicsState, SegmentLimit
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

SETTINGS = NVTSettings(
    temperature_kelvin=60.0, time_step_fs=4.0, steps=90, equilibration_steps=10, snapshots=8, seed=3
)


def in_segments(
    engine: FoundationEngine, crystal: LabelledConfiguration, limit: SegmentLimit
) -> list[NVTRun]:
    """Run to the end; what is handed over goes through the arrays of an attachment."""
    runs, state = [], None
    while True:
        segment = engine.dynamics_segment(crystal, "pbe", SETTINGS, limit, state)
        runs.append(segment.run)
        if segment.state is None:
            return runs
        state = DynamicsState.from_arrays(segment.state.to_arrays())


def test_segments_follow_the_trajectory_of_the_run_without_them(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    whole = lennard_jones.molecular_dynamics(argon, "pbe", SETTINGS)
    parts = in_segments(lennard_jones, argon, SegmentLimit(steps=37))
    assert [part.outcome for part in parts] == [
        "interrupted after step 37",
        "interrupted after step 74",
        "completed",
    ]
    for name in ("temperatures_kelvin", "potential_energies_ev", "conserved_energies_ev"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, name))
    frames = [frame for part in parts for frame in part.snapshots]
    assert [f.metadata["step"] for f in frames] == [f.metadata["step"] for f in whole.snapshots]
    for frame, reference in zip(frames, whole.snapshots, strict=True):
        np.testing.assert_array_equal(frame.positions, reference.positions)


def test_without_the_state_of_the_thermostat_the_trajectory_would_be_another(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    """The comparison above would notice what is not handed over."""
    limit = SegmentLimit(steps=45)
    state = lennard_jones.dynamics_segment(argon, "pbe", SETTINGS, limit).state
    assert state is not None
    for name in state.thermostat:
        reset = {**state.thermostat, name: np.zeros(3)}
        forgetful = DynamicsState(state.step, state.positions, state.momenta, reset)
        right, wrong = (
            lennard_jones.dynamics_segment(argon, "pbe", SETTINGS, limit, start).run
            for start in (state, forgetful)
        )
        assert np.abs(right.conserved_energies_ev - wrong.conserved_energies_ev).max() > 1e-9


def test_wall_time_ends_a_segment_after_at_least_one_step(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = lennard_jones.dynamics_segment(argon, "pbe", SETTINGS, SegmentLimit(wall_time_s=1e-9))
    assert len(segment.run.temperatures_kelvin) == 1
    assert segment.state is not None
    assert segment.state.step == 1
    now = iter(np.arange(0.0, 1000.0, 0.5))
    # The clock of the segments alone: threads of other libraries look at the real one.
    monkeypatch.setattr(segments, "time", SimpleNamespace(monotonic=lambda: next(now)))
    timed = lennard_jones.dynamics_segment(argon, "pbe", SETTINGS, SegmentLimit(wall_time_s=4.0))
    assert len(timed.run.temperatures_kelvin) == 8


def test_a_failure_in_a_later_segment_is_told_by_the_step_of_the_run(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    state = lennard_jones.dynamics_segment(argon, "pbe", SETTINGS, SegmentLimit(steps=20)).state
    assert state is not None
    hot = DynamicsState(state.step, state.positions, 30 * state.momenta, state.thermostat)
    failed = lennard_jones.dynamics_segment(argon, "pbe", SETTINGS, SegmentLimit(), hot)
    assert failed.state is None
    assert failed.run.outcome.startswith("failed at step 21: temperature reached")


class WholeRunEngine(FoundationEngine):
    """An engine as its interface leaves it: without a way to stop and go on."""

    continues_dynamics = False
    dynamics_segment = Engine.dynamics_segment


def test_an_engine_that_cannot_continue_does_the_whole_run_and_says_so(
    lennard_jones: FoundationEngine, argon: LabelledConfiguration
) -> None:
    engine = WholeRunEngine(model=lennard_jones.model, options=lennard_jones.options)
    segment = engine.dynamics_segment(argon, "pbe", SETTINGS, SegmentLimit(steps=5))
    assert segment.state is None
    assert len(segment.run.temperatures_kelvin) == SETTINGS.steps
    state = DynamicsState(1, argon.positions, argon.positions, {})
    with pytest.raises(InputError, match="'LennardJones' cannot continue a run"):
        engine.dynamics_segment(argon, "pbe", SETTINGS, SegmentLimit(), state)


@pytest.mark.parametrize("limit", [{"wall_time_s": 0.0}, {"wall_time_s": -3.0}, {"steps": 0}])
def test_limits_that_make_no_sense_are_refused(limit: dict) -> None:
    with pytest.raises(InputError, match=str(next(iter(limit.values())))):
        SegmentLimit(**limit)


def test_a_garbled_state_is_refused(argon: LabelledConfiguration) -> None:
    good = DynamicsState(4, argon.positions, argon.positions, {"eta": np.zeros(3)}).to_arrays()
    assert DynamicsState.from_arrays(good).step == 4
    with pytest.raises(InputError, match="momenta"):
        DynamicsState.from_arrays({k: v for k, v in good.items() if k != "momenta"})
    with pytest.raises(InputError, match="do not fit"):
        DynamicsState.from_arrays({**good, "momenta": good["momenta"][:5]})
    with pytest.raises(InputError, match="not finite"):
        DynamicsState.from_arrays({**good, "thermostat_eta": np.array([np.nan])})
