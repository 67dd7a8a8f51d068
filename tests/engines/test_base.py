import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monty.json import MontyDecoder

from atomate2_argyrodite.engines.base import NVTSettings, derived_seed
from atomate2_argyrodite.engines.foundation import FoundationEngine
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.functionals import Functional


@given(st.integers(0, 2**40), st.text(), st.floats(allow_nan=False, allow_infinity=False))
def test_seed_is_valid_for_lammps_and_reproducible(seed: int, label: str, number: float) -> None:
    first = derived_seed(seed, label, number)
    assert 0 < first < 2**31 - 1
    assert first == derived_seed(seed, label, number)


def test_seeds_of_different_tasks_differ() -> None:
    seeds = {derived_seed(1, label, t) for label in ("a", "b") for t in (300.0, 600.0)}
    assert len(seeds) == 4


@given(st.integers(1, 400), st.integers(0, 200), st.integers(1, 50))
def test_snapshots_are_evenly_spaced_and_as_many_as_asked(
    production: int, equilibration: int, snapshots: int
) -> None:
    if snapshots > production:
        snapshots = production
    steps = production + equilibration
    settings = NVTSettings(300.0, 2.0, steps, equilibration, snapshots, seed=1)
    taken = [step for step in range(1, steps + 1) if settings.is_snapshot(step)]
    assert len(taken) == snapshots
    assert taken[0] > equilibration
    assert {b - a for a, b in itertools.pairwise(taken)} <= {settings.snapshot_interval_steps}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"temperature_kelvin": -5.0}, "-5.0"),
        ({"temperature_kelvin": float("nan")}, "nan"),
        ({"time_step_fs": 0.0}, "0.0"),
        ({"time_step_fs": 100.0}, "100.0"),
        ({"equilibration_steps": 100}, "100"),
        ({"snapshots": 101}, "101"),
        ({"snapshots": 0}, "0"),
    ],
)
def test_senseless_dynamics_are_refused(change: dict[str, float], named: str) -> None:
    values = {
        "temperature_kelvin": 300.0,
        "time_step_fs": 2.0,
        "steps": 100,
        "equilibration_steps": 10,
        "snapshots": 10,
        "seed": 1,
    }
    with pytest.raises(InputError, match=named):
        NVTSettings(**{**values, **change})


def test_engine_travels_as_json() -> None:
    engine = FoundationEngine(minimum_distance=0.7)
    copy = MontyDecoder().process_decoded(json.loads(json.dumps(engine.as_dict())))
    assert copy == engine


def test_settings_hash_separates_functionals_and_models() -> None:
    chgnet = FoundationEngine()
    other = FoundationEngine(model="ase.calculators.lj:LennardJones", options={"rc": 3.0})
    hashes = {
        chgnet.settings_hash(Functional.PBE),
        chgnet.settings_hash(Functional.PBE_D3BJ),
        other.settings_hash(Functional.PBE),
    }
    assert len(hashes) == 3
    assert chgnet.settings_hash("pbe") == FoundationEngine().settings_hash(Functional.PBE)
