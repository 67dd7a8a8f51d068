"""Settings of CP2K that make no sense are refused, and those that do survive JSON."""

import pytest

from atomate2_argyrodite.engines.cp2k_settings import Cp2kSettings
from atomate2_argyrodite.errors import InputError


@pytest.mark.parametrize(
    "wrong",
    [
        {"cutoff_ry": 5.0},
        {"kpoints": (2, 2)},
        {"scf_threshold": 0.0},
        {"electronic_temperature_kelvin": 0.0},
        {"maximum_scf_steps": 0},
        {"basis_set": "x\n&END"},
    ],
)
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(InputError):
        Cp2kSettings(**wrong)


def test_settings_survive_json():
    settings = Cp2kSettings(kpoints=(1, 2, 3), reference_cell=(1.0, 2.0, 3.0))
    assert Cp2kSettings.from_dict(settings.as_dict()) == settings
