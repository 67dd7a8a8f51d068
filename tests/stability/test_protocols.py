import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from monty.json import MontyDecoder

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.stability.protocols import RelaxationProtocol, RelaxationSettings
from atomate2_argyrodite.structures import is_physical, site_disorder_configurations

CRYSTAL = site_disorder_configurations("Cl")[0].structure


@given(
    protocol=st.sampled_from(["rattled", "rattled-cubic"]),
    rattle=st.floats(0.01, 0.1),
    seed=st.integers(0, 2**31),
)
def test_a_rattled_start_is_near_the_crystal_and_does_not_drift(protocol, rattle, seed):
    settings = RelaxationSettings(protocol=protocol, rattle=rattle, seed=seed)
    start = settings.start(CRYSTAL)
    moved = start.cart_coords - CRYSTAL.cart_coords
    assert np.abs(moved.mean(axis=0)).max() < 1e-10
    assert moved.std() == pytest.approx(rattle, rel=0.3)
    assert is_physical(start)
    assert np.array_equal(settings.start(CRYSTAL).cart_coords, start.cart_coords)
    assert settings.seeds == {"rattle": seed}


@pytest.mark.parametrize("protocol", ["cubic", "symmetric", "free"])
def test_other_protocols_start_from_the_crystal(protocol):
    settings = RelaxationSettings(protocol=protocol)
    assert settings.start(CRYSTAL) is CRYSTAL
    assert settings.seeds == {}


def test_every_protocol_says_what_it_keeps():
    kept = {p.value: RelaxationSettings(protocol=p.value).options for p in RelaxationProtocol}
    assert {name for name, o in kept.items() if o["keep_shape"]} == {"cubic", "rattled-cubic"}
    assert {name for name, o in kept.items() if o["keep_symmetry"]} == {"symmetric"}


def test_settings_travel_in_jobs():
    settings = RelaxationSettings(protocol="rattled", seed=7)
    assert MontyDecoder().process_decoded(settings.as_dict()) == settings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"protocol": "loose"}, "'loose' is unknown: choose one of cubic, symmetric"),
        ({"maximum_force": 0.0}, r"0\.0 eV/Å"),
        ({"maximum_force": float("nan")}, "nan eV/Å"),
        ({"maximum_steps": 0}, "at least one step"),
        ({"rattle": 0.5}, r"rattle 0\.5 Å"),
        ({"rattle": 0.0}, r"rattle 0\.0 Å"),
    ],
)
def test_senseless_settings_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        RelaxationSettings(**values)
