import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.exploration import (
    BROKE,
    Exploration,
    ExplorationSettings,
    ExplorationStart,
    GradeThresholds,
    explore,
)
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.mtp import ActiveSet
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.structures import site_disorder_configurations
from mtp.conftest import random_potential, rattled

ARGON = PairStyle("lj/cut 7.0", ("* * 0.0103 3.4",), ("Ar",))


@pytest.fixture
def hot(argon: LabelledConfiguration) -> LabelledConfiguration:
    """A crystal so squeezed that it explodes."""
    return replace(argon, positions=argon.positions * 0.6, cell=argon.cell * 0.6)


def test_a_failing_run_leaves_the_others_alone(
    tmp_path: Path, argon: LabelledConfiguration, hot: LabelledConfiguration
) -> None:
    named = argon.with_metadata(configuration="fcc")
    starts = [
        ExplorationStart(named, 20.0, 1),
        ExplorationStart(hot, 20.0, 2),
        ExplorationStart(named, 30.0, 3),
    ]
    runs = explore(tmp_path, starts, ARGON, ExplorationSettings(2.0, frame_interval_steps=20))
    assert [run.is_complete for run in runs] == [True, False, True]
    assert runs[1].time_ps < 2.0
    assert runs[1].outcome != "completed"
    assert len(runs[0].frames) == 51
    last = runs[2].frames[-1]
    assert last.metadata == {
        "configuration": "fcc",
        "temperature_kelvin": 30.0,
        "seed": 3,
        "step": 1000,
        "time_ps": 2.0,
    }
    assert len(list(tmp_path.glob("explore_*.in"))) <= 2


def test_lammps_that_stops_is_started_again_for_the_rest(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    """Atoms that are lost end the process: two atoms on top of each other fly out of the cell."""
    positions = argon.positions.copy()
    positions[1] = positions[0] + 0.05
    starts = [
        ExplorationStart(argon, 20.0, 1),
        ExplorationStart(replace(argon, positions=positions), 20.0, 2),
        ExplorationStart(argon, 20.0, 3),
    ]
    runs = explore(tmp_path, starts, ARGON, ExplorationSettings(0.4))
    assert [run.is_complete for run in runs] == [True, False, True]
    assert len(list(tmp_path.glob("explore_*.in"))) == 2


def test_seeds_temperatures_and_pressures_make_different_reproducible_runs(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    starts = [ExplorationStart(argon, 20.0, seed) for seed in (1, 2, 1)]
    squeezed = ExplorationStart(argon, 20.0, 1, pressure_gpa=2.0)
    one, other, same, dense = explore(
        tmp_path, [*starts, squeezed], ARGON, ExplorationSettings(0.4)
    )
    np.testing.assert_array_equal(one.frames[-1].positions, same.frames[-1].positions)
    assert np.abs(one.frames[-1].positions - other.frames[-1].positions).max() > 1e-3
    drift = (one.frames[-1].positions - one.frames[0].positions).mean(axis=0)
    assert np.abs(drift).max() < 0.05
    assert dense.frames[-1].volume < 0.99 * one.frames[-1].volume


def test_the_height_of_a_slab_does_not_follow_the_pressure(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    start = ExplorationStart(argon, 20.0, 1, pressure_gpa=2.0)
    (run,) = explore(tmp_path, [start], ARGON, ExplorationSettings(0.4, coupling="plane"))
    first, last = (np.linalg.norm(frame.cell, axis=1) for frame in (run.frames[0], run.frames[-1]))
    assert last[2] == first[2]
    assert (last[:2] < 0.995 * first[:2]).all()


def test_velocities_are_thermal(tmp_path: Path, argon: LabelledConfiguration) -> None:
    """Displacements over the first step give the temperature that was asked for."""
    crystal = LabelledConfiguration.from_structure(argon.structure.make_supercell(3))
    settings = ExplorationSettings(0.02, frame_interval_steps=1)
    (run,) = explore(tmp_path, [ExplorationStart(crystal, 50.0, 5)], ARGON, settings)
    step = run.frames[1].positions - run.frames[0].positions  # Å in 2 fs
    mass, boltzmann = 39.95 * 1.66053907e-27, 1.380649e-23
    kinetic = 0.5 * mass * (step * 1e-10 / 2e-15) ** 2
    assert 2 * kinetic.mean() / boltzmann == pytest.approx(50.0, rel=0.08)


def test_bad_input_is_refused(tmp_path: Path, argon: LabelledConfiguration) -> None:
    start = ExplorationStart(argon, 20.0, 1)
    for name in ("frame_interval_steps", "watch_interval_steps"):
        with pytest.raises(InputError, match=name):
            ExplorationSettings(1.0, **{name: 0})
    wrong = PairStyle("lj/cut 7.0", ("* * 0.0103",), ("Ar",))
    for _ in range(2):  # a second attempt must not take the refusal for a result
        with pytest.raises(RunError, match="Incorrect args"):
            explore(tmp_path, [start], wrong, ExplorationSettings(1.0))
    assert explore(tmp_path, [], ARGON, ExplorationSettings(1.0)) == []
    graded = ExplorationSettings(1.0, thresholds=GradeThresholds())
    with pytest.raises(InputError, match="does not grade"):
        explore(tmp_path, [start], ARGON, graded)


@pytest.mark.parametrize("pair", [(10.0, 2.0), (0.5, 10.0), (2.0, float("inf")), (3.0, 3.0)])
def test_thresholds_must_be_ordered(pair: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="gamma_select"):
        GradeThresholds(*pair)


@pytest.fixture(scope="module")
def active_set() -> ActiveSet:
    crystal = site_disorder_configurations("Cl", 10.0)[0].structure
    training = [
        LabelledConfiguration.from_structure(rattled(crystal, 0.06, seed=k)) for k in range(30)
    ]
    return ActiveSet.from_configurations(random_potential(8), training)


def graded_style(active_set: ActiveSet) -> PairStyle:
    potential = active_set.potential
    return PairStyle.mtp_extrapolation(
        potential.to_text(), potential.species, active_set.to_bytes()
    )


def graded_runs(
    folder: Path, active_set: ActiveSet, thresholds: GradeThresholds, **more: int
) -> list[Exploration]:
    crystal = site_disorder_configurations("Cl", 10.0)[0].structure
    configuration = LabelledConfiguration.from_structure(crystal)
    starts = [ExplorationStart(configuration, kelvin, 3) for kelvin in (300.0, 900.0)]
    settings = ExplorationSettings(0.6, thresholds=thresholds, watch_interval_steps=50, **more)
    return explore(folder, starts, graded_style(active_set), settings)


def test_lammps_collects_what_extrapolates_and_stops_at_the_break(
    tmp_path: Path, active_set: ActiveSet
) -> None:
    """With a random potential a crystal leaves its training set within some ten steps."""
    thresholds = GradeThresholds(2.0, 20.0)
    runs = graded_runs(tmp_path, active_set, thresholds, frame_interval_steps=1)
    assert BROKE in [run.outcome for run in runs]
    for run in runs:
        first = int((run.grades > 20.0).argmax())
        assert (run.grades[:first] <= 20.0).all()
        assert run.grades[first] > 20.0
        assert run.times_ps[first] <= run.times_ps[-1] < run.times_ps[first] + 0.05
        assert np.diff(run.times_ps) == pytest.approx(0.002)
        above = (run.grades > 2.0) & (run.times_ps > 0.0)
        assert [f.metadata["time_ps"] for f in run.frames] == pytest.approx(run.times_ps[above])
        assert [f.metadata["grade"] for f in run.frames] == pytest.approx(run.grades[above])
        # the trajectory is single precision, and at the break forces tear at everything
        assert active_set.grade(run.frames) == pytest.approx(run.grades[above], rel=1e-3)
        assert len(run.watched) >= 1
        assert run.watched[0].metadata["step"] == 0
        assert run.time_ps == pytest.approx(run.times_ps[-1])


def test_memory_is_bounded_and_the_way_to_the_break_is_kept(
    tmp_path: Path, active_set: ActiveSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    thresholds = GradeThresholds(1.0, 200.0)
    everything = graded_runs(tmp_path, active_set, thresholds, frame_interval_steps=1)
    monkeypatch.setattr("atomate2_argyrodite.engines.exploration._LAST_FRAMES", 2)
    some = graded_runs(tmp_path, active_set, thresholds, frame_interval_steps=1, maximum_frames=3)
    assert max(len(run.frames) for run in everything) > 5
    for run, part in zip(everything, some, strict=True):
        assert len(part.frames) <= 3 + 2
        kept = {frame.metadata["step"]: frame for frame in run.frames}
        assert list(kept)[-1] == part.frames[-1].metadata["step"]
        for frame in part.frames:
            same = kept[frame.metadata["step"]]
            np.testing.assert_array_equal(frame.positions, same.positions)
            assert frame.metadata == same.metadata


def test_a_second_call_reads_the_runs_of_the_first(tmp_path: Path, active_set: ActiveSet) -> None:
    thresholds = GradeThresholds(2.0, 20.0)
    first = graded_runs(tmp_path, active_set, thresholds)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.glob("run_*.dcd")}
    second = graded_runs(tmp_path, active_set, thresholds)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("run_*.dcd")} == stamps
    for old, new in zip(first, second, strict=True):
        np.testing.assert_array_equal(old.grades, new.grades)
    graded_runs(tmp_path, active_set, GradeThresholds(2.0, 21.0))  # other inputs: done anew
    assert all(path.stat().st_mtime_ns > stamp for path, stamp in stamps.items())


THREE_RUNS = ExplorationSettings(12.0, frame_interval_steps=300)


def three_runs(folder: Path, argon: LabelledConfiguration) -> list[Exploration]:
    starts = [ExplorationStart(argon, 20.0, seed) for seed in (1, 2, 3)]
    return explore(folder, starts, ARGON, THREE_RUNS)


@pytest.mark.parametrize("victim", ["lammps", "launcher", "everything"])
def test_what_is_killed_goes_on_without_repeating_finished_runs(
    tmp_path: Path, argon: LabelledConfiguration, victim: str
) -> None:
    process = multiprocessing.get_context("fork").Process(target=three_runs, args=(tmp_path, argon))
    process.start()
    assert process.pid is not None
    wait_until((tmp_path / "run_1.dcd").is_file)
    finished = (tmp_path / "run_0.dcd").stat().st_mtime_ns
    (group,) = children_of(process.pid)
    if victim == "everything":
        process.kill()
        process.join()
    if victim == "launcher":
        os.kill(group, signal.SIGKILL)
    else:
        os.killpg(group, signal.SIGKILL)
    process.join(300.0)
    wait_until(lambda: not has_members(group))
    assert process.exitcode == (-signal.SIGKILL if victim == "everything" else 0)
    runs = three_runs(tmp_path, argon)
    assert [(run.outcome, len(run.frames)) for run in runs] == [("completed", 21)] * 3
    assert (tmp_path / "run_0.dcd").stat().st_mtime_ns == finished
    assert len(list(tmp_path.glob("explore_*.out"))) == 2


def children_of(parent: int) -> list[int]:
    """Process ids of the children of a process; each leads a group of its own."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(pid) for pid in children.split()]


def has_members(group: int) -> bool:
    """Whether a process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], bool], seconds: float = 300.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
