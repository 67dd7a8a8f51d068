"""Velocities with which dynamics begin."""

import numpy as np
import pytest
from ase import units

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.engines.velocities import initial_velocities
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration

SETTINGS = NVTSettings(300.0, 2.0, 10, 0, 1, seed=1)


def gas(n_atoms: int) -> LabelledConfiguration:
    """Li and Cl, anywhere."""
    positions = np.random.default_rng(0).random((n_atoms, 3)) * 50
    return LabelledConfiguration(np.resize([3, 17], n_atoms), positions, 50 * np.eye(3))


def test_their_kinetic_energy_gives_the_temperature_back():
    """In SI units, from Å/fs: 3 N k T / 2."""
    atoms = gas(400)
    velocities = initial_velocities(atoms, SETTINGS) * units.fs
    masses = np.where(atoms.numbers == 3, 6.94, 35.45)[:, None]
    joule = 0.5 * 1.66054e-27 * (masses * (velocities * 1e5) ** 2).sum()
    assert 2 * joule / (3 * 400 * 1.380649e-23) == pytest.approx(300.0, rel=0.08)
    assert np.abs((masses * velocities).sum(axis=0)).max() < 1e-10


def test_they_follow_from_the_seed():
    other = NVTSettings(300.0, 2.0, 10, 0, 1, seed=2)
    first, again, different = (initial_velocities(gas(4), s) for s in (SETTINGS, SETTINGS, other))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - different).max() > 1e-3


def test_one_atom_cannot_move():
    with pytest.raises(InputError, match="two atoms"):
        initial_velocities(gas(1), SETTINGS)
