"""Errors of a potential per element, per configuration, per temperature, and their distribution."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atomate2_argyrodite.errors import InputError
from atomate2_argyrodite.mtp.cfg_writer import species_of
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration
from atomate2_argyrodite.mtp.prediction_errors import Parity, PredictionErrors


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


@dataclass(frozen=True)
class ForceErrorDistribution:
    """Quantiles in eV/Å of the absolute errors of Cartesian force components."""

    median: float
    percentile_90: float
    percentile_95: float
    percentile_99: float
    largest: float


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


def errors_by_group(
    parity: Parity, configurations: Sequence[LabelledConfiguration], key: str
) -> dict[str, PredictionErrors]:
    """Return the errors of the configurations that share a value of their metadata.

    Parameters
    ----------
    parity, configurations
        See `force_errors_by_element`.
    key
        Name of the metadata, for example "configuration" or "temperature_kelvin". Configurations
        without it are left out; numbers are rounded to integers.

    Returns
    -------
    dict
        Value as text -> errors, numbers in rising order, text in the order of appearance.
    """
    _force_errors(parity, configurations)  # checks that the two belong together
    groups: dict[int | str, list[int]] = defaultdict(list)
    for index, configuration in enumerate(configurations):
        value = configuration.metadata.get(key)
        if value is not None:
            group: int | str = round(value) if isinstance(value, int | float) else str(value)
            groups[group].append(index)
    numbers = sorted(value for value in groups if isinstance(value, int))
    ordered: list[int | str] = [*numbers, *(value for value in groups if isinstance(value, str))]
    return {str(value): _part(parity, configurations, groups[value]) for value in ordered}


def force_error_distribution(parity: Parity) -> ForceErrorDistribution:
    """Return quantiles of the absolute errors of the force components."""
    errors = np.abs(parity.force_predicted - parity.force_reference)
    return ForceErrorDistribution(*np.quantile(errors, [0.5, 0.9, 0.95, 0.99, 1.0]).tolist())


def _part(
    parity: Parity, configurations: Sequence[LabelledConfiguration], chosen: Sequence[int]
) -> PredictionErrors:
    """Return the errors of some of the configurations."""
    frames = np.zeros(len(configurations), dtype=np.bool_)
    frames[list(chosen)] = True
    forces = np.repeat(frames, [3 * len(c) for c in configurations])
    stresses = np.repeat(frames, [0 if c.stress is None else 9 for c in configurations])
    return Parity(
        parity.energy_reference[frames],
        parity.energy_predicted[frames],
        parity.force_reference[forces],
        parity.force_predicted[forces],
        parity.stress_reference[stresses],
        parity.stress_predicted[stresses],
    ).errors


def _force_errors(parity: Parity, configurations: Sequence[LabelledConfiguration]) -> np.ndarray:
    """Return the errors of the forces, shape (A, 3)."""
    atoms = sum(len(c) for c in configurations)
    frames = len(configurations)
    if len(parity.energy_reference) != frames or len(parity.force_reference) != 3 * atoms:
        raise InputError(f"the predictions are not those of these {frames} configurations")
    errors: np.ndarray = (parity.force_predicted - parity.force_reference).reshape(-1, 3)
    return errors
