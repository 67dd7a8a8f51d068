"""Random structures: supercells of conventional cells drawn by the stability of each."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pymatgen.core import Lattice, Structure

from atomate2_argyrodite.errors import InputError, StructureError
from atomate2_argyrodite.structures.configurations import SiteDisorderConfiguration
from atomate2_argyrodite.structures.prototype import symmetry_operations
from atomate2_argyrodite.structures.supercells import check_atom_count, cubic_crystal, sorted_sites
from atomate2_argyrodite.structures.validation import assert_argyrodite

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BOLTZMANN_EV_PER_KELVIN = 8.617333262e-5  # CODATA 2018
_LATTICE_SPREAD = 0.02  # relative; beyond it no common cubic lattice makes sense


def boltzmann_weights(
    relative_energies: Sequence[float],
    temperature: float = 300.0,
    multiplicities: Sequence[int] | None = None,
) -> list[float]:
    """Return normalised weights of crystals by their relative energies.

    Parameters
    ----------
    relative_energies
        Energies in eV per atom, relative to any common zero.
    temperature
        In K.
    multiplicities
        If given, each weight is multiplied by the number of arrangements of the crystal.

    Returns
    -------
    list of float
        exp(-E / kT), times multiplicity, summing to 1. The energy is that of one atom, as in the
        bulk rule of this project; that of a whole cell would leave the most stable crystal alone.

    Raises
    ------
    InputError
        If the temperature is not positive, an energy is not finite or the lengths differ.
    """
    if not 0 < temperature < np.inf:
        raise InputError(f"temperature {temperature!r} K must be a positive number")
    energies = np.asarray(relative_energies, dtype=np.float64)
    if not len(energies) or not np.isfinite(energies).all():
        raise InputError(f"relative energies {relative_energies!r} must be finite numbers in eV")
    counts = np.ones(len(energies)) if multiplicities is None else np.asarray(multiplicities)
    if len(counts) != len(energies):
        raise InputError(f"{len(counts)} multiplicities do not fit {len(energies)} energies")
    factors = np.exp(-(energies - energies.min()) / (BOLTZMANN_EV_PER_KELVIN * temperature))
    return normalised_weights((factors * counts).tolist())


def normalised_weights(weights: Sequence[float]) -> list[float]:
    """Return weights that sum to 1.

    Raises
    ------
    InputError
        If a weight is negative or not finite, or all are zero.
    """
    values = np.asarray(weights, dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any():
        raise InputError(f"weights {list(weights)!r} must be finite and not negative")
    if not values.any():
        raise InputError(f"weights {list(weights)!r} sum to zero: at least one must be positive")
    with np.errstate(over="ignore"):
        total = values.sum()
    if not np.isfinite(total):
        raise InputError(f"weights {list(weights)!r} have no finite sum: give smaller ones")
    return [float(value) for value in values / total]


def apportioned_counts(weights: Sequence[float], total: int) -> list[int]:
    """Share `total` cells out by the method of largest remainders.

    Parameters
    ----------
    weights
        Any non-negative numbers.
    total
        Number of cells.

    Returns
    -------
    list of int
        Each within one of its exact share; equal remainders go to the earlier entry.
    """
    shares = np.array(normalised_weights(weights)) * total
    counts = np.floor(shares + 1e-9).astype(np.int64)
    order = np.argsort(-np.round(shares - counts, 9), kind="stable")
    counts[order[: total - counts.sum()]] += 1
    return [int(count) for count in counts]


def random_supercell(
    configurations: Sequence[SiteDisorderConfiguration],
    weights: Sequence[float],
    *,
    repeats: int = 3,
    seed: int = 0,
    maximum_atoms: int = 50_000,
) -> Structure:
    """Return a cubic supercell whose cells are drawn from `configurations`.

    Every cell is one of the crystals, turned and shifted by a random one of the 96 operations of
    F-43m, so that all members of its orbit are equally likely. The number of cells of each kind
    follows from the weights by largest remainders; their places are random.

    Parameters
    ----------
    configurations
        Cubic crystals of one composition, ideal or relaxed with their cubic cell kept
        (``dataclasses.replace(configuration, structure=relaxed)``).
    weights
        Of each configuration; see `boltzmann_weights`. They need not be normalised.
    repeats
        Cells along each edge: 3 for 27 cells and 1,404 atoms.
    seed
        Seed of all random choices.
    maximum_atoms
        Refuse to build more atoms.

    Returns
    -------
    pymatgen.core.Structure
        ``properties`` holds ``cells`` (for each its place in units of the cell, label and
        operation), ``weights``, ``counts`` by label, ``repeats`` and ``seed``. The cell's edge is
        the mean of those of the drawn configurations.

    Raises
    ------
    InputError
        If weights are negative, sum to zero or do not fit the configurations, `repeats` is not
        positive, or there are too many atoms.
    StructureError
        If a crystal is not a cubic argyrodite, compositions differ, or lattice constants of drawn
        crystals differ from their mean by more than 2 %.
    """
    if int(repeats) != repeats or repeats < 1:
        raise InputError(f"repeats {repeats!r} must be a positive whole number")
    if len(weights) != len(configurations):
        raise InputError(
            f"{len(weights)} weights do not fit {len(configurations)} configurations: give one each"
        )
    crystals = [cubic_crystal(configuration) for configuration in configurations]
    counts = apportioned_counts(weights, repeats**3)
    check_atom_count(repeats**3 * len(crystals[0]), maximum_atoms)
    edge = repeats * _common_lattice_constant(crystals, counts)
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    operations = rng.integers(len(symmetry_operations()), size=len(kinds))
    places = np.array(list(np.ndindex(repeats, repeats, repeats)))
    structure = sorted_sites(_assembled(crystals, kinds, operations, places, edge))
    assert_argyrodite(structure)
    labels = [configuration.label for configuration in configurations]
    structure.properties = {
        "cells": [
            {"place": place, "label": labels[kind], "operation": operation}
            for place, kind, operation in zip(
                places.tolist(), kinds.tolist(), operations.tolist(), strict=True
            )
        ],
        "weights": dict(zip(labels, normalised_weights(weights), strict=True)),
        "counts": dict(zip(labels, counts, strict=True)),
        "repeats": int(repeats),
        "seed": int(seed),
    }
    return structure


def _common_lattice_constant(crystals: Sequence[Structure], counts: Sequence[int]) -> float:
    """Return the lattice constant averaged over the drawn cells, in Å."""
    formulas = {crystal.composition.formula for crystal in crystals}
    if len(formulas) > 1:
        raise StructureError(
            f"compositions differ ({', '.join(sorted(formulas))}): draw from crystals of one"
        )
    constants = np.array([crystal.lattice.a for crystal in crystals])
    mean = float(np.average(constants, weights=counts))
    drawn = constants[np.asarray(counts) > 0]
    if (np.abs(drawn - mean) > _LATTICE_SPREAD * mean).any():
        raise StructureError(
            f"lattice constants {drawn.round(3).tolist()} Å differ by more than 2 %: relax all "
            "configurations by the same protocol"
        )
    return mean


def _assembled(
    crystals: Sequence[Structure],
    kinds: IntArray,
    operations: IntArray,
    places: IntArray,
    edge: float,
) -> Structure:
    """Return all cells in one supercell, each turned by its operation."""
    repeats = int(places.max()) + 1
    group = symmetry_operations()
    coordinates: list[FloatArray] = []
    species: list[str] = []
    for kind, operation, place in zip(kinds, operations, places, strict=True):
        turned = group[operation].operate_multi(crystals[kind].frac_coords)
        coordinates.append((_wrapped(turned) + place) / repeats)
        species.extend(site.specie.symbol for site in crystals[kind])
    return Structure(Lattice.cubic(edge), species, np.concatenate(coordinates))


def _wrapped(coordinates: ArrayLike) -> FloatArray:
    """Return fractional coordinates in [0, 1), with 1 - 1e-10 taken for 0."""
    values = np.asarray(coordinates, dtype=np.float64)
    return values - np.floor(values + 1e-9)
