from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atomate2_argyrodite.engines.exploration import ExplorationStart, explore
from atomate2_argyrodite.engines.pair_styles import PairStyle
from atomate2_argyrodite.errors import InputError, RunError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

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
    runs = explore(tmp_path, starts, ARGON, time_ps=2.0, frame_interval_steps=20)
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
    runs = explore(tmp_path, starts, ARGON, time_ps=0.4)
    assert [run.is_complete for run in runs] == [True, False, True]
    assert len(list(tmp_path.glob("explore_*.in"))) == 2


def test_seeds_and_temperatures_make_different_reproducible_runs(
    tmp_path: Path, argon: LabelledConfiguration
) -> None:
    starts = [ExplorationStart(argon, 20.0, seed) for seed in (1, 2, 1)]
    one, other, same = explore(tmp_path, starts, ARGON, time_ps=0.4)
    np.testing.assert_array_equal(one.frames[-1].positions, same.frames[-1].positions)
    assert np.abs(one.frames[-1].positions - other.frames[-1].positions).max() > 1e-3
    drift = (one.frames[-1].positions - one.frames[0].positions).mean(axis=0)
    assert np.abs(drift).max() < 0.05


def test_velocities_are_thermal(tmp_path: Path, argon: LabelledConfiguration) -> None:
    """Displacements over the first step give the temperature that was asked for."""
    crystal = LabelledConfiguration.from_structure(argon.structure.make_supercell(3))
    (run,) = explore(
        tmp_path, [ExplorationStart(crystal, 50.0, 5)], ARGON, time_ps=0.02, frame_interval_steps=1
    )
    step = run.frames[1].positions - run.frames[0].positions  # Å in 2 fs
    mass, boltzmann = 39.95 * 1.66053907e-27, 1.380649e-23
    kinetic = 0.5 * mass * (step * 1e-10 / 2e-15) ** 2
    assert 2 * kinetic.mean() / boltzmann == pytest.approx(50.0, rel=0.08)


def test_bad_input_is_refused(tmp_path: Path, argon: LabelledConfiguration) -> None:
    start = ExplorationStart(argon, 20.0, 1)
    with pytest.raises(InputError, match="frame_interval_steps"):
        explore(tmp_path, [start], ARGON, time_ps=1.0, frame_interval_steps=0)
    wrong = PairStyle("lj/cut 7.0", ("* * 0.0103",), ("Ar",))
    with pytest.raises(RunError, match="Incorrect args"):
        explore(tmp_path, [start], wrong, time_ps=1.0)
    assert explore(tmp_path, [], ARGON, time_ps=1.0) == []
