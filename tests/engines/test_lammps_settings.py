import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.errors import InputError


@given(st.floats(20, 1500), st.floats(0.5, 200))
def test_ramp_climbs_in_equal_steps_to_the_target_and_takes_its_time(
    temperature: float, ramp_ps: float
) -> None:
    settings = MolecularDynamicsSettings(temperature, 1.0, seed=1, ramp_ps=ramp_ps)
    stairs = settings.ramp_stairs()
    assert sum(steps for _, steps in stairs) == settings.steps(ramp_ps)
    assert min(steps for _, steps in stairs) > 0
    temperatures = [t for t, _ in stairs]
    assert temperatures[-1] == pytest.approx(temperature)
    assert temperatures[0] > 0
    rises = [b - a for a, b in itertools.pairwise(temperatures)]
    assert rises == pytest.approx([10.0] * len(rises))


def test_no_ramp_has_no_stairs() -> None:
    assert MolecularDynamicsSettings(300.0, 1.0, seed=1).ramp_stairs() == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"temperature_kelvin": 0.0}, "temperature_kelvin must be above 0, got 0.0"),
        ({"production_ps": float("nan")}, "production_ps"),
        ({"production_ps": 1e-4}, "shorter than one time step"),
        ({"time_step_fs": 50.0}, "50.0 fs"),
        ({"ramp_ps": -1.0}, "ramp_ps"),
        ({"coupling": "cubic"}, "'cubic'"),
        ({"seed": 0}, "seed"),
    ],
)
def test_senseless_settings_are_refused(change: dict[str, object], named: str) -> None:
    values = {"temperature_kelvin": 300.0, "production_ps": 1.0, "seed": 1}
    with pytest.raises(InputError, match=named):
        MolecularDynamicsSettings(**{**values, **change})
