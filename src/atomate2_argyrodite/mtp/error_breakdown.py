"""Errors of a potential per element and per configuration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.cfg_writer import species_of
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.prediction_errors import Parity


@dataclass(frozen=True)
class ElementForceErrors:
    """Errors in eV/Å of the Cartesian force components on the `n_atoms` atoms of an element."""

    n_atoms: int
    mae: float
    rmse: float
    largest: float


@dataclass(frozen=True)
class ConfigurationErrors:
    """Errors of one configuration: predicted less reference energy, and forces in eV/Å."""

    energy_mev_per_atom: float
    force_rmse: float
    largest_force_error: float


def force_errors_by_element(
    parity: Parity, configurations: Sequence[LabelledConfiguration]
) -> dict[str, ElementForceErrors]:
    """Return the errors of the forces by element symbol.

    Parameters
    ----------
    parity
        Predictions for `configurations`, from `mtp.parity`.
    configurations
        The configurations, in the same order.

    Raises
    ------
    InputError
        If `parity` belongs to other configurations.
    """
    errors = _force_errors(parity, configurations)
    symbols = np.concatenate([np.array(c.symbols) for c in configurations])
    return {
        symbol: ElementForceErrors(
            n_atoms=int((symbols == symbol).sum()),
            mae=float(np.abs(errors[symbols == symbol]).mean()),
            rmse=float(np.sqrt((errors[symbols == symbol] ** 2).mean())),
            largest=float(np.abs(errors[symbols == symbol]).max()),
        )
        for symbol in species_of(configurations)
    }


def errors_by_configuration(
    parity: Parity, configurations: Sequence[LabelledConfiguration]
) -> list[ConfigurationErrors]:
    """Return the errors of each configuration; see `force_errors_by_element`."""
    ends = np.cumsum([len(c) for c in configurations])[:-1]
    forces = np.split(_force_errors(parity, configurations), ends)
    energies = 1e3 * (parity.energy_predicted - parity.energy_reference)
    return [
        ConfigurationErrors(
            energy_mev_per_atom=float(energy),
            force_rmse=float(np.sqrt((force**2).mean())),
            largest_force_error=float(np.abs(force).max()),
        )
        for energy, force in zip(energies, forces, strict=True)
    ]


def _force_errors(parity: Parity, configurations: Sequence[LabelledConfiguration]) -> np.ndarray:
    """Return the errors of the forces, shape (A, 3)."""
    atoms = sum(len(c) for c in configurations)
    frames = len(configurations)
    if len(parity.energy_reference) != frames or len(parity.force_reference) != 3 * atoms:
        raise InputError(f"the predictions are not those of these {frames} configurations")
    errors: np.ndarray = (parity.force_predicted - parity.force_reference).reshape(-1, 3)
    return errors
