"""Velocities with which dynamics begin, the same for every engine."""

from typing import Any

import numpy as np
from ase import Atoms
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary
from numpy.typing import NDArray

from atomate2_argyrodite.engines.base import NVTSettings
from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration


def initial_velocities(
    configuration: LabelledConfiguration, settings: NVTSettings
) -> NDArray[np.float64]:
    """Return Maxwell-Boltzmann velocities without drift, in ASE's unit, shape (N, 3).

    Raises
    ------
    InputError
        If there is one atom only.
    """
    if len(configuration) < 2:
        raise InputError("molecular dynamics needs at least two atoms, got one")
    atoms: Any = Atoms(numbers=configuration.numbers, positions=configuration.positions)
    random = np.random.default_rng(settings.seed)
    MaxwellBoltzmannDistribution(atoms, temperature_K=settings.temperature_kelvin, rng=random)
    Stationary(atoms)
    return np.asarray(atoms.get_velocities(), dtype=np.float64)
