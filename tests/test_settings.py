"""Settings come from the environment, overrides win, nonsense is named."""

import pytest

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.settings import ArgyroditeSettings, load_settings


def test_environment_sets_a_field(monkeypatch):
    monkeypatch.setenv("ARGYRODITE_WORKERS", "7")
    assert load_settings().workers == 7


def test_override_wins_over_the_environment_and_none_is_no_override(monkeypatch):
    monkeypatch.setenv("ARGYRODITE_STORE", "from_environment")
    assert load_settings(store="given").store == "given"
    assert load_settings(store=None).store == "from_environment"


def test_bad_variable_is_named_with_its_value(monkeypatch):
    monkeypatch.setenv("ARGYRODITE_WORKERS", "0")
    with pytest.raises(InputError, match=r"ARGYRODITE_WORKERS = '0'"):
        load_settings()


def test_bad_override_is_named_without_the_prefix():
    with pytest.raises(InputError, match=r"^workers = -3"):
        load_settings(workers=-3)


def test_every_setting_is_described():
    assert all(field.description for field in ArgyroditeSettings.model_fields.values())
