"""Choosing what to label from a pool of unlabelled configurations, before there is a potential.

DIRECT (Qi et al., npj Comput. Mater. 10, 43 (2024), arXiv 2307.13710) divides the principal
components of structural descriptors into clusters and takes one configuration of each; maml does
it. MaxVol takes the configurations that hold the atomic neighbourhoods of largest volume, as active
learning does. The descriptors are those of the potential itself: its basis functions.
"""

import logging
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from atomate2_argyrodite.errors import InputError, MissingEngineError
from atomate2_argyrodite.mtp.active_set import ActiveSet
from atomate2_argyrodite.mtp.cfg_writer import species_of
from atomate2_argyrodite.mtp.configurations import LabelledConfiguration, as_configurations
from atomate2_argyrodite.mtp.potential import MomentTensorPotential
from atomate2_argyrodite.mtp.starts import starting_potential

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Configurations = Sequence[Structure | LabelledConfiguration]
Method = Literal["direct", "maxvol", "random"]

METHODS = ("direct", "maxvol", "random")
_LEVEL, _CUTOFF = 8, 5.0
_FIRST_THRESHOLD = 0.05  # of Birch's clusters; maml lowers it until there are enough
_LINEAR_SCALE = 0.1
_FRAMES_PER_BATCH = 64


def choose_configurations(
    candidates: Configurations,
    count: int,
    method: Method = "direct",
    *,
    potential: MomentTensorPotential | None = None,
    seed: int = 0,
    threads: int = 1,
) -> list[int]:
    """Return the indices of the candidates that are worth a label, in rising order.

    Parameters
    ----------
    candidates
        Structures or configurations; labels are not looked at.
    count
        How many to choose.
    method
        "direct": one of each cluster of descriptors. "maxvol": those with the neighbourhoods that
        span the largest volume. "random": any, for comparison.
    potential
        Gives the descriptors; by default `descriptor_potential` of the candidates.
    seed
        Of the random choice and of the default potential.
    threads
        Threads for the descriptors.

    Raises
    ------
    InputError
        If there are fewer candidates than `count`, or the method is unknown.
    MissingEngineError
        If "direct" is asked for and maml is not installed.
    """
    items = as_configurations(candidates)
    if method not in METHODS:
        raise InputError(f"method {method!r} is unknown: choose one of {', '.join(METHODS)}")
    if not 1 <= count <= len(items):
        raise InputError(f"cannot choose {count} of {len(items)} configurations")
    if method == "random":
        chosen = np.random.default_rng(seed).choice(len(items), count, replace=False)
        return sorted(int(k) for k in chosen)
    model = potential or descriptor_potential(items, seed=seed)
    if method == "maxvol":
        return sorted(ranked_by_volume(model, items, count, threads))
    return sorted(_direct(structure_descriptors(model, items, threads), count))


def descriptor_potential(
    configurations: Configurations, level: int = _LEVEL, cutoff: float = _CUTOFF, seed: int = 0
) -> MomentTensorPotential:
    """Return a potential that was trained on nothing, to describe configurations by.

    Its radial and linear coefficients are random, so that no derivative of the site energies by a
    parameter vanishes.
    """
    items = as_configurations(configurations)
    start = starting_potential(items, level, cutoff, species_of(items), seed)
    parameters = start.parameters
    count = start.model.scalar_count
    rng = np.random.default_rng([seed, level])
    parameters[-count:] = _LINEAR_SCALE * rng.standard_normal(count)
    return start.with_parameters(parameters)


def structure_descriptors(
    potential: MomentTensorPotential, configurations: Configurations, threads: int = 1
) -> FloatArray:
    """Return mean and standard deviation of the basis functions over the atoms of each species.

    Shape (F, 2 S B) for F frames, S species and B basis functions, dimensionless; zeros for a
    species that is not there.
    """
    items = as_configurations(configurations)
    n_species, n_basis = len(potential.species), potential.model.scalar_count
    rows = np.zeros((len(items), 2, n_species, n_basis))
    for first in range(0, len(items), _FRAMES_PER_BATCH):
        batch = items[first : first + _FRAMES_PER_BATCH]
        packed = potential.configuration_set(batch, threads)
        features = packed.features(potential.model, threads, 0, len(batch))[:, -n_basis:]
        ends = np.cumsum([len(item) for item in batch])
        for index, (item, end) in enumerate(zip(batch, ends, strict=True), first):
            basis = features[end - len(item) : end]
            kinds = potential.species_indices(item.numbers)
            for kind in np.unique(kinds):
                own = basis[kinds == kind]
                rows[index, 0, kind], rows[index, 1, kind] = own.mean(axis=0), own.std(axis=0)
    return rows.reshape(len(items), -1)


def _direct(descriptors: FloatArray, count: int) -> list[int]:
    """Return one index of each of `count` clusters."""
    try:
        from maml.sampling.clustering import BirchClustering
        from maml.sampling.direct import DIRECTSampler
        from maml.sampling.stratified_sampling import SelectKFromClusters
    except ImportError:
        raise MissingEngineError(
            "DIRECT sampling needs the package maml: run 'pip install maml', or choose maxvol"
        ) from None
    for name in ("clustering", "pca", "stratified_sampling"):  # they set their own level to INFO
        logging.getLogger(f"maml.sampling.{name}").setLevel(logging.WARNING)
    different = len(np.unique(descriptors, axis=0))
    if different < count:
        raise InputError(
            f"only {different} of {len(descriptors)} configurations differ: choose at most that "
            f"many, not {count}"
        )
    sampler = DIRECTSampler(
        structure_encoder=None,
        clustering=BirchClustering(n=count, threshold_init=_FIRST_THRESHOLD),
        select_k_from_clusters=SelectKFromClusters(k=1),
    )
    chosen = sampler.fit_transform(descriptors)["selected_indexes"]
    return [int(k) for k in chosen]


def ranked_by_volume(
    potential: MomentTensorPotential,
    items: Sequence[LabelledConfiguration],
    count: int,
    threads: int = 1,
) -> list[int]:
    """Return the first `count` configurations that MaxVol takes, in its order.

    They own the rows of the active set of all configurations, then those of the active set of what
    is left, and so on. All neighbourhoods are in memory at once: 8 bytes for each parameter of the
    potential and each atom, several times over (2 GB for 2,000 frames of 52 atoms at level 8).
    """
    left = list(range(len(items)))
    chosen: list[int] = []
    while len(chosen) < count:
        active = ActiveSet.from_configurations(potential, [items[k] for k in left], threads=threads)
        owners = dict.fromkeys(left[k] for k in active.members[:, 0])  # in the order of pivots
        chosen += list(owners)[: count - len(chosen)]
        taken = set(chosen)
        left = [k for k in left if k not in taken]
    return chosen
