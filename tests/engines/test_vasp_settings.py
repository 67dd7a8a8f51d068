"""Settings of VASP that make no sense are refused, and those that do survive JSON."""

import pytest

from atomate2_argyrodite.engines.vasp_settings import VaspSettings
from atomate2_argyrodite.errors import InputError


def test_settings_survive_json():
    settings = VaspSettings(kpoints=(1, 2, 3), potcars=(("Li", "Li"),))
    assert VaspSettings.from_dict(settings.as_dict()) == settings


@pytest.mark.parametrize(
    "wrong",
    [{"cutoff_ev": 5.0}, {"kpoints": (2, 2)}, {"kpoints": (0, 1, 1)}, {"smearing_ev": -1.0}],
)
def test_senseless_settings_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong)).partition("_")[0]):
        VaspSettings(**wrong)
