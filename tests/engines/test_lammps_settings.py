import pytest

from atomate2_argyrodite.engines.lammps_settings import MolecularDynamicsSettings
from atomate2_argyrodite.errors import InputError


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"temperature_kelvin": 0.0}, "temperature_kelvin must be above 0, got 0.0"),
        ({"production_ps": float("nan")}, "production_ps"),
        ({"production_ps": 1e-4}, "shorter than one time step"),
        ({"time_step_fs": 50.0}, "50.0 fs"),
        ({"temperature_kelvin": 1e9}, "melts any crystal"),
        ({"pressure_gpa": float("nan")}, "pressure_gpa .* got nan"),
        ({"pressure_gpa": -1e9}, "pressure_gpa"),
        ({"ramp_ps": -1.0}, "ramp_ps"),
        ({"ramp_start_kelvin": 0.0}, "ramp_start_kelvin"),
        ({"coupling": "cubic"}, "'cubic'"),
        ({"seed": 0}, "seed"),
    ],
)
def test_senseless_settings_are_refused(change: dict[str, object], named: str) -> None:
    values = {"temperature_kelvin": 300.0, "production_ps": 1.0, "seed": 1}
    with pytest.raises(InputError, match=named):
        MolecularDynamicsSettings(**{**values, **change})
